/** One loading device: what the generator asks of it, whatever way it sends. */
import type { Frames } from "./frames.ts";
import type { Tally } from "./tally.ts";

export interface Sender {
  /** Connects, and comes back by itself after a loss. */
  start(): void;
  /** Lets go of everything; what is undecided is counted as unacknowledged. */
  close(): void;
  readonly open: boolean;
  /** Frames on their way. */
  readonly pending: number;
  /** Sends the next frame, due at `dueMs` (monotonic); false where it cannot: not connected, or too many are on their way. */
  send(dueMs: number): boolean;
}

export interface SenderOptions {
  readonly url: string;
  readonly device: string;
  readonly token: string | undefined;
  readonly frames: Frames;
  readonly frameReadings: number;
  /** Most frames on their way. */
  readonly window: number;
  readonly tally: Tally;
  /** A frame was decided, or the connection is there: it may send again. */
  readonly onReady: (sender: Sender) => void;
}

/** A lost connection is tried again after a random part of this, ms. */
const backMs = 2_000;

/** Names a life of sequence numbers. */
export function newSession(): string {
  return Math.random().toString(36).slice(2) + Math.random().toString(36).slice(2);
}

/** Calls `again` after a while; the function returned takes it back. */
export function comeBack(again: () => void): () => void {
  const timer = setTimeout(again, Math.random() * backMs);
  return () => clearTimeout(timer);
}
