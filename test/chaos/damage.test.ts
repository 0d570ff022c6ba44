/**
 * Damaged files under the real hub (F6, F8, F29): it starts within ten seconds of a core or says why not, answers nothing that
 * nobody sent, and misses nothing that it acknowledged without a word.
 */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { Random } from "../../simulator/random.ts";
import { amount } from "../support/amount.ts";
import { printedSeed } from "../support/seed.ts";
import { commitEnds, type Damage, damages, leastCommits } from "./damages.ts";
import type { HubProcess } from "./hub-process.ts";
import { firstTimeMs, type SenderLine, timedMetrics } from "./sender.ts";
import { ChaosWorld } from "./world.ts";

/** What a start takes of a core, ms: how long that is depends on how busy the machine is. */
const startCpuMs = 10_000;
const flags = ["--journal-budget", "64KiB"];

/** Data as a kill left it: chunks, a journal, a log. */
const template = mkdtempSync(join(tmpdir(), "hub-damage-"));
let lines: readonly SenderLine[] = [];

beforeAll(async () => {
  const world = new ChaosWorld();
  const { fleet } = world;
  const log = join(world.data, "hub.db-wal");
  const first = world.startHub({ flags });
  fleet.connect(await first.url());
  await fleet.decidedMore(amount(500, 150));
  await fleet.settle();
  // What is stopped in good order is in the database alone; what follows until the kill is in the log.
  first.signal("SIGTERM");
  await first.ended;
  // Where the hub moved the log into the database right before its kill, too little is in it to be struck: once more.
  do await runUntilKilled(world, log);
  while (commitEnds(log).length < leastCommits);
  cpSync(world.data, template, { recursive: true });
  ({ lines } = fleet);
  await world.end();
});

/** Runs a hub, lets it take commits, and kills it while more are on their way. */
async function runUntilKilled(world: ChaosWorld, log: string): Promise<void> {
  const { fleet } = world;
  const hub = world.startHub({ flags });
  fleet.connect(await hub.url());
  // A commit takes in whatever is waiting, all of it on a slow disk: rounds make sure of several.
  for (let rounds = 0; rounds < 8 || commitEnds(log).length < 2 * leastCommits; rounds++) {
    for (const line of fleet.lines) line.resume();
    await fleet.decidedMore(1);
    await fleet.settle();
  }
  for (const line of fleet.lines) line.resume();
  await fleet.decidedMore(10);
  await hub.kill();
}

afterAll(() => rmSync(template, { recursive: true, force: true }));

interface Findings {
  /** Values that nobody sent. */
  wrong: number;
  /** Acknowledged and not answered. */
  missing: number;
  /** Questions that were refused. */
  refused: number;
}

/** Asks for everything that was sent, and holds the answers against it. */
async function ask(url: string): Promise<Findings> {
  const findings = { wrong: 0, missing: 0, refused: 0 };
  for (const line of lines.filter(({ timed }) => timed)) {
    const sent = new Map<string, unknown>();
    const acknowledged = new Set<string>();
    for (let seq = 1; seq <= line.attempted; seq++) {
      for (const { metric, time, value } of line.rows(seq)) {
        sent.set(`${metric} ${time}`, value);
        if (seq <= line.decided) acknowledged.add(`${metric} ${time}`);
      }
    }
    for (const metric of timedMetrics) {
      const query = new URLSearchParams({ device: line.device, metric, from: String(firstTimeMs - 1) });
      const answer = await fetch(`${url}/api/v1/readings?${query}`);
      const body = (await answer.json()) as { times: number[]; values: unknown[]; code?: string; message?: string };
      if (answer.status === 404) continue;
      if (!answer.ok) {
        expect(body).toMatchObject({ type: "error", code: "internal", message: expect.stringMatching(/damaged/) });
        for (const key of [...acknowledged]) if (key.startsWith(`${metric} `)) acknowledged.delete(key);
        findings.refused += 1;
        continue;
      }
      for (const [index, time] of body.times.entries()) {
        const key = `${metric} ${time}`;
        if (!sent.has(key) || sent.get(key) !== body.values[index]) findings.wrong += 1;
        acknowledged.delete(key);
      }
    }
    findings.missing += acknowledged.size;
  }
  return findings;
}

interface Outcome {
  readonly what: string;
  readonly outcome: "unnoticed" | "refused questions" | "degraded" | "ended" | "not started";
  readonly missing: number;
}

async function strike(damage: Damage, index: number, seed: number): Promise<Outcome> {
  const what = `${damage.what} (${index})`;
  const world = new ChaosWorld();
  try {
    cpSync(template, world.data, { recursive: true });
    damage.strike(world.data, new Random(seed + index));
    const first = await outcomeOf(damage, what, world);
    // A supervisor starts it again, and it must not end for ever.
    let last = first;
    for (let starts = 1; last.outcome === "ended"; starts++) {
      expect(starts).toBeLessThan(4);
      last = await outcomeOf(damage, what, world);
    }
    return last === first ? first : { ...last, what: `${what}: ended, then` };
  } finally {
    await world.end();
  }
}

