/** The ledger of gaps as the main thread asks for it. */
import type { LedgerStore } from "../ledger.ts";
import type { WorkerPair } from "./worker-pair.ts";

export function ledgerOf(pair: () => Promise<WorkerPair>): LedgerStore {
  return {
    looked: async () => (await pair()).writer.call("lookedAt", []),
    rechecks: async (limit, series) => (await pair()).writer.call("rechecks", [limit, series]),
    write: async (...found) => (await pair()).writer.call("writeLedger", found),
    read: async (...asked) => (await pair()).reader.call("readLedger", asked),
  };
}
