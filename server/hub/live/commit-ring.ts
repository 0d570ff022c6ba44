/**
 * The newest commits, as columns: what viewers that were cut did not see. Bounded by the bytes it takes and by age, and
 * without a hole: whoever knows everything up to `floor`, or to a later commit, finds all that came since.
 */
import { type Columns, readingBytes } from "../../store/columns.ts";

export interface CommitRingSettings {
  /** Memory of all that is kept, bytes. */
  readonly resumeBytes: number;
  /** What arrived longer ago may go, ms. */
  readonly resumeMs: number;
}

/** Commits that go together when their time has come: small ones share buffers, or each would cost more than it holds. */
interface Block {
  readonly firstCommit: number;
  /** How many commits it has, and where the readings of each end. */
  commits: number;
  ends: Uint32Array;
  /** Where the texts of each commit begin in `strings`; none where there are no texts. */
  textsFrom: number[] | undefined;
  readonly strings: string[];
  series: Uint32Array;
  times: Float64Array;
  values: Float64Array;
  length: number;
  textBytes: number;
  readonly beganMs: number;
  endedMs: number;
}

/** The readings of one commit: those from `start` to `end` (excluded) of the columns. A text's index counts from `textsFrom`. */
export interface RingSlice {
  readonly commit: number;
  readonly start: number;
  readonly end: number;
  readonly series: Uint32Array;
  readonly times: Float64Array;
  readonly values: Float64Array;
  readonly strings: readonly string[];
  readonly textsFrom: number;
}

/** A block takes no more beyond so many readings, commits, or this part of the age that is kept. */
const blockReadings = 16_384;
const blockCommits = 16_384;
const ageShare = 1 / 16;
const firstCapacity = 256;
/** Spare room of a closed block that is not worth a copy. */
const toleratedSpare = 1 / 8;
const firstCommits = 64;
/** What an entry of `textsFrom` takes, and a text beside its letters, bytes. */
const textsFromBytes = 8;
const textOverheadBytes = 32;

export class CommitRing {
  readonly #settings: CommitRingSettings;
  #blocks: Block[] = [];
  #newest: number;
  #floor: number;
  #bytes = 0;

  /** `newest`: the commit before the first that will be given. `floor`: the one after which everything will be here, it or a later one. */
  constructor(settings: CommitRingSettings, newest: number, floor: number) {
    this.#settings = settings;
    this.#newest = newest;
    this.#floor = floor;
  }

  /** All commits after this one are here. */
  get floor(): number {
    return this.#floor;
  }

  /** Memory that it takes, bytes; `resumeBytes` at most, or what the newest commit alone takes. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Takes a copy of a commit's readings. A commit that does not follow the newest one makes everything before it useless. */
  push(commit: number, columns: Columns, nowMs: number): void {
    if (commit !== this.#newest + 1) {
      this.#blocks = [];
      this.#bytes = 0;
      this.#floor = Math.max(this.#floor, commit - 1);
    }
    this.#newest = commit;
    const block = this.#blockFor(commit, columns.length, nowMs);
    copyInto(block, columns);
    if (block.textsFrom || columns.strings.length > 0) this.#bytes += takeTexts(block, columns.strings);
    block.length += columns.length;
    block.ends[block.commits++] = block.length;
    block.endedMs = nowMs;
    this.#trim(nowMs);
  }

  /** Each commit after `after`, up to `through`, in order. */
  *slices(after: number, through: number): Generator<RingSlice> {
    for (const { firstCommit, commits, ends, textsFrom, strings, series, times, values } of this.#blocks) {
      const end = Math.min(commits, through + 1 - firstCommit);
      for (let at = Math.max(0, after + 1 - firstCommit); at < end; at++) {
        yield {
          commit: firstCommit + at,
          start: at === 0 ? 0 : (ends[at - 1] as number),
          end: ends[at] as number,
          ...{ series, times, values, strings },
          textsFrom: textsFrom?.[at] ?? 0,
        };
      }
    }
  }

