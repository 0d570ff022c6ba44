/** How fast each of many may go on: a bucket for each key. Their memory is bounded. */
import type { Clock } from "../../ports.ts";
import { type BucketOptions, TokenBucket } from "../token-bucket.ts";

/** Keys that are remembered; beyond it the one that was quiet longest begins anew. */
const mostKeys = 10_000;

export class Paces {
  readonly #clock: Clock;
  readonly #options: BucketOptions;
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(clock: Clock, options: BucketOptions) {
    this.#clock = clock;
    this.#options = options;
  }

  /** How long this one has to wait, s; 0 where it may go on, which is counted then. */
  take(key: string): number {
    const bucket = this.#buckets.get(key) ?? new TokenBucket(this.#clock, this.#options);
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    if (this.#buckets.size > mostKeys) this.#buckets.delete(this.#buckets.keys().next().value as string);
    return bucket.take() ? 0 : Math.max(1, Math.ceil(bucket.waitMs() / 1_000));
  }

  /** What was counted for this one came to nothing. */
  giveBack(key: string): void {
    // Where it was full again by now it loses what is too much when it is next looked at.
    this.#buckets.get(key)?.spend(-1);
  }
}
