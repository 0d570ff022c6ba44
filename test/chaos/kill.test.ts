/**
 * The promise: an acknowledged reading is on disk. Senders that are never killed write down what they sent and what was
 * acknowledged; the hub is killed at random moments, while it commits, seals and recovers; then everything is read back.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { openForReading } from "../../server/store/sqlite/driver.ts";
import { databasePath } from "../../server/store/sqlite/options.ts";
import { Random } from "../../simulator/random.ts";
import { amount } from "../support/amount.ts";
import { printedSeed } from "../support/seed.ts";
import { check, type Verdict } from "./checker.ts";
import { SenderFleet } from "./fleet.ts";
import { HubProcess, type HubProcessOptions } from "./hub-process.ts";
import { moment } from "./world.ts";

const rounds = Number(process.env.HUB_TEST_KILLS ?? amount(50, 10));
/** So small that the hub seals all the time, and a kill meets it sealing. */
const smallJournal = ["--journal-budget", "256kB"];

const folders: string[] = [];
const hubs: HubProcess[] = [];
function startHub(options: HubProcessOptions): HubProcess {
  const hub = new HubProcess(options);
  hubs.push(hub);
  return hub;
}

afterEach(async () => {
  await Promise.all(hubs.splice(0).map((hub) => hub.kill()));
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

interface Campaign {
  readonly verdict: Verdict;
  readonly fleet: SenderFleet;
  readonly killsWhileWriting: number;
  readonly killsWhileRecovering: number;
  /** Chunks that the hub sealed. */
  readonly chunks: number;
}

function countChunks(data: string): number {
  const db = openForReading(databasePath(data), 5_000);
  const count = db.prepare("SELECT count(*) FROM chunks").pluck().get() as number;
  db.close();
  return count;
}

/** Kills the hub `kills` times at moments drawn from `random`, then reads everything back from a hub that runs on. */
async function campaign(kills: number, random: Random): Promise<Campaign> {
  const folder = mkdtempSync(join(tmpdir(), "hub-kill-"));
  folders.push(folder);
  const fleet = new SenderFleet(join(folder, "sent.jsonl"));
  const options = { data: join(folder, "data"), flags: smallJournal };
  let killsWhileWriting = 0;
  let killsWhileRecovering = 0;
  /** What a start takes here and now. */
  let startMs = 0;
  for (let round = 0; round < kills; round++) {
    const hub = startHub(options);
    // Every fifth kill comes before the hub listens, so that it meets the recovery from the kill before.
    if (round % 5 === 4) {
      await Promise.race([hub.listening, moment(random.between(0, startMs))]);
      killsWhileRecovering += hub.lines.some((line) => line.includes('"listening"')) ? 0 : 1;
    } else {
      const begunMs = performance.now();
      fleet.connect(await hub.url());
      startMs = performance.now() - begunMs;
      await fleet.decidedMore(Math.floor(random.between(0, 400)));
      await moment(random.between(0, 20));
      // A kill may come between two frames; every second one does not, or few would say nothing of what is under way.
      if (round % 2 === 0) while (!fleet.isWriting()) await fleet.decidedMore(1);
      killsWhileWriting += fleet.isWriting() ? 1 : 0;
    }
    fleet.note(`kill ${round}`);
    await hub.kill();
    fleet.disconnect();
  }
  const url = await startHub(options).url();
  fleet.connect(url);
  await fleet.settle();
  const verdict = await check(url, fleet.lines);
  await Promise.all(hubs.splice(0).map((hub) => hub.kill()));
  return { verdict, fleet, killsWhileWriting, killsWhileRecovering, chunks: countChunks(options.data) };
}

describe("a hub that is killed", () => {
  it(`[P19] loses, invents, doubles and alters nothing it acknowledged, over ${rounds} kills`, {
    timeout: 300_000,
  }, async () => {
    const { verdict, fleet, ...kills } = await campaign(rounds, new Random(printedSeed("kills")));
    console.log({ ...verdict, ...kills, frames: fleet.decided });
    expect(fleet.surprises).toEqual([]);
    expect(verdict).toMatchObject({ lost: 0, phantom: 0, doubled: 0, altered: 0 });
    expect(verdict.acknowledged).toBeGreaterThan(rounds * 500);
    // The hub sealed all along, and kills met it at that.
    expect(kills.chunks).toBeGreaterThan(rounds);
    expect(kills.killsWhileWriting).toBeGreaterThan(rounds / amount(2, 3));
    expect(kills.killsWhileRecovering).toBeGreaterThan(rounds / 50);
  });
});
