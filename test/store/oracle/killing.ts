/** Sends to a store's process what it does not live to answer, and finds out what became of it. */

import { AssertionError, deepStrictEqual, ok } from "node:assert/strict";
import { join } from "node:path";
import Database from "better-sqlite3";
import type { StoreState } from "../../../server/store/store.ts";
import { type Asked, sameState, sameWhole, wholeOf } from "./answers.ts";
import { ProcessDied, type StoreChild } from "./child.ts";
import type { Act, Model } from "./model.ts";
import type { End, Op } from "./steps.ts";

/** An operation, what it asks of the store, and what the store should answer. */
export interface Prepared {
  readonly op: Op;
  readonly act: Act;
  readonly expected: unknown;
}

export function callStore(child: StoreChild, act: Act): Promise<unknown> {
  if (act.name === "append") return child.call("append", act.batch);
  if (act.name === "rename") return child.call("rename", act.series, act.metric);
  if (act.name === "removeAlias") return child.call("removeAlias", act.device, act.metric);
  if (act.name === "beginMerge") return child.call("beginMerge", act.series, act.into);
  if (act.name === "stepMerge") return child.call("stepMerge", act.series);
  if (act.name === "addMask") return child.call("addMask", act.mask);
  if (act.name === "removeMask") return child.call("removeMask", act.id);
  if (act.name === "deleteReadings") return child.call("deleteReadings", [act.range]);
  if (act.name === "deleteDevice") return child.call("deleteDevice", act.device);
  if (act.name === "appendPresence") return child.call("appendPresence", act.changes, act.atMs);
  return child.call(act.name);
}

/**
 * Sends all of it at once and ends the process as `end` says, at the latest when everything is answered and `idle` is over.
 * Resolves to how many were answered; throws where an answer is wrong or comes before one that it stands behind.
 */
export async function sendAndKill(
  child: StoreChild,
  prepared: readonly Prepared[],
  end: End,
  idle: () => Promise<void>,
): Promise<number> {
  if (end.by === "statement") void child.call("arm", end).catch(() => {});
  const answers: unknown[] = [];
  const failures: unknown[] = [];
  let enough = () => {};
  const answered = new Promise<void>((resolve) => {
    enough = resolve;
  });
  const wanted = end.by === "signal" ? Math.min(end.afterAnswers, prepared.length) : prepared.length;
  if (wanted === 0) enough();
  const calls = prepared.map(({ act }, index) =>
    callStore(child, act).then(
      (answer) => {
        if (answers.push(answer) !== index + 1) failures.push(new Error("answers came out of order"));
        if (answers.length >= wanted) enough();
      },
      (error) => {
        if (!(error instanceof ProcessDied)) failures.push(error);
      },
    ),
  );
  await Promise.race([answered, child.ended]);
  if (end.by === "signal") spin(end.spinUs);
  else await idle();
  await child.kill();
  await Promise.all(calls);
  if (failures.length > 0) throw failures[0];
  // What a slice of a merge did is seen once the store is open again.
  deepStrictEqual(
    answers.map((answer, index) => (prepared[index]?.act.name === "stepMerge" ? undefined : answer)),
    prepared.slice(0, answers.length).map(({ expected }) => expected),
  );
  return answers.length;
}

/** Opens a store that does not get far, or not farther than that. True where it died before it was open. */
export async function openAndKill(child: StoreChild, end: End): Promise<boolean> {
  const opening = child.call("open").then(
    () => undefined,
    (error) => error,
  );
  if (end.by === "signal") {
    await child.started;
    spin(end.spinUs);
    await child.kill();
  }
  const error = await opening;
  await child.kill();
  if (error !== undefined && !(error instanceof ProcessDied)) throw error;
  return error !== undefined;
}

/** What may be there after a kill: everything that was answered, and of the rest any first part. The least comes first. */
export async function outcomesOf(before: Model, prepared: readonly Prepared[], answered: number): Promise<Model[]> {
  const outcomes: Model[] = [];
  const outcome = before.copy();
  for (const [index, { act }] of prepared.entries()) {
    if (index >= answered) outcomes.push(outcome.copy());
    await outcome.apply(act);
  }
  return [...outcomes, outcome];
}

/**
 * The outcome that the store shows, in `state` and to the last reading; throws where it shows none of them. Its commit tells
 * how many batches are there; deletes have no such number, and whether they were done is told by all that it holds.
 */
export async function outcomeFound(store: Asked, state: StoreState, outcomes: readonly Model[]): Promise<Model> {
  const possible = outcomes.filter(({ data }) => data.commit === state.commit).reverse();
  const commits = [...new Set(outcomes.map(({ data }) => data.commit))].join(", ");
  ok(possible[0], `the store has commit ${state.commit}, and what was acknowledged and sent allows ${commits}`);
  const numbers = possible[0].numbers();
  const found = await wholeOf(store, numbers);
  let difference: unknown;
  for (const model of possible) {
    try {
      await sameState(state, model);
      sameWhole(found, await wholeOf(model.store, numbers), model);
      return model;
    } catch (error) {
      if (!(error instanceof AssertionError)) throw error;
      difference ??= error;
    }
  }
  throw difference;
}

/** What a store in this folder tells only later: the number of the next mask, and when a hub ran as presence has it, which a newer commit covers. */
export function hiddenIn(folder: string): { nextMask: number; aliveMs: number | null } {
  const db = new Database(join(folder, "hub.db"), { readonly: true });
  try {
    const last = db.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'masks'").pluck().get();
    const alive = db.prepare("SELECT value FROM meta WHERE key = 'alive_ms'").pluck().get() as string;
    return { nextMask: ((last as number | undefined) ?? 0) + 1, aliveMs: alive === "" ? null : Number(alive) };
  } finally {
    db.close();
  }
}

/** Lets so much time pass without giving way to anything else: shorter than any timer. */
function spin(us: number): void {
  const endMs = performance.now() + us / 1_000;
  while (performance.now() < endMs);
}
