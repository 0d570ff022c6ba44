import type { MergeStore } from "../merges.ts";
import type { WorkerPair } from "./worker-pair.ts";

/** What the main thread asks about merges. */
export function mergesOf(pair: () => Promise<WorkerPair>): MergeStore {
  return {
    begin: async (...values) => (await pair()).writer.call("beginMerge", values),
    step: async (...values) => (await pair()).writer.call("stepMerge", values),
    check: async (...values) => (await pair()).writer.call("checkMerge", values),
    find: async (...values) => (await pair()).writer.call("findMerge", values),
  };
}
