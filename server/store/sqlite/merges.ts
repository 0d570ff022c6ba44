import type { MergeStore } from "../merges.ts";
import type { WorkerPair } from "./worker-pair.ts";

/** What the main thread asks about merges. */
export function mergesOf(pair: () => Promise<WorkerPair>): MergeStore {
  return {
    begin: async (...values) => (await pair()).writer.call("beginMerge", values),
    step: async (...values) => (await pair()).writer.call("stepMerge", values),
    check: async (series, into) => {
      for (let sinceMs = Number.NEGATIVE_INFINITY; ; ) {
        const found = await (await pair()).writer.call("checkMerge", [series, into, sinceMs]);
        if (!found || "obstacle" in found) return found;
        sinceMs = found.nextMs;
      }
    },
    find: async (...values) => (await pair()).writer.call("findMerge", values),
  };
}
