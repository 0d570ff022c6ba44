/**
 * Admits readings into the open batch: clock rule, series, type, limits; each reading by itself. What is refused is told by
 * name, kept for the person who asks, and keeps nothing else from being stored.
 */
import type { Warnings } from "../../protocol/check.ts";
import { maxAheadMs } from "../../protocol/clock.ts";
import { shortMessage } from "../../protocol/errors.ts";
import type { Limits } from "../../protocol/limits.ts";
import { typeOfValue, type Value } from "../../store/columns.ts";
import type { Alias } from "../../store/names.ts";
import { meant, type Voice } from "../access/principal.ts";
import type { Arrivals, Origin } from "../arrivals.ts";
import type { Catalog, Device, Series } from "../catalog.ts";
import type { OpenBatch } from "./batch.ts";
import type { Committer } from "./committer.ts";
import { maxRejectionsTold, type Part } from "./receipt.ts";
import {
  aheadProblem,
  deviceLimitProblem,
  foreignProblem,
  maxSuspiciousMs,
  type Problem,
  RefusalQuota,
  seriesLimitProblem,
  suspiciousProblem,
  typeProblem,
} from "./refusals.ts";
import type { QuarantineQuota } from "./set-aside.ts";

/** Longest raw row kept with a refusal, UTF-16 units. */
const maxKeptRow = 1_000;

/** Who sends a frame, as far as its readings are concerned. */
export interface Source {
  readonly origin: Origin;
  /** The device that said `hello`, if one did: it is meant where a reading names none. */
  readonly speaker: Device | undefined;
  /** Of this request alone: times of any of its devices may lie anywhere in the past. */
  readonly historic: boolean;
  readonly warnings: Warnings;
  /** The devices that it may send readings of. */
  readonly voice: Voice;
}

/** What the readings of a frame looked like that have no object of their own, for those that are refused. */
export interface AsSent {
  raw(index: number, metric: string): unknown;
}

export interface AdmissionDeps {
  readonly catalog: Catalog;
  readonly committer: Pick<Committer, "open" | "columns">;
  readonly limits: Pick<Limits, "metricsPerDevice" | "series">;
  readonly arrivals: Pick<Arrivals, "explained">;
  readonly quarantine: { readonly quota: QuarantineQuota };
  /** A reading of a device came from another one, or from a sender that said no hello. At least once for each frame and device. */
  readonly onSpokenFor: (device: Device, speaker: Device | undefined) => void;
}

/**
 * One frame at a time, in a single turn: what belongs to the frame stands in fields, so that a reading costs no object of
 * its own.
 */
export class Admission {
  readonly #deps: AdmissionDeps;
  #source: Source = undefined as never;
  #part: Part = undefined as never;
  #batch: OpenBatch = undefined as never;
  #seq: number | undefined;
  #asSent: AsSent | undefined;
  #nowMs = 0;
  /** The device that the present reading is of; `#device` is undefined as long as it has none. */
  #deviceId = "";
  #device: Device | undefined;
  /** The sender does not speak for it. */
  #foreign = false;
  /** The device of which `onSpokenFor` was told last in this frame. */
  #told: Device | undefined;
  readonly #written = new RefusalQuota();

  constructor(deps: AdmissionDeps) {
    this.#deps = deps;
  }

  /** The device that readings are of from now on. */
  get deviceId(): string {
    return this.#deviceId;
  }

  /** A frame of `device` begins, of the one that said hello where that is undefined. */
  begin(
    source: Source,
    { device, seq }: { readonly device: string | undefined; readonly seq: number | undefined },
    part: Part,
    nowMs: number,
    asSent?: AsSent,
  ): void {
    this.#source = source;
    this.#part = part;
    this.#batch = this.#deps.committer.open;
    this.#seq = seq;
    this.#nowMs = nowMs;
    this.#asSent = asSent;
    this.#told = source.speaker;
    const { speaker } = source;
    if (speaker && (device === undefined || device === speaker.id)) {
      // It was let in as this one; one that came by its fleet's key may have been given a token of its own since.
      this.#foreign = source.voice.speaksFor?.(speaker.id) === false;
      this.#deviceId = speaker.id;
      this.#device = speaker.removed ? this.#deps.catalog.findDevice(speaker.id) : speaker;
    } else this.turnTo(device ?? "");
  }

  /** What comes now is of this device, if the sender speaks for it. */
  turnTo(named: string): void {
    const { voice } = this.#source;
    const device = voice.alias === undefined ? named : meant(named, voice);
    this.#foreign = voice.speaksFor?.(device) === false;
    this.#goTo(device);
  }

