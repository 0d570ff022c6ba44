/** Who may use a hub of a test. */
import { Access } from "../../server/hub/access/access.ts";
import { AccessBook } from "../../server/hub/access/book.ts";
import { hashToken, makeId } from "../../server/hub/access/secrets.ts";
import { type Clock, type Log, silentLog } from "../../server/ports.ts";
import type { TokenRecord } from "../../server/store/access.ts";
import { MemoryStore } from "../../server/store/memory/memory-store.ts";

/** Lets everybody do everything. */
export function openAccess(clock: Clock, log: Log = silentLog): Access {
  const book = new AccessBook(new MemoryStore().access, { people: [], sessions: [], tokens: [] });
  return new Access({ book, reach: "everybody", requests: 0, clock, log });
}

/** A token as the store keeps it; of a device that speaks for all unless `changes` say otherwise. */
export function tokenRecord(token: string, changes: Partial<TokenRecord> = {}): TokenRecord {
  return {
    ...{ id: makeId(), kind: "device", name: "", hash: hashToken(token), devices: null, alias: null, role: null },
    ...{ createdMs: 0, createdBy: "", expiresMs: null, usedMs: null, usedFrom: "", replaces: null },
    ...changes,
  };
}