async function outcomeOf(damage: Damage, what: string, world: ChaosWorld): Promise<Outcome> {
  const hub = world.startHub({ flags });
  const url = await hub.listening;
  expect(hub.cpuMs ?? 0).toBeLessThan(startCpuMs);
  if (url === undefined) return { what, outcome: await endedInWords(hub), missing: 0 };
  let findings: Findings;
  try {
    findings = await ask(url);
  } catch (error) {
    // The hub met the damage while it answered and ended, as it must: nothing else may break an answer.
    if (!(error instanceof TypeError)) throw error;
    return { what, outcome: await endedInWords(hub), missing: 0 };
  }
  expect(findings.wrong).toBe(0);
  if (findings.missing === 0)
    return { what, outcome: findings.refused > 0 ? "refused questions" : "unnoticed", missing: 0 };
  // Something is missing: the hub says so now, or ends because the look through its tables found why.
  const said = vi.waitFor(
    async () => expect(await health(url)).toMatchObject({ status: "degraded", reason: expect.stringMatching(/\w+/) }),
    // Of damage that may be silent nobody need say anything.
    { timeout: damage.silent ? 5_000 : 60_000 },
  );
  const outcome = await Promise.race([said.then(() => "degraded" as const), endedInWords(hub)]).catch((error) => {
    if (damage.silent) return "unnoticed" as const;
    throw new Error(`${what}: ${findings.missing} readings are missing and nobody says so`, { cause: error });
  });
  return { what, outcome, missing: findings.missing };
}

async function health(url: string): Promise<unknown> {
  return (await fetch(`${url}/health`)).json();
}

/** Waits for the end of a hub that must say why. */
async function endedInWords(hub: HubProcess): Promise<"ended" | "not started"> {
  const { code } = await hub.ended;
  expect(code).toBeGreaterThan(0);
  const said = hub.lines.join("\n");
  expect(said).toMatch(/damaged|malformed|newer hub|another program|is not a database/);
  return said.includes('"listening"') ? "ended" : "not started";
}

describe("damage to the files of a hub that was killed (F6)", () => {
  const seed = printedSeed("damage");
  const outcomes: Outcome[] = [];

  // Each kind by itself: all of them together take minutes on a busy machine.
  it.each(damages.map((damage) => ({ ...damage, tried: amount(damage.times, 1) })))(
    "$what is told, or costs nothing that was acknowledged; nothing is made up: $tried of $times times",
    async ({ tried, ...damage }) => {
      const before = damages
        .slice(
          0,
          damages.findIndex(({ what }) => what === damage.what),
        )
        .reduce((sum, { times }) => sum + times, 0);
      // A few are others with each seed, and with all the same seed strikes them in the same places.
      const first = before + (tried < damage.times ? seed % damage.times : 0);
      for (let index = first; index < first + tried; index++) outcomes.push(await strike(damage, index, seed));
    },
  );

  it("is real: much of it is noticed, and a file that is gone or empty each time", () => {
    console.table(outcomes);
    const noticed = outcomes.filter(({ outcome }) => outcome !== "unnoticed");
    const kinds = noticed.map(({ what }) => what.replace(/ \(\d+\)$/, ""));
    expect(kinds).toEqual(expect.arrayContaining(["no bytes at all", "a lost database"]));
    // Of a few, most may meet what the log holds anew.
    expect(noticed.length).toBeGreaterThan(amount(outcomes.length / 3, 1));
  });
});

describe("data that is not for this hub (F29)", () => {
  it.each([
    { what: "a newer schema", pragma: "user_version = 99", says: /newer hub \(schema 99/ },
    { what: "another program's mark", pragma: "application_id = 7", says: /another program/ },
  ])("$what is refused in one sentence, and the file stays as it was", async ({ pragma, says }) => {
    const world = new ChaosWorld();
    cpSync(template, world.data, { recursive: true });
    const file = join(world.data, "hub.db");
    const db = new Database(file);
    db.pragma(pragma);
    db.pragma("wal_checkpoint(TRUNCATE)");
    db.close();
    const before = readFileSync(file);
    const hub = world.startHub();
    expect((await hub.ended).code).toBe(1);
    expect(hub.lines).toEqual([expect.stringMatching(says)]);
    expect(readFileSync(file).equals(before)).toBe(true);
    expect(readdirSync(world.data).filter((name) => name.includes("corrupt"))).toEqual([]);
    await world.end();
  });
});

describe("two hubs on one folder (F5)", () => {
  it("the second says so in one sentence and ends with 1; the first goes on", async () => {
    const world = new ChaosWorld();
    const url = await world.startHub().url();
    world.fleet.connect(url);
    await world.fleet.decidedMore(50);
    const second = world.startHub();
    expect((await second.ended).code).toBe(1);
    expect(second.lines).toEqual([expect.stringMatching(/^Another hub is using the data in .*--data\.$/)]);
    await world.fleet.decidedMore(50);
    await world.end();
  });
});

describe("files that are taken away from under a running hub (F8)", () => {
  it.each(["hub.db", "hub.db-wal"])("%s: nothing more is acknowledged, and the hub ends in words", async (name) => {
    const world = new ChaosWorld();
    const hub = world.startHub();
    world.fleet.connect(await hub.url());
    await world.fleet.decidedMore(200);
    rmSync(join(world.data, name));
    const { lines } = world.fleet;
    // These acknowledgements may have been on their way; what is sent from now on comes too late for any.
    const sent = lines.map(({ attempted }) => attempted);
    expect((await hub.ended).code).toBeGreaterThan(0);
    expect(hub.lines.join("\n")).toContain("was deleted or replaced while the hub was using it");
    expect(lines.filter(({ decided }, index) => decided > (sent[index] ?? 0))).toEqual([]);
    await world.end();
  });
});
