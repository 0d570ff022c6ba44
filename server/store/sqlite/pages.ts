/** Answers for what is not there, and the buffers of those that are. */
import type { BucketPage, ChangesPage, RawPage } from "../store.ts";

export function noReadings(): RawPage {
  return { times: new Float64Array(0), values: new Float64Array(0), strings: [], nextFromMs: null };
}

export function noChanges(): ChangesPage {
  return { ...noReadings(), heldMs: new Float64Array(0) };
}

export function noBuckets(): BucketPage {
  const none = new Float64Array(0);
  return { times: none, first: none, last: none, min: none, max: none, sum: none, count: none, nextFromMs: null };
}

/** The buffers of an object's columns: they move between threads instead of being copied. */
export function buffersOf(holder: object): ArrayBuffer[] {
  const buffers = Object.values(holder).flatMap((part) =>
    ArrayBuffer.isView(part) ? [part.buffer as ArrayBuffer] : [],
  );
  return [...new Set(buffers)];
}
