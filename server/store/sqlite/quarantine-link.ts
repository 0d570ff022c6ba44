/** The main thread's side of the quarantine. */
import type { QuarantineStore } from "../quarantine.ts";
import type { WorkerPair } from "./worker-pair.ts";

export function quarantineOf(pair: () => Promise<WorkerPair>): QuarantineStore {
  return {
    list: async (...asked) => (await pair()).reader.call("listQuarantine", asked),
    find: async (...asked) => (await pair()).reader.call("findQuarantine", asked),
  };
}
