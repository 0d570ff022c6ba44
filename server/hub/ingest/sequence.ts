/**
 * Sequence numbers of senders: which frame is new, which was decided before, and which must wait because one before it
 * was refused for now. A space is (device, session), or one connection where the sender named no session.
 */
import type { TelemetryStore } from "../../store/store.ts";

/**
 * What to do with a frame that bears a sequence number. `fresh`: take it. `decided`: acknowledge again. `undecided`: the
 * first copy is on its way to the disk, its acknowledgement answers both. `dropped`: a frame before it is awaited.
 */
export type Verdict = "fresh" | "decided" | "undecided" | "dropped";

/** One sender's numbers. Between `decided` and `accepted` lie the frames on their way to the disk. */
export class SequenceSpace {
  /** The sender, or undefined where the space ends with its connection and nothing is remembered. */
  readonly owner: { readonly device: string; readonly session: string } | undefined;
  #decided: number;
  #accepted: number;
  #awaited = 0;
  #told = false;

  constructor(owner: SequenceSpace["owner"], decided = 0) {
    this.owner = owner;
    this.#decided = decided;
    this.#accepted = decided;
  }

  /** Highest number of which it is settled that it is stored or refused for good; 0: none. */
  get decided(): number {
    return this.#decided;
  }

  /** True while frames of it are on their way to the disk. */
  get undecided(): boolean {
    return this.#accepted > this.#decided;
  }

  /** The number that must come again before a later one is taken; 0: none. */
  get awaited(): number {
    return this.#awaited;
  }

  /** Judges a frame, and remembers it as accepted where the answer is `fresh`. */
  judge(seq: number): Verdict {
    if (seq <= this.#decided) return "decided";
    if (seq <= this.#accepted) return "undecided";
    if (this.#awaited > 0) {
      if (seq > this.#awaited) return "dropped";
      if (seq === this.#awaited) this.#awaited = 0;
    }
    this.#accepted = seq;
    return "fresh";
  }

  /** Everything up to `seq` is on disk or refused for good. */
  settle(seq: number): void {
    if (seq > this.#decided) this.#decided = seq;
  }

  /** The batch that held `firstSeq` and what followed it was refused for now. */
  rewind(firstSeq: number): void {
    this.#accepted = this.#decided;
    if (this.#awaited > 0 && this.#awaited <= firstSeq) return;
    this.#awaited = firstSeq;
    this.#told = false;
  }

  /** True the first time it is asked after a `rewind`: the sender has to be told once where to go on. */
  tellOnce(): boolean {
    if (this.#awaited === 0 || this.#told) return false;
    this.#told = true;
    return true;
  }

  /** A sender that comes anew goes on behind `decided`, which its `welcome` tells: nothing is awaited any more. */
  greet(): void {
    this.#awaited = 0;
  }
}

interface Held {
  /** A promise while the store is asked. */
  space: SequenceSpace | Promise<SequenceSpace>;
  users: number;
}

/** Spaces without a user that are remembered because a number must come again; beyond it the oldest is forgotten. */
const maxAwaiting = 10_000;

/**
 * The spaces in use, by device and session; loaded from the store when the first user comes, forgotten with the last,
 * unless a number is awaited: a sender that makes a request each must not get past it with the next one.
 */
export class SequenceSpaces {
  readonly #store: Pick<TelemetryStore, "lastSeq">;
  readonly #held = new Map<string, Held>();
  /** Those without a user, the oldest first. */
  readonly #awaiting = new Set<string>();

  constructor(store: Pick<TelemetryStore, "lastSeq">) {
    this.#store = store;
  }

  /** The space of a session. Every `enter` needs its `leave`. Rejects with the store's error; then nothing is held. */
  async enter(device: string, session: string): Promise<SequenceSpace> {
    const key = keyOf(device, session);
    let held = this.#held.get(key);
    if (!held) {
      const space = this.#store
        .lastSeq(device, session)
        .then((decided) => new SequenceSpace({ device, session }, decided));
      held = { space, users: 0 };
      this.#held.set(key, held);
    }
    held.users += 1;
    this.#awaiting.delete(key);
    try {
      held.space = await held.space;
      return held.space;
    } catch (error) {
      if (this.#held.get(key) === held) this.#held.delete(key);
      throw error;
    }
  }

  /** Call once nothing of the user is undecided any more. */
  leave(space: SequenceSpace): void {
    if (!space.owner) return;
    const key = keyOf(space.owner.device, space.owner.session);
    const held = this.#held.get(key);
    if (!held) return;
    held.users -= 1;
    if (held.users > 0) return;
    if (space.awaited === 0) {
      this.#held.delete(key);
      return;
    }
    this.#awaiting.add(key);
    if (this.#awaiting.size <= maxAwaiting) return;
    const [oldest] = this.#awaiting as Iterable<string>;
    this.#awaiting.delete(oldest as string);
    this.#held.delete(oldest as string);
  }
}

function keyOf(device: string, session: string): string {
  // Neither part can hold a NUL: both are checked as names or storable text.
  return `${device}\0${session}`;
}
