import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { shapes } from "./frames.ts";
import { median, type Row, summarize } from "./report.ts";

const program = fileURLToPath(new URL("main.ts", import.meta.url));
const storing = ["hub", "table FULL", "table NORMAL"];

const missing = process.platform === "linux" ? undefined : "the CPU of other processes is read from Linux's /proc";

describe("npm run bench", () => {
  it.skipIf(missing)(
    `measures every system at every size, and finds in each what it acknowledged${missing ? `: ${missing}` : ""}`,
    async () => {
      const argv = ["--import", "tsx/esm", program, "--quick", "--json"];
      const { stdout } = await promisify(execFile)(process.execPath, argv, { maxBuffer: 2 ** 24 });
      const { rows } = JSON.parse(stdout) as { rows: Row[] };
      expect(rows.map(({ part, shape, system }) => [part, shape, system])).toEqual([
        ...shapes.flatMap(({ name }) => [...storing, "bare ws"].map((system) => ["flood", name, system])),
        ...storing.map((system) => ["latency", undefined, system]),
        ...storing.map((system) => ["weight", undefined, system]),
      ]);
      for (const { figures, ...of } of rows) {
        expect(Object.keys(figures).length).toBeGreaterThan(2);
        for (const [name, value] of Object.entries(figures)) {
          expect(value, `${JSON.stringify(of)}: ${name}`).toSatisfy((figure) => Number.isFinite(figure) && figure > 0);
        }
      }
    },
    180_000,
  );

  it("takes ratios within a round, and then the median", () => {
    const weight = (bytesPerReading: number) => ({ readings: 1, bytes: bytesPerReading, bytesPerReading });
    const rounds = { hub: [weight(1), weight(9), weight(4)], "table FULL": [weight(2), weight(3), weight(16)] };
    const [hub] = summarize({ machine: {}, floods: {}, latency: {}, weight: rounds });
    expect(hub?.figures).toEqual({ bytesPerReading: 4, "bytesPerReading/table FULL": 0.5, readings: 1 });
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });
});
