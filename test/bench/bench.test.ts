import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import { sampleOf } from "../support/amount.ts";
import { printedSeed } from "../support/seed.ts";
import { flagOptions, usageText } from "./flags.ts";
import { compare, isRed, readRecord } from "./guard.ts";
import { parts } from "./parts.ts";
import { resultSchema } from "./result.ts";

const program = fileURLToPath(new URL("main.ts", import.meta.url));
const missing = process.platform === "linux" ? undefined : "the CPU of other processes is read from Linux's /proc";

/** One part of all rivals in any case, and of the others a few: which ones is another with each seed. */
const chosen = [
  "ingest",
  ...sampleOf(parts.slice(1), 4, printedSeed("parts of the benchmark")).map(({ name }) => name),
];
const tried = parts.filter(({ name }) => chosen.includes(name));

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** `signal`: ends it, with all that it started. */
function bench(flags: readonly string[], signal?: AbortSignal): Promise<{ stdout: string; stderr: string }> {
  const argv = ["--import", "tsx/esm", program, ...flags];
  return promisify(execFile)(process.execPath, argv, {
    maxBuffer: 2 ** 24,
    ...(signal && { signal }),
  });
}

describe("npm run bench", () => {
  it.skipIf(missing)(
    `measures every system in ${chosen.join(", ")}, finds in each what it acknowledged, and writes what programs can read${missing ? `: ${missing}` : ""}`,
    // Several systems are measured one behind the other: many minutes where others keep the machine busy.
    { timeout: 900_000 },
    async ({ signal }) => {
      const folder = mkdtempSync(join(tmpdir(), "bench-test-"));
      folders.push(folder);
      const [json, recorded] = [join(folder, "run.json"), join(folder, "recorded.json")];
      const { stdout } = await bench(
        [...chosen, "--quick", "--json", json, "--record", "--recorded", recorded, "--folder", folder],
        signal,
      );
      const result = resultSchema.parse(JSON.parse(readFileSync(json, "utf8")));

      expect(result.parts.map(({ name }) => name)).toEqual(tried.map(({ name }) => name));
      for (const [index, { name, figures, rows }] of result.parts.entries()) {
        expect(stdout).toContain(`## ${name}: `);
        const others = (tried[index]?.against ?? []).filter((other) => !result.leftOut.includes(other));
        expect(rows.map(({ system }) => system)).toEqual(expect.arrayContaining(["hub", ...others]));
        for (const row of rows) {
          expect(figures.map((kind) => kind.name)).toEqual(expect.arrayContaining(Object.keys(row.figures)));
          expect(Object.keys(row.figures).length).toBeGreaterThan(0);
          for (const [figure, { median }] of Object.entries(row.figures))
            expect(median, `${name}, ${row.case}, ${row.system}: ${figure}`).toBeGreaterThan(0);
        }
      }

      const record = readRecord(recorded);
      expect(record.ratios.length).toBeGreaterThan(tried.length);
      expect(isRed(compare(record, result))).toBe(false);
      const kindOf = new Map(result.parts.flatMap((part) => part.figures.map((kind) => [part.name + kind.name, kind])));
      const ratios = record.ratios.map((each) => {
        const better = kindOf.get(each.part + each.figure)?.better === "more" ? 100 : 0.01;
        return { ...each, ratio: each.ratio * better };
      });
      expect(new Set(compare({ ratios }, result).map(({ state }) => state))).toEqual(new Set(["worse"]));
    },
  );

  it("refuses parts and cases that it has not, and a record of a smoke in the place of the real one", async () => {
    await expect(bench(["ingets"])).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining("no part ingets"),
    });
    await expect(bench(["size", "--quick", "--case", "1 rwo"])).rejects.toMatchObject({ code: 2 });
    await expect(bench(["--quick", "--record"])).rejects.toMatchObject({ code: 2 });
  });

  it("tells by --help which parts and flags it has", () => {
    const words = usageText(parts);
    for (const { name, about } of parts) expect(words).toMatch(new RegExp(`^  ${name} +${about.slice(0, 20)}`, "m"));
    for (const name of Object.keys(flagOptions)) expect(words).toContain(`  --${name} `);
  });

  it("has a record that it can read, of parts that it has", () => {
    const { ratios, runs } = readRecord(fileURLToPath(new URL("recorded.json", import.meta.url)));
    const kinds = new Map(parts.map(({ name, figures }) => [name, figures.map((kind) => kind.name)]));
    expect(ratios.length).toBeGreaterThan(0);
    for (const { part, figure } of ratios) {
      expect(kinds.get(part)).toContain(figure);
      expect(runs[part]).toBeDefined();
    }
  });
});