  #blockFor(commit: number, length: number, nowMs: number): Block {
    const last = this.#blocks.at(-1);
    const isOpen =
      last !== undefined &&
      last.length + length <= blockReadings &&
      last.commits < blockCommits &&
      nowMs - last.beganMs < this.#settings.resumeMs * ageShare;
    if (isOpen) {
      if (last.length + length > last.series.length) this.#grow(last, last.length + length);
      if (last.commits === last.ends.length) this.#resizeEnds(last, last.commits * 2);
      return last;
    }
    if (last) this.#shrink(last);
    // A busy hub fills the next block as it filled the last: growing it step by step would copy each reading again.
    const likely = last && last.length > blockReadings / 2 ? blockReadings : firstCapacity;
    const capacity = Math.max(likely, length);
    const made: Block = {
      firstCommit: commit,
      commits: 0,
      ends: new Uint32Array(last && last.commits > blockCommits / 2 ? blockCommits : firstCommits),
      textsFrom: undefined,
      strings: [],
      series: new Uint32Array(capacity),
      times: new Float64Array(capacity),
      values: new Float64Array(capacity),
      length: 0,
      textBytes: 0,
      beganMs: nowMs,
      endedMs: nowMs,
    };
    this.#blocks.push(made);
    this.#bytes += bytesOf(made);
    return made;
  }

  #grow(block: Block, needed: number): void {
    let capacity = block.series.length;
    while (capacity < needed) capacity *= 2;
    this.#resize(block, Math.min(capacity, Math.max(needed, blockReadings)));
  }

  /** A block that takes no more needs no room for it. */
  #shrink(block: Block): void {
    if (block.length < block.series.length * (1 - toleratedSpare)) this.#resize(block, block.length);
    if (block.commits < block.ends.length * (1 - toleratedSpare)) this.#resizeEnds(block, block.commits);
  }

  #resizeEnds(block: Block, capacity: number): void {
    const { commits, ends } = block;
    block.ends = new Uint32Array(capacity);
    block.ends.set(ends.subarray(0, commits));
    this.#bytes += block.ends.byteLength - ends.byteLength;
  }

  #resize(block: Block, capacity: number): void {
    this.#bytes += (capacity - block.series.length) * readingBytes;
    const { length, series, times, values } = block;
    block.series = new Uint32Array(capacity);
    block.times = new Float64Array(capacity);
    block.values = new Float64Array(capacity);
    block.series.set(series.subarray(0, length));
    block.times.set(times.subarray(0, length));
    block.values.set(values.subarray(0, length));
  }

  #trim(nowMs: number): void {
    const { resumeBytes, resumeMs } = this.#settings;
    let gone = 0;
    while (gone < this.#blocks.length) {
      const block = this.#blocks[gone] as Block;
      const isOld = nowMs - block.endedMs > resumeMs;
      if (!isOld && this.#bytes <= resumeBytes) break;
      // A commit that is larger than all that may be kept is not kept either.
      this.#bytes -= bytesOf(block);
      this.#floor = Math.max(this.#floor, block.firstCommit + block.commits - 1);
      gone += 1;
    }
    if (gone > 0) this.#blocks = this.#blocks.slice(gone);
  }
}

/** A view of a buffer costs as much as a loop over this many readings. */
const fewReadings = 32;

function copyInto({ series, times, values, length: at }: Block, columns: Columns): void {
  const { length } = columns;
  if (length <= fewReadings) {
    for (let index = 0; index < length; index++) {
      series[at + index] = columns.series[index] as number;
      times[at + index] = columns.times[index] as number;
      values[at + index] = columns.values[index] as number;
    }
    return;
  }
  series.set(columns.series.subarray(0, length), at);
  times.set(columns.times.subarray(0, length), at);
  values.set(columns.values.subarray(0, length), at);
}

/** Answers by how many bytes the block grew. */
function takeTexts(block: Block, strings: readonly string[]): number {
  const before = block.textBytes;
  if (!block.textsFrom) {
    block.textsFrom = new Array<number>(block.commits).fill(0);
    block.textBytes += block.commits * textsFromBytes;
  }
  block.textsFrom.push(block.strings.length);
  block.textBytes += textsFromBytes;
  for (const text of strings) {
    block.strings.push(text);
    block.textBytes += text.length * 2 + textOverheadBytes;
  }
  return block.textBytes - before;
}

function bytesOf({ series, ends, textBytes }: Block): number {
  return series.length * readingBytes + ends.byteLength + textBytes;
}
