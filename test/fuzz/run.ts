/** The fuzzer: frames and raw input by a seed against a hub in a process of its own, with an honest device beside it. */
import { checkRow } from "../../server/protocol/check.ts";
import { decodeFirst } from "../../server/protocol/decode.ts";
import { nestsDeeperThan } from "../../server/protocol/depth.ts";
import { Refusal } from "../../server/protocol/errors.ts";
import { defaultLimits } from "../../server/protocol/limits.ts";
import { Warnings } from "../../server/protocol/warnings.ts";
import { HonestDevice, percentile } from "./honest-device.ts";
import { Line, sendRaw, Tally, Trouble } from "./lines.ts";
import { framesOf } from "./messages.ts";
import { rawInputsOf } from "./raw.ts";
import { shrunk } from "./shrink.ts";
import { type Program, WatchedHub } from "./watched-hub.ts";

export interface FuzzOptions {
  readonly messages: number;
  /** WebSocket frames with heads of their own, and requests. */
  readonly frames: number;
  readonly seed: number;
  /** Where to begin: messages before are left out. */
  readonly from?: number;
  /** Another hub than this project's. */
  readonly program?: Program;
  /** Ends the hubs and devices, and so the run, before its time. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (so: {
    messages: number;
    frames: number;
    rssBytes: number;
    heapUsed: number;
    external: number;
  }) => void;
}

/** Something that must not be. */
export interface Finding {
  readonly what: string;
  /** Place of the chunk among the messages; undefined for what raw input or the whole run did. */
  readonly from: number | undefined;
  readonly input: readonly Buffer[];
}

export interface FuzzReport {
  readonly messages: number;
  readonly frames: number;
  readonly tally: Tally;
  /** What the hub holds more at the end than after its first tenth, bytes. */
  readonly grownBytes: number;
  /** The longest that a message took to be decoded, of the best of eight trials, ms; and the message. */
  readonly slowestDecode: { readonly ms: number; readonly frame: Buffer };
  /** How late the hub's event loop was, ms. */
  readonly loopMs: { readonly p99: number; readonly max: number };
  readonly honest: {
    readonly usualP99Ms: number;
    readonly lateMs: number;
    readonly p99Ms: number;
    readonly maxMs: number;
    readonly acks: number;
  };
  readonly findings: readonly Finding[];
}

/** Messages made at once, from a seed of their own. */
export const chunk = 2_000;
/** Connections at once. */
const lineCount = 24;
/** Most that one message may take to be decoded, ms; or, where others slow this machine down, so many times a walk over its letters. */
const mostDecodeMs = 20;
const mostWalks = 60;
/** What its main thread holds behind a collection may grow by, bytes. */
const mostHeldBytes = 20e6;
/** What the process may grow by, bytes: garbage of its other threads, which nobody collects, and pages that the allocator keeps, too. */
const mostGrownBytes = 150e6;
/** More in a row than the hub takes. */
const tooManyUnreadable = 20;

export async function fuzz(options: FuzzOptions): Promise<FuzzReport> {
  // What makes a machine slow makes a hub slow that nobody harms, too.
  const [hub, quiet] = await Promise.all([WatchedHub.start(options.program), WatchedHub.start()]);
  const [honest, twin] = [new HonestDevice(hub.url), new HonestDevice(quiet.url)];
  const end = async (): Promise<void> => {
    honest.stop();
    twin.stop();
    await Promise.all([hub.stop(), quiet.stop()]);
  };
  options.signal?.addEventListener("abort", end);
  try {
    const report = await new Run(hub, honest, twin, options).whole();
    const [first, ...others] = report.findings;
    if (!first || hub.end === undefined) return report;
    return { ...report, findings: [{ ...first, input: await shrunk(first.input, options.program) }, ...others] };
  } finally {
    options.signal?.removeEventListener("abort", end);
    await end();
  }
}

class Run {
  readonly #hub: WatchedHub;
  readonly #honest: HonestDevice;
  readonly #twin: HonestDevice;
  readonly #options: FuzzOptions;
  readonly #tally = new Tally();
  readonly #lines: Line[];
  readonly #findings: Finding[] = [];
  readonly #ackMs: number[] = [];
  #slowest: FuzzReport["slowestDecode"] = { ms: 0, frame: Buffer.alloc(0) };
  #loopMs = { p99: 0, max: 0 };
  #lateMs = 0;
  #baseBytes: number | undefined;
  #baseHeldBytes: number | undefined;
  #lastBytes = 0;
  #looks = 0;

  constructor(hub: WatchedHub, honest: HonestDevice, twin: HonestDevice, options: FuzzOptions) {
    this.#hub = hub;
    this.#honest = honest;
    this.#twin = twin;
    this.#options = options;
    const { frameBytes } = defaultLimits;
    this.#lines = Array.from({ length: lineCount }, () => new Line(hub.url, this.#tally, frameBytes));
  }

