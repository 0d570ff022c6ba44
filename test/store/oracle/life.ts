/** One life: the store's process and the memory engine do the same, and whatever is asked, both must answer the same. */
import { deepStrictEqual, ok } from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import type { StoreState } from "../../../server/store/store.ts";
import { type Asked, sameAnswer, sameLatest, sameState, sameWhole, wholeOf } from "./answers.ts";
import { ProcessDied, type Programs, StoreChild } from "./child.ts";
import { callStore, hiddenIn, openAndKill, outcomeFound, outcomesOf, type Prepared, sendAndKill } from "./killing.ts";
import { type Act, Model } from "./model.ts";
import type { End, MoveOp, Op, Script, Step } from "./steps.ts";
import type { Tally } from "./tally.ts";
import { widthsMs } from "./thinned.ts";
import type { Budgets } from "./wire.ts";

/** Tiers that divide the widths which are asked for most, and frames that a short life crosses. */
const tiers = { widthsMs, frameBuckets: 16, leastReadings: 2 };
/** A process that does not clear up within this long has forgotten it, ms. */
const restDeadlineMs = 60_000;
/** So long a store is left alone before readings are thinned away; what it has not rolled up by then stays, ms. */
const rollingMs = 60;

export class Life {
  readonly #programs: Programs;
  readonly #budgets: Budgets;
  readonly #tally: Tally;
  readonly #folder = mkdtempSync(join(tmpdir(), "hub-oracle-"));
  #model = new Model();
  #child: StoreChild;
  #epoch = "";

  constructor(programs: Programs, { chunkBytes, sliceMs }: Pick<Script, "chunkBytes" | "sliceMs">, tally: Tally) {
    this.#programs = programs;
    const limits = { journalBudgetBytes: 4_000, headBudgetBytes: 40_000, headsPerSlice: 1 };
    this.#budgets = { chunkBytes, sliceMs, ...limits, restMs: 20, tiers };
    this.#tally = tally;
    this.#child = this.#start();
  }

