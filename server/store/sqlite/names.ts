import type { NameStore } from "../names.ts";
import type { WorkerPair } from "./worker-pair.ts";

/** What the main thread asks about names. */
export function namesOf(pair: () => Promise<WorkerPair>): NameStore {
  return {
    rename: async (...values) => (await pair()).writer.call("rename", values),
    removeAlias: async (...values) => (await pair()).writer.call("removeAlias", values),
  };
}