  #goTo(device: string): void {
    this.#deviceId = device;
    this.#device = this.#deps.catalog.findDevice(device);
  }

  /** Takes or refuses one reading. `raw`: as it was sent; undefined where `AsSent` says it. */
  reading(index: number, metric: string, value: Value, timeMs: number, raw: unknown): void {
    if (this.#foreign) {
      this.refuse(index, metric, foreignProblem(this.#deviceId, this.#source.voice), raw);
    } else if (timeMs > this.#nowMs + maxAheadMs) {
      this.#setAside(index, metric, value, timeMs, aheadProblem(timeMs, this.#nowMs), raw);
    } else if (timeMs >= 0 && timeMs <= maxSuspiciousMs && !this.#historic) {
      this.#setAside(index, metric, value, timeMs, suspiciousProblem(timeMs), raw);
    } else {
      const series = this.#seriesOf(index, metric, value, raw);
      if (!series) return;
      this.#note(series);
      this.#deps.committer.columns.push(series.number, timeMs, value);
      this.#part.stored += 1;
    }
  }

  /** Whether none of the first `length` times is one for which a reading is set aside. */
  areTimely(times: Float64Array, length: number): boolean {
    const latestMs = this.#nowMs + maxAheadMs;
    const historic = this.#historic;
    for (let index = 0; index < length; index++) {
      const timeMs = times[index] as number;
      if (timeMs > latestMs || (timeMs >= 0 && timeMs <= maxSuspiciousMs && !historic)) return false;
    }
    return true;
  }

  /**
   * Takes `length` numbers of one metric at once, at `times` that are timely; its first one stands at `from`. False where they
   * have to be looked at one by one, and nothing was taken.
   */
  numbers(metric: string, times: Float64Array, numbers: Float64Array, from: number, length: number): boolean {
    const device = this.#device;
    if (this.#foreign || !device || length === 0) return false;
    const series = this.#deps.catalog.taking(device, metric);
    if (series?.type !== "number") return false;
    if (device !== this.#told) this.#spokenFor(device);
    this.#note(series);
    this.#deps.committer.columns.pushColumn(series.number, times, numbers, from, length);
    this.#part.stored += length;
    return true;
  }

  /** The batch has readings of a series. */
  #note(series: Series): void {
    if (this.#source.historic) this.#batch.addPast(series);
    else if (series.device.sentIn !== this.#batch.number) this.#batch.addSender(series.device);
  }

  get #historic(): boolean {
    return this.#source.historic || this.#device?.meta.historic === true;
  }

  /** The series of a reading, made if it is new; undefined where the reading is refused. */
  #seriesOf(index: number, metric: string, value: Value, raw: unknown): Series | undefined {
    const device = this.#device;
    const known = device && this.#deps.catalog.taking(device, metric);
    if (known) {
      if (known.type === typeof value) {
        if (device !== this.#told) this.#spokenFor(known.device);
        return known;
      }
      this.refuse(index, metric, typeProblem(known, value), raw);
      return undefined;
    }
    const lead = device?.leads?.get(metric);
    if (lead) return this.#seriesOfLead(index, lead, value, raw);
    const { catalog, limits } = this.#deps;
    const problem = device
      ? seriesLimitProblem(device, catalog.seriesCount, limits)
      : (deviceLimitProblem(catalog.deviceCount, limits) ?? seriesLimitProblem(undefined, catalog.seriesCount, limits));
    if (problem) {
      this.refuse(index, metric, problem, raw);
      return undefined;
    }
    const owner = device ?? this.#newDevice();
    if (owner !== this.#told) this.#spokenFor(owner);
    const series = catalog.addSeries(owner, metric, typeOfValue(value));
    this.#batch.addSeries(series);
    return series;
  }

  /** Under another name the reading is of another metric, or of another device: that one neither sends it nor is spoken for. */
  #seriesOfLead(index: number, { toDevice, toMetric }: Alias, value: Value, raw: unknown): Series | undefined {
    const [deviceId, device, told] = [this.#deviceId, this.#device, this.#told];
    if (device && device !== told) this.#spokenFor(device);
    if (toDevice !== deviceId) this.#goTo(toDevice);
    this.#told = this.#device;
    const series = this.#seriesOf(index, toMetric, value, raw);
    [this.#deviceId, this.#device, this.#told] = [deviceId, device, device];
    return series;
  }

  #newDevice(): Device {
    const device = this.#deps.catalog.device(this.#deviceId, this.#nowMs);
    this.#device = device;
    this.#batch.addDevice(device);
    return device;
  }

  #spokenFor(device: Device): void {
    this.#told = device;
    this.#deps.onSpokenFor(device, this.#source.speaker);
  }

  /** Refuses a reading for its time, and keeps it for the person who knows the right one. */
  #setAside(index: number, metric: string, value: Value, timeMs: number, problem: Problem, raw: unknown): void {
    this.refuse(index, metric, problem, raw);
    const device = this.#device;
    if (!device || device.removed) return;
    const row = { device: device.id, metric, timeMs, value, atMs: this.#nowMs, code: problem.code };
    this.#batch.quarantine.add(device, row, this.#deps.quarantine.quota);
  }

  /** Refuses a reading, of `device` where it names another one. */
  refuse(index: number, metric: string, problem: Problem, raw: unknown, device = this.#deviceId): void {
    const part = this.#part;
    part.rejectedCount += 1;
    // Words cost more than all else of a refusal, and nobody reads more of them.
    if (part.rejectedCount > maxRejectionsTold) return;
    const { origin, speaker, voice } = this.#source;
    const { code } = problem;
    const message = shortMessage(problem.message);
    // Nobody fills another device's list of refusals.
    const own = voice.speaksFor?.(device) !== false;
    const keeper = (own ? this.#deps.catalog.findDevice(device)?.id : undefined) ?? speaker?.id;
    const row = keptRow(raw === undefined ? this.#asSent?.raw(index, metric) : raw);
    if (keeper !== undefined && this.#written.take(keeper, this.#batch.number, this.#nowMs))
      this.#batch.addRefusal({ device: keeper, atMs: this.#nowMs, code, message, row });
    origin.device ??= keeper ?? (device === "" ? undefined : device);
    this.#deps.arrivals.explained(origin, { code, message, metric, raw: row });
    part.rejected.push({
      ...(this.#seq === undefined ? {} : { seq: this.#seq }),
      index,
      metric,
      ...(device === speaker?.id ? {} : { device }),
      code,
      message,
    });
  }
}

/** The row as text, as far as it can be kept. */
function keptRow(raw: unknown): string {
  try {
    return (JSON.stringify(raw) ?? "").slice(0, maxKeptRow).toWellFormed();
  } catch {
    // JSON.stringify recurses, and a row may nest deeper than its stack.
    return "(nested too deep to be shown)";
  }
}