  /** Lives it through. Throws at the first answer that differs. */
  async live({ births, steps }: Script): Promise<void> {
    this.#tally.add("lives");
    try {
      for (const birth of births) await this.#dieWhileOpening(birth, "kills while it began a database");
      if (births.length > 0) this.#child = this.#start();
      const state = await this.#child.call("open");
      this.#epoch = state.epoch;
      await sameState(state, this.#model);
      for (const step of steps) {
        await this.#run(step);
        await this.#sameEnds();
      }
      await this.#sameWhole();
      await this.#reopen();
      await this.#sameWhole();
      await this.#child.call("close");
      this.#requireQuiet();
      this.#requireSound();
    } finally {
      await this.#child.kill();
      rmSync(this.#folder, { recursive: true, force: true });
    }
  }

  async #run(step: Step): Promise<void> {
    if (step.kind === "send") return this.#send(step.ops);
    if (step.kind === "kill") return this.#kill(step);
    if (step.kind === "reopen") return this.#reopen();
    if (step.kind === "rest") return this.#rest();
    if (step.kind === "thin") return this.#thin(step);
    if (step.kind === "join") return this.#join(step.place);
    this.#tally.add("questions");
    await sameAnswer(this.#asked(), this.#model, step);
  }

  /** What operations ask of the store, each after the one before, and what it should answer. The model has them done. */
  async #prepare(ops: readonly Op[]): Promise<Prepared[]> {
    const prepared: Prepared[] = [];
    for (const op of ops) {
      const act = this.#model.actOf(op);
      if (!act) continue;
      this.#count(op, act);
      prepared.push({ op, act, expected: await this.#model.apply(act) });
    }
    return prepared;
  }

  async #send(ops: readonly Op[]): Promise<void> {
    const at = ops.findIndex(({ kind }) => kind === "move");
    await this.#sendAtOnce(at < 0 ? ops : ops.slice(0, at));
    if (at < 0) return;
    await this.#move(ops[at] as MoveOp);
    await this.#send(ops.slice(at + 1));
  }

  /** A slice of a merge: how far it came is taken from the store, and all else must be as that says. */
  async #move(op: MoveOp): Promise<void> {
    const series = this.#model.mergingAt(op.place);
    this.#tally.add("move");
    const found = await this.#child.call("stepMerge", series);
    const before = await this.#model.store.merges.find(series);
    const isOpen = typeof found === "object" && found?.open === true;
    const isThinned = before !== null && this.#model.isThinned(series, before.into);
    const expected = await this.#model.moveUpTo(series, await this.#firstMs(series), isOpen);
    if (isThinned && typeof expected === "object" && expected?.open === false)
      this.#tally.add("merges of thinned series done");
    deepStrictEqual(found, expected, `a slice of the merge of series ${series}`);
    if (typeof expected !== "object" || !expected || !before) return;
    if (expected.open) this.#tally.add("merges under way");
    this.#tally.add("readings moved", expected.moved - before.moved);
  }

  /** Lets go what is older than that and is told by tiers, once nothing has to be made anew. Which readings went is taken from the store. */
  async #thin({ atMs, ops }: Extract<Step, { kind: "thin" }>): Promise<void> {
    // Nothing of series in a merge goes.
    while (this.#model.isMerging) await this.#move({ kind: "move", place: 0 });
    await this.#send([...ops, { kind: "seal" }]);
    await this.#cleared();
    await this.#rolled();
    this.#tally.add("thin");
    const endMs = performance.now() + restDeadlineMs;
    while ((await this.#child.call("thin", atMs)) > 0) ok(performance.now() < endMs, "what is old does not go");
    await this.#child.call("thinNoMore");
    for (const { series } of this.#model.data.series.values()) {
      const everything = { series, fromMs: -Infinity, toMs: Infinity, withHidden: true };
      const { times } = await this.#child.call("readRaw", everything, 1_000_000);
      this.#tally.add("readings thinned", this.#model.thinned.keep(this.#model.data, series, new Set(times)));
    }
    await this.#sameWhole();
  }

  /** Begins a merge of series of which some readings are gone: whether the store may refuse it is judged by what they told. */
  async #join(place: number): Promise<void> {
    const pair = this.#model.pairAt(place);
    if (!pair) return;
    const { data, store, thinned } = this.#model;
    const found = await this.#child.call("beginMerge", ...pair);
    if (typeof found === "string") {
      const masked = [...data.masks.values()].some(({ series }) => pair.includes(series));
      ok(found === "thinned" ? thinned.meet(data, ...pair) : masked, `a merge of ${pair} is refused: ${found}`);
      this.#tally.add("merges of thinned series refused");
      return;
    }
    deepStrictEqual(found, await store.merges.begin(...pair));
    this.#tally.add("merges of thinned series");
  }

  /** The first reading that the store has of a series, ms; Infinity for none. */
  async #firstMs(series: number): Promise<number> {
    const [left] = await this.#child.call("seriesState", [series]);
    return left?.firstTimeMs ?? Number.POSITIVE_INFINITY;
  }

  async #sendAtOnce(ops: readonly Op[]): Promise<void> {
    const prepared = await this.#prepare(ops);
    const found = await Promise.all(prepared.map(({ act }) => callStore(this.#child, act)));
    deepStrictEqual(
      found,
      prepared.map(({ expected }) => expected),
    );
  }

  async #kill({ ops, end, recoveries, again }: Extract<Step, { kind: "kill" }>): Promise<void> {
    const before = this.#model.copy();
    const prepared = await this.#prepare(ops);
    const mayRest = end.by === "statement" && end.point === "purge" && ops.every(({ kind }) => kind !== "close");
    const answered = await sendAndKill(this.#child, prepared, end, async () => {
      if (mayRest) await this.#cleared();
    });
    this.#requireQuiet();
    this.#countDeath(end);
    for (const further of recoveries) await this.#dieWhileOpening(further, "kills while it recovered");
    await this.#recover(before, prepared, answered);
    if (again) await this.#send(prepared.slice(answered).flatMap(({ op }) => (op.kind === "append" ? op : [])));
  }

  /** Opens, or does not get as far as that. */
  async #dieWhileOpening(
    end: End,
    counted: "kills while it recovered" | "kills while it began a database",
  ): Promise<void> {
    await this.#child.kill();
    this.#child = this.#start(end);
    if (await openAndKill(this.#child, end)) this.#tally.add(counted);
    this.#requireQuiet();
  }

  /**
   * Opens after a kill, and finds out how much of what was not acknowledged is there. It must be what some first part of
   * it leaves behind, to the last reading; the model goes on from there.
   */
  async #recover(before: Model, prepared: readonly Prepared[], answered: number): Promise<void> {
    this.#child = this.#start();
    const state = await this.#child.call("open");
    const mayBeClean = prepared.some(({ op }) => op.kind === "close");
    if (!mayBeClean) ok(state.recovered, "a killed store says that it was closed cleanly");
    const outcomes = await outcomesOf(before, prepared, answered);
    const last = prepared.at(-1)?.act;
    if (last?.name === "stepMerge") {
      const merge = await this.#child.call("findMerge", last.series);
      await outcomes.at(-1)?.moveUpTo(last.series, await this.#firstMs(last.series), merge?.open === true);
    }
    for (const one of outcomes) one.takeClock(this.#model);
    deepStrictEqual(state.epoch, this.#epoch);
    // A mask that came and went leaves nothing but its number; a clock that was set back, what only later commits show.
    const { nextMask, aliveMs } = hiddenIn(this.#folder);
    const fit = outcomes.filter(({ data }) => data.nextMask === nextMask && data.aliveMs === aliveMs);
    const chosen = await outcomeFound(this.#asked(), state, fit);
    this.#model = chosen;
    this.#tally.add("whole comparisons");
    const undecided = prepared.length - answered;
    if (undecided === 0) return;
    const place = outcomes.indexOf(chosen);
    this.#tally.add("kills with something undecided");
    if (place > 0) this.#tally.add("kills with something undecided and stored");
    if (place < undecided) this.#tally.add("kills with something undecided and lost");
    if (place > 0 && place < undecided) this.#tally.add("kills between two undecided batches");
  }

  async #reopen(): Promise<void> {
    this.#tally.add("reopened");
    const state = await this.#child.call("reopen");
    ok(!state.recovered, "a store that was closed cleanly says that it was not");
    await this.#sameState(state);
  }

  /** Lets an idle store do what waits for such a time. */
  async #rest(): Promise<void> {
    await this.#send([
      {
        kind: "append",
        rows: [],
        marks: [],
        refusals: [],
        told: [],
        aside: { added: [], decided: [], lost: [] },
        laterMs: 10,
        type: 0,
      },
    ]);
    await this.#cleared();
    this.#tally.add("chunks of deleted series cleared");
  }

  /** Lets an idle store roll up what it has, a while. */
  async #rolled(): Promise<void> {
    const endMs = performance.now() + rollingMs;
    while (performance.now() < endMs) await this.#child.call("stats");
  }

  /** Waits until no chunk of a deleted series is left and no tier is to be made anew, or the process is gone. */
  async #cleared(): Promise<void> {
    const db = new Database(join(this.#folder, "hub.db"), { readonly: true });
    try {
      const left = db
        .prepare(`WITH merging AS (SELECT series, into_series FROM absorbed WHERE open = 1)
         SELECT (SELECT count(*) FROM doomed) + (SELECT count(*) FROM stale
           WHERE series NOT IN (SELECT series FROM merging UNION SELECT into_series FROM merging))`)
        .pluck();
      const endMs = performance.now() + restDeadlineMs;
      while (left.get() !== 0) {
        ok(performance.now() < endMs, "chunks of a deleted series, or what is stale, are never cleared away");
        await this.#child.call("stats");
      }
    } catch (error) {
      if (!(error instanceof ProcessDied)) throw error;
    } finally {
      db.close();
    }
  }

  async #sameState(state: StoreState): Promise<void> {
    deepStrictEqual(state.epoch, this.#epoch);
    await sameState(state, this.#model);
  }

  /** What is known of every series without its past. */
  async #sameEnds(): Promise<void> {
    this.#requireQuiet();
    const numbers = this.#model.numbers();
    const [series, latest] = await Promise.all([
      this.#child.call("seriesState", numbers),
      this.#child.call("latest", numbers),
    ]);
    deepStrictEqual(series, await this.#model.store.seriesState(numbers));
    sameLatest(latest, await this.#model.store.latest(numbers), this.#model);
  }

  async #sameWhole(): Promise<void> {
    this.#tally.add("whole comparisons");
    const numbers = this.#model.numbers();
    const found = await wholeOf(this.#asked(), numbers);
    sameWhole(found, await wholeOf(this.#model.store, numbers), this.#model);
    this.#tally.add("pages from tiers", found.buckets.filter(({ page }) => page.tier !== "raw").length);
  }

  #requireQuiet(): void {
    deepStrictEqual(this.#child.complaints, []);
  }

  #requireSound(): void {
    const db = new Database(join(this.#folder, "hub.db"), { readonly: true });
    try {
      deepStrictEqual(db.pragma("integrity_check", { simple: true }), "ok");
    } finally {
      db.close();
    }
  }

  #start(end?: End): StoreChild {
    const death = end?.by === "statement" ? end : undefined;
    return new StoreChild(this.#programs, this.#folder, this.#budgets, death);
  }

  #asked(): Asked {
    const child = this.#child;
    return {
      readRaw: (range, limit) => child.call("readRaw", range, limit),
      readChanges: (range, limit, silenceMs) => child.call("readChanges", range, limit, silenceMs),
      timeBefore: (series, beforeMs) => child.call("timeBefore", series, beforeMs),
      readBuckets: (range, cuts, limit) => child.call("readBuckets", range, cuts, limit),
      seriesState: (numbers) => child.call("seriesState", numbers),
      latest: (numbers) => child.call("latest", numbers),
      readPresence: (device) => child.call("readPresence", device),
      refusals: (device) => child.call("refusals", device),
      lastSeq: (device, session) => child.call("lastSeq", device, session),
      merges: { find: (series) => child.call("findMerge", series) },
      quarantine: { list: (device, before, limit) => child.call("listQuarantine", device, before, limit) },
    };
  }

  #count(op: Op, act: Act): void {
    this.#tally.add(op.kind);
    if (act.name !== "append") return;
    const { rows, newSeries, quarantine } = act.batch;
    this.#tally.add("readings set aside", quarantine?.added.length);
    this.#tally.add("readings", rows.length);
    if (rows.some(([series]) => this.#model.isDead(series))) this.#tally.add("readings of a deleted series");
    this.#tally.add("series made anew", newSeries.filter(({ series }) => series > 6).length);
  }

  #countDeath(end: End): void {
    this.#tally.add("kills");
    const note = this.#child.diedAt();
    if (note) this.#tally.died(note);
    else if (end.by === "signal") this.#tally.add("kills by a signal at some moment");
  }
}
