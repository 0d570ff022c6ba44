/**
 * The very first start, killed: nothing was acknowledged, so the next start simply begins, however damaged files are treated
 * (F1, F6). It must never look like a database that lost what it held.
 */
import { mkdirSync, readdirSync, readFileSync, watch } from "node:fs";
import { describe, expect, it } from "vitest";
import { Random } from "../../simulator/random.ts";
import { amount } from "../support/amount.ts";
import { printedSeed } from "../support/seed.ts";
import type { HubProcess } from "./hub-process.ts";
import { ChaosWorld, has, moment } from "./world.ts";

const missing = has("strace") ? undefined : "strace is not installed here";
const kills = amount(10, 3);
const flags = ["--on-corrupt", "refuse"];
/** System calls that change files. A start makes many of the first three: one of so many of these is met by a kill. */
const changes = { pwrite64: amount(12, 36), fsync: amount(8, 10), unlink: 2, rename: 1 } as const;
/** The database of a first start is made within this of the lock. */
const makingMs = 150;

/** Resolves with the first file of a folder that is there already. */
async function firstFile(folder: string): Promise<void> {
  const watcher = watch(folder);
  await new Promise<void>((resolve) => watcher.once("change", () => resolve()));
  watcher.close();
}

/** The next start is as any first one; answers what it found in the folder. */
async function expectBeginning(world: ChaosWorld): Promise<string> {
  const found = readdirSync(world.data).sort().join(" ");
  const hub = world.startHub({ flags });
  const health = await fetch(`${await hub.url()}/health`);
  expect(await health.json(), found).toEqual({ status: "ok" });
  expect(readdirSync(world.data).filter((name) => /corrupt|damage|new/.test(name))).toEqual([]);
  return found;
}

/** Kills a first start at the `kill`th time that a thread of it makes this call; undefined where it is not made so often. */
async function killAt(call: string, kill: number): Promise<string | undefined> {
  const world = new ChaosWorld();
  // -D: the hub is the child, and its tracer ends with it.
  const inject = ["-e", `trace=${call}`, "-e", `inject=${call}:signal=KILL:when=${kill}`];
  const wrapper = ["strace", "-D", "-f", "-qq", "-o", "/dev/null", ...inject];
  try {
    mkdirSync(world.data);
    if ((await world.startHub({ flags, wrapper }).listening) !== undefined) return undefined;
    return await expectBeginning(world);
  } finally {
    await world.end();
  }
}

describe("a folder on a disk that syncs files alone", () => {
  it.skipIf(missing)(`takes a first start, with a token, too${missing ? `: ${missing}` : ""}`, async () => {
    const world = new ChaosWorld();
    mkdirSync(world.data);
    // -P: the folder itself, not the files in it.
    const inject = ["-P", world.data, "-e", "trace=fsync", "-e", "inject=fsync:error=EINVAL"];
    const wrapper = ["strace", "-D", "-f", "-qq", "-o", `${world.data}.trace`, ...inject];
    try {
      await world.startHub({ flags: ["--lan"], wrapper }).url();
      expect(readFileSync(`${world.data}.trace`, "utf8").match(/INJECTED/g)?.length).toBeGreaterThanOrEqual(2);
    } finally {
      await world.end();
    }
  });
});

describe("a hub that is killed in its very first start", () => {
  it(`[P19] begins at the next one, as if nothing had been: ${kills} kills at random moments`, {
    timeout: 300_000,
  }, async () => {
    const random = new Random(printedSeed("first start"));
    const found = new Map<string, number>();
    for (let kill = 0; kill < kills; kill++) {
      const world = new ChaosWorld();
      mkdirSync(world.data);
      const lock = firstFile(world.data);
      const hub: HubProcess = world.startHub({ flags });
      await lock;
      await moment(random.between(0, makingMs));
      await hub.kill();
      const files = await expectBeginning(world);
      found.set(files, (found.get(files) ?? 0) + 1);
      await world.end();
    }
    console.table(Object.fromEntries(found));
  });

  it.skipIf(missing)(
    `[P19] begins at the next one, wherever the kill came among the changes it makes to files${missing ? `: ${missing}` : ""}`,
    { timeout: 300_000 },
    async () => {
      const seed = printedSeed("first change");
      const found: Record<string, string> = {};
      for (const [call, step] of Object.entries(changes)) {
        for (let kill = 1 + (seed % step); ; kill += step) {
          const files = await killAt(call, kill);
          if (files === undefined) break;
          found[`${call} ${kill}`] = files;
        }
      }
      console.table(found);
      expect(Object.keys(found).map((name) => name.replace(/ .*/, ""))).toEqual(
        expect.arrayContaining(Object.keys(changes)),
      );
    },
  );
});
