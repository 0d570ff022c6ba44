import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { describe, expect, it } from "vitest";
import { amount } from "../../support/amount.ts";
import { builtVerifier } from "../../support/built.ts";
import { printedSeed } from "../../support/seed.ts";
import { everything, World } from "../world.ts";
import { appendedRows, appenderSeries } from "./appended.ts";
import { buildWorker, inspect, sqliteEngine } from "./engine.ts";

const workerUrl = await buildWorker();
const verifier = [builtVerifier()?.href ?? []].flat();
const kills = amount(6, 3);

/** Runs the appending process and kills it when it has acknowledged `acks` more commits; answers the last of them. */
async function appendAndKill(folder: string, acks: number): Promise<number> {
  const script = join(import.meta.dirname, "appender.ts");
  const child = spawn(process.execPath, ["--import", "tsx", script, folder, workerUrl.href, ...verifier], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise((resolve) => child.once("exit", (_, signal) => resolve(signal)));
  let last = 0;
  let seen = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith("open ")) continue;
    last = Number(line);
    seen += 1;
    if (seen === acks) child.kill("SIGKILL");
  }
  expect(await ended).toBe("SIGKILL");
  return last;
}

describe("a process that is killed while it appends, seals and trims", () => {
  it("[SQ23] has everything that it acknowledged, nothing that it did not send, and each once", async () => {
    const engine = sqliteEngine();
    let random = printedSeed("kills");
    for (let kill = 0; kill < kills; kill++) {
      random = (Math.imul(random, 1_103_515_245) + 12_345) & 0x7fffffff;
      const acknowledged = await appendAndKill(engine.folder, 20 + (random % 200));
      const world = new World(engine);
      const state = await world.open();
      expect(state.recovered).toBe(true);
      // The commit under way may have been finished; more there cannot be.
      expect([acknowledged, acknowledged + 1]).toContain(state.commit);
      const sent = Array.from({ length: state.commit }, (_, index) => appendedRows(index + 1)).flat();
      for (const series of appenderSeries) {
        const rows = sent.filter(([of]) => of === series).map(([, timeMs, value]) => [timeMs, value] as const);
        expect(await world.raw(everything(series), 5_000)).toEqual(rows.sort((a, b) => a[0] - b[0]));
        const found = await world.store.seriesState([series]);
        expect(found).toMatchObject([{ count: rows.length }]);
        const marked = Array.from({ length: 5 }, (_, back) => state.commit - back).find(
          (commit) => (commit % 5) + 1 === series,
        );
        expect(await world.store.lastSeq(`d${series}`, "s")).toBe(marked);
      }
      await world.store.close();
      expect(inspect(engine.folder, (db) => db.pragma("integrity_check", { simple: true }))).toBe("ok");
    }
    engine.remove();
  });
});