  async whole(): Promise<FuzzReport> {
    const { messages, frames, seed, from = 0 } = this.#options;
    const [usualP99Ms] = await Promise.all([this.#honest.usual(), this.#twin.usual()]);
    await this.#hub.figures();
    const chunks = Math.ceil((messages - from) / chunk);
    const looks = Math.max(1, Math.ceil(chunks / 10));
    let [sent, raw] = [from, 0];
    for (let count = 0; count < Math.max(1, chunks) && this.#findings.length === 0; count++) {
      const size = Math.min(chunk, messages - sent);
      if (size > 0) await this.#messages(seed, sent, size);
      sent += size;
      const rawWanted = Math.ceil((frames * (count + 1)) / Math.max(1, chunks));
      for (let part = 0; raw < rawWanted && this.#findings.length === 0; part++) {
        const inputs = rawInputsOf(seed + 1_000_000_007 + count * 1_000 + part, 200);
        raw += inputs.reduce((all, one) => all + one.count, 0);
        await this.#raw(inputs);
      }
      if (count % looks === looks - 1 || count === 0) await this.#look(sent, raw);
    }
    await this.#look(sent, raw);
    for (const line of this.#lines) line.end();
    return {
      ...{ messages: sent - from, frames: raw, tally: this.#tally, findings: this.#findings, loopMs: this.#loopMs },
      ...{ slowestDecode: this.#slowest, grownBytes: this.#lastBytes - (this.#baseBytes ?? this.#lastBytes) },
      honest: {
        ...{ usualP99Ms, lateMs: this.#lateMs, acks: this.#ackMs.length },
        ...{ p99Ms: percentile(this.#ackMs, 99), maxMs: percentile(this.#ackMs, 100) },
      },
    };
  }

  async #messages(seed: number, from: number, size: number): Promise<void> {
    const frames = framesOf(seed + from / chunk, size);
    for (const frame of frames) this.#decode(frame, from);
    const each = Math.ceil(frames.length / lineCount);
    const work = this.#lines.map((line, at) => line.send(frames.slice(at * each, (at + 1) * each)));
    await this.#watch(work, from);
    if (from % (20 * chunk) === 0)
      await this.#watch([new Line(this.#hub.url, this.#tally, 1e9).unreadable(tooManyUnreadable)], from);
  }

  async #raw(inputs: readonly Parameters<typeof sendRaw>[1][]): Promise<void> {
    const waiting = [...inputs];
    const one = async () => {
      for (let input = waiting.pop(); input; input = waiting.pop()) await sendRaw(this.#hub.url, input, this.#tally);
    };
    await this.#watch(Array.from({ length: lineCount }, one), undefined);
  }

  /** Waits for all of it; what went wrong becomes a finding, first of all the end of the hub. */
  async #watch(work: readonly Promise<void>[], from: number | undefined): Promise<void> {
    const ended = await Promise.allSettled(work);
    // A hub that ends closes its connections first.
    if (ended.some(({ status }) => status === "rejected")) await this.#hub.figures().catch(() => {});
    for (const one of ended) {
      if (one.status === "fulfilled") continue;
      const error: unknown = one.reason;
      if (!(error instanceof Trouble)) throw error;
      this.#findings.push({ what: this.#hub.end ?? error.message, from, input: error.input });
    }
    if (this.#findings.length === 0 && this.#hub.end !== undefined)
      this.#findings.push({ what: this.#hub.end, from, input: [] });
  }

  /** Decodes as the hub does, and finds what takes too long. */
  #decode(frame: Buffer, from: number): void {
    const text = frame.toString();
    if (msOf(() => decode(text)) <= this.#slowest.ms) return;
    const ms = bestMsOf(() => decode(text));
    if (ms <= this.#slowest.ms) return;
    this.#slowest = { ms, frame };
    const most = Math.max(mostDecodeMs, mostWalks * bestMsOf(() => nestsDeeperThan(text, text.length)));
    if (ms > most)
      this.#findings.push({
        ...{ what: `a frame took ${ms.toFixed(1)} ms to be decoded, and ${most.toFixed(1)} ms are too long` },
        ...{ from, input: [frame] },
      });
  }

  async #look(messages: number, frames: number): Promise<void> {
    if (this.#findings.length > 0) return;
    const add = (what: string) => this.#findings.push({ what, from: undefined, input: [] });
    const [{ ackMs, waitingMs, troubles }, beside] = await Promise.all([this.#honest.report(), this.#twin.report()]);
    this.#lateMs = this.#honest.lateMs(Math.max(beside.waitingMs, ...beside.ackMs));
    this.#ackMs.push(...ackMs);
    const latest = Math.max(waitingMs, ...ackMs);
    if (latest > this.#lateMs)
      add(
        `an honest device waited ${latest.toFixed(0)} ms for its acknowledgement, and ${this.#lateMs.toFixed(0)} ms are late`,
      );
    for (const trouble of troubles) add(`an honest device beside it: ${trouble}`);
    const { rss, loopMs, heapUsed, external } = await this.#hub.figures();
    this.#loopMs = { p99: Math.max(this.#loopMs.p99, loopMs.p99), max: Math.max(this.#loopMs.max, loopMs.max) };
    // What is made once, be it code or caches, is made by the second look.
    const held = heapUsed + external;
    if (++this.#looks > 1) {
      this.#baseBytes ??= rss;
      this.#baseHeldBytes ??= held;
    }
    this.#lastBytes = rss;
    if (rss - (this.#baseBytes ?? rss) > mostGrownBytes) add(`the hub grew from ${this.#baseBytes} to ${rss} bytes`);
    if (held - (this.#baseHeldBytes ?? held) > mostHeldBytes)
      add(`what the hub holds grew from ${this.#baseHeldBytes} to ${held} bytes`);
    for (const line of this.#hub.faults) add(`the hub's log: ${line}`);
    this.#options.onProgress?.({ messages, frames, rssBytes: rss, heapUsed, external });
  }
}

function decode(text: string): void {
  const first = decodeFirst(text, defaultLimits);
  if (first instanceof Refusal || first.side !== "device" || first.message.type !== "readings") return;
  const warnings = new Warnings();
  for (const row of first.message.readings) checkRow(row, warnings);
}

function bestMsOf(work: () => void): number {
  return Math.min(...Array.from({ length: 8 }, () => msOf(work)));
}

/** Of CPU other threads take some, of time other processes. */
function msOf(work: () => void): number {
  const [startMs, before] = [performance.now(), process.cpuUsage()];
  work();
  const { user, system } = process.cpuUsage(before);
  return Math.min(performance.now() - startMs, (user + system) / 1_000);
}
