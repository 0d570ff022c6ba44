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
  /** The sender, undefined where the space ends with its connection and nothing is remembered. */
  readonly device: string | undefined;
  readonly session: string | undefined;
  /** Those who use it; the count is that of `SequenceSpaces`. */
  users = 0;
  #decided: number;
  #accepted: number;
  #awaited = 0;
  #told = false;

  constructor(owner: { readonly device: string; readonly session: string } | undefined, decided = 0) {
    this.device = owner?.device;
    this.session = owner?.session;
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

/** A space while the store is asked. */
interface Loading {
  readonly space: Promise<SequenceSpace>;
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
  readonly #held = new Map<string, Loading | SequenceSpace>();
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
    if (held instanceof SequenceSpace) return held;
    try {
      const space = await held.space;
      if (this.#held.get(key) === held) {
        space.users = held.users;
        this.#held.set(key, space);
      }
      return space;
    } catch (error) {
      if (this.#held.get(key) === held) this.#held.delete(key);
      throw error;
    }
  }

  /** Call once nothing of the user is undecided any more. */
  leave(space: SequenceSpace): void {
    const { device, session } = space;
    if (device === undefined || session === undefined) return;
    const key = keyOf(device, session);
    if (this.#held.get(key) !== space) return;
    space.users -= 1;
    if (space.users > 0) return;
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
  // One string: put together by an operator it would be one that points at its halves, and the Map would keep a whole one beside it.
  return [device, session].join("\0");
}
