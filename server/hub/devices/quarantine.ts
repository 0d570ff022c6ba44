/** What a person decides on readings that were refused for their time: to store them, at another time maybe, or to drop them. */
import type { Clock } from "../../ports.ts";
import { maxAheadMs } from "../../protocol/clock.ts";
import { Refusal } from "../../protocol/errors.ts";
import type { Limits } from "../../protocol/limits.ts";
import type { QuarantineDecision, QuarantineOutcome } from "../../protocol/quarantine.ts";
import { typeOfValue, type Value } from "../../store/columns.ts";
import type { Quarantined } from "../../store/quarantine.ts";
import type { StoreError, TelemetryStore } from "../../store/store.ts";
import type { Catalog, Device, Series } from "../catalog.ts";
import type { OpenBatch } from "../ingest/batch.ts";
import type { Committer } from "../ingest/committer.ts";
import { aheadProblem, type Problem, seriesLimitProblem, typeProblem } from "../ingest/refusals.ts";
import { QuarantineQuota } from "../ingest/set-aside.ts";

/** Readings that one commit takes: others wait for it. */
const atOnce = 1_000;
/** Most readings that an answer names one by one. */
const maxTold = 100;
/** No date lies beyond, ms. */
const maxTimeMs = 8.64e15;

export interface QuarantineDeps {
  readonly store: Pick<TelemetryStore, "quarantine">;
  readonly catalog: Catalog;
  readonly committer: Pick<Committer, "open" | "touch" | "columns">;
  readonly limits: Limits;
  readonly clock: Clock;
}

type Tally = { -readonly [K in keyof Omit<QuarantineOutcome, "left">]: QuarantineOutcome[K] } & {
  readonly rejected: QuarantineOutcome["rejected"][number][];
};

export class Quarantine {
  /** How much may go into it. */
  readonly quota: QuarantineQuota;
  readonly #deps: QuarantineDeps;
  /** Decisions come one after the other: two of the same reading must not both find it. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(deps: QuarantineDeps) {
    this.#deps = deps;
    this.quota = new QuarantineQuota({ perDevice: deps.limits.quarantine, inAll: deps.limits.quarantineTotal });
  }

  /**
   * Carries out a decision; resolves once it is on disk. A reading is stored and leaves the quarantine in one transaction; one
   * that cannot be stored stays where it is, and is named. Throws a `Refusal`; of more than `atOnce` some may be done by then.
   */
  decide(device: Device, decision: QuarantineDecision): Promise<QuarantineOutcome> {
    const done = this.#turn.then(() => this.#decide(device, decision));
    this.#turn = done.catch(() => {});
    return done;
  }

  async #decide(device: Device, decision: QuarantineDecision): Promise<QuarantineOutcome> {
    const { quarantine } = this.#deps.store;
    const tally: Tally = { stored: 0, discarded: 0, missing: 0, rejected: [], rejectedCount: 0 };
    const { ids } = decision;
    if (ids) {
      const wanted = [...new Set(ids)];
      for (let at = 0; at < wanted.length; at += atOnce) {
        const part = wanted.slice(at, at + atOnce);
        const rows = await quarantine.find(device.id, part);
        tally.missing += part.length - rows.length;
        await this.#settle(device, rows, decision, tally);
      }
    } else {
      // What arrives meanwhile comes after the first page, and waits for a decision of its own.
      for (let before = Number.MAX_SAFE_INTEGER; ; ) {
        const { rows } = await quarantine.list(device.id, before, atOnce);
        const last = rows.at(-1);
        if (!last) break;
        before = last.id;
        await this.#settle(device, [...rows].reverse(), decision, tally);
      }
    }
    const { count } = await quarantine.list(device.id, 0, 1);
    return { ...tally, left: count };
  }

  /** All of it is in one batch: what is put into it comes without a pause. */
  async #settle(
    device: Device,
    rows: readonly Quarantined[],
    decision: QuarantineDecision,
    tally: Tally,
  ): Promise<void> {
    const { action, shift = 0 } = decision;
    if (device.removed) throw new Refusal("unknown_device", `${device.id} was removed meanwhile.`);
    if (rows.length === 0) return;
    const { clock, committer } = this.#deps;
    const batch = committer.open;
    const nowMs = clock.now();
    const decided: number[] = [];
    let stored = 0;
    for (const { id, metric, timeMs, value } of rows) {
      if (action !== "discard") {
        const series = this.#place(device, metric, value, timeMs + shift, nowMs, batch);
        if ("code" in series) {
          tally.rejectedCount += 1;
          if (tally.rejected.length < maxTold) {
            const { code, message } = series;
            tally.rejected.push({ id, metric, code, message });
          }
          continue;
        }
        batch.addPast(series);
        committer.columns.push(series.number, timeMs + shift, value);
        stored += 1;
      }
      decided.push(id);
    }
    if (decided.length === 0) return;
    batch.quarantine.decide(decided, this.quota.limits);
    const error = await new Promise<StoreError | undefined>((resolve) => {
      const sender = { decided: () => resolve(undefined), refused: (_: unknown, why: StoreError) => resolve(why) };
      batch.receipt(sender, clock.monotonic());
      committer.touch();
    });
    if (error) throw new Refusal(error.code, error.message);
    tally.stored += stored;
    if (action === "discard") tally.discarded += decided.length;
  }

  /** Where a reading goes, or why it cannot: all rules hold that hold for readings of the past. */
  #place(
    device: Device,
    metric: string,
    value: Value,
    timeMs: number,
    nowMs: number,
    batch: OpenBatch,
  ): Series | Problem {
    const { catalog, limits } = this.#deps;
    if (timeMs > nowMs + maxAheadMs) return aheadProblem(timeMs, nowMs);
    if (timeMs < -maxTimeMs)
      return { code: "invalid_value", message: `time ${timeMs} is none: no date lies before ${-maxTimeMs}` };
    const known = catalog.taking(device, metric);
    if (known) return known.type === typeof value ? known : typeProblem(known, value);
    const lead = device.leads?.get(metric);
    if (lead) {
      const owner = catalog.device(lead.toDevice, nowMs);
      if (owner.series.size === 0) batch.addDevice(owner);
      return this.#place(owner, lead.toMetric, value, timeMs, nowMs, batch);
    }
    const problem = seriesLimitProblem(device, catalog.seriesCount, limits);
    if (problem) return problem;
    const series = catalog.addSeries(device, metric, typeOfValue(value));
    batch.addSeries(series);
    return series;
  }
}
