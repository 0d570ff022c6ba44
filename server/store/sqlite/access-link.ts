/** The main thread's side of who may use the hub. */
import type { AccessStore } from "../access.ts";
import type { WorkerPair } from "./worker-pair.ts";

export function accessOf(pair: () => Promise<WorkerPair>): AccessStore {
  return {
    load: async () => (await pair()).reader.call("loadAccess", []),
    apply: async (changes) => (await pair()).writer.call("applyAccess", [changes]),
    audit: async (...asked) => (await pair()).reader.call("readAudit", asked),
  };
}
