/** What one sender has in one batch: what it will be told once the batch is on disk, or was refused. */
import type { Rejection } from "../../protocol/device.ts";
import type { StoreError } from "../../store/store.ts";
import type { Origin } from "../arrivals.ts";
import type { Peer } from "../peer.ts";

/** Most refusals of rows that one acknowledgement spells out; the rest is counted. */
export const maxRejectionsTold = 100;

/** A connection or a request that waits for its frames to be decided. */
export interface Sender {
  /** Who it is, for the record of what arrived; missing where a person changes something. */
  readonly origin?: Origin;
  /** Pays for what its readings and answers take once they are on disk; missing where a person changes something. */
  readonly peer?: Pick<Peer, "took">;
  /** Its frames in this batch are on disk, or refused for good. */
  decided(receipt: Receipt): void;
  /** Nothing of its frames in this batch was stored; the same may be sent again. */
  refused(receipt: Receipt, error: StoreError): void;
}

/**
 * Who answers a part. `cumulative`: frames with `seq` alone, one acknowledgement for all of them. `own`: a frame with an
 * `id`. `reading`: a `reading` message. `silent`: frames with neither, answered only where rows were refused.
 */
export type PartKind = "cumulative" | "own" | "reading" | "silent";

/** Frames that are answered by one message. */
export interface Part {
  readonly kind: PartKind;
  readonly id: number | undefined;
  /** Lowest and highest sequence number in it; undefined where its frames bear none. */
  readonly firstSeq: number | undefined;
  lastSeq: number | undefined;
  frames: number;
  stored: number;
  /** The first `maxRejectionsTold`. */
  rejected: Rejection[];
  rejectedCount: number;
}

export class Receipt {
  readonly sender: Sender;
  /** Which batch it is of: to be compared, never looked into. */
  readonly batch: object;
  /** Arrival of its first frame, monotonic ms. */
  readonly startedMs: number;
  frames = 0;
  bytes = 0;
  /** In the order in which they are answered. */
  readonly parts: Part[] = [];

  constructor(sender: Sender, batch: object, startedMs: number) {
    this.sender = sender;
    this.batch = batch;
    this.startedMs = startedMs;
  }

  /** Readings of it that were stored. */
  get stored(): number {
    let stored = 0;
    for (const part of this.parts) stored += part.stored;
    return stored;
  }

  /** Refusals that its sender is told of. */
  get told(): number {
    let told = 0;
    for (const part of this.parts) told += part.rejected.length;
    return told;
  }

  /** The part that a frame of `bytes` belongs to; frames with `seq` alone share one as long as nothing comes between. */
  part(kind: PartKind, id: number | undefined, seq: number | undefined, bytes: number): Part {
    this.frames += 1;
    this.bytes += bytes;
    const last = this.parts[this.parts.length - 1];
    if (last?.kind === kind && sharesAnswer(last)) {
      last.frames += 1;
      // A frame that came twice may be behind the highest.
      if (seq !== undefined && !(seq <= (last.lastSeq ?? 0))) last.lastSeq = seq;
      return last;
    }
    const part: Part = {
      kind,
      id,
      firstSeq: seq,
      lastSeq: seq,
      frames: 1,
      stored: 0,
      rejected: [],
      rejectedCount: 0,
    };
    this.parts.push(part);
    return part;
  }
}

/** Silent frames share a part until one of them has something to tell. */
function sharesAnswer(part: Part): boolean {
  return part.kind === "cumulative" || (part.kind === "silent" && part.rejectedCount === 0);
}

/** Memory of a refused row beside its message, roughly, bytes. */
const rejectionBytes = 200;

/** Memory of rejections that wait to be told, those from the `from`th on, roughly, bytes. */
export function bytesOf(rejections: readonly Rejection[], from: number): number {
  let bytes = 0;
  for (let at = from; at < rejections.length; at++) bytes += rejectionBytes + (rejections[at]?.message.length ?? 0);
  return bytes;
}
