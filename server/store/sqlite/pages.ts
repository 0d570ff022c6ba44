/** Answers for what is not there, and the buffers of those that are. */
import type { BucketPage, ChangesPage, HolesPage, RawPage } from "../answers.ts";

export function noReadings(): RawPage {
  return { times: new Float64Array(0), values: new Float64Array(0), strings: [], nextFromMs: null };
}

export function noChanges(): ChangesPage {
  return { ...noReadings(), heldMs: new Float64Array(0) };
}

export function noBuckets(): BucketPage {
  const none = new Float64Array(0);
  const columns = { times: none, first: none, last: none, min: none, max: none, sum: none, count: none };
  return { tier: "raw", ...columns, nextFromMs: null };
}

export function noHoles(): HolesPage {
  return { fromMs: new Float64Array(0), toMs: new Float64Array(0), nextFromMs: null };
}

/** The buffers of an object's columns, or of those of all objects in a list: they move between threads instead of being copied. */
export function buffersOf(holder: object): ArrayBuffer[] {
  const holders: readonly (object | null)[] = Array.isArray(holder) ? holder : [holder];
  const buffers = new Set<ArrayBuffer>();
  for (const one of holders) {
    for (const part of Object.values(one ?? {})) if (ArrayBuffer.isView(part)) buffers.add(part.buffer as ArrayBuffer);
  }
  return [...buffers];
}
