/** Who may use the hub, in the memory engine. */
import {
  type AccessChange,
  type AccessState,
  type AccessStore,
  type AuditRecord,
  auditKept,
  type PersonRecord,
  personKey,
  type SessionRecord,
  type TokenRecord,
} from "../access.ts";
import { strangeAccess } from "../keeping.ts";

/** What survives a restart. */
export class AccessData implements AccessStore {
  #people = new Map<string, PersonRecord>();
  #sessions = new Map<string, SessionRecord>();
  #tokens = new Map<string, TokenRecord>();
  /** In the order of their numbers. */
  #audit: readonly AuditRecord[] = [];
  #nextNumber = 1;
  /** Entries of the audit log that are kept, the newest. */
  auditKept = auditKept;

  async load(): Promise<AccessState> {
    return { people: listed(this.#people), sessions: listed(this.#sessions), tokens: listed(this.#tokens) };
  }

  async apply(changes: readonly AccessChange[]): Promise<void> {
    const draft = {
      ...{ person: new Map(this.#people), session: new Map(this.#sessions), token: new Map(this.#tokens) },
      audit: [...this.#audit],
      nextNumber: this.#nextNumber,
    };
    // As JSON would have them.
    for (const change of structuredClone(changes)) {
      if ("drop" in change) {
        draft[change.drop].delete(change.id);
        if (change.drop !== "person") continue;
        for (const { id, person } of [...draft.session.values()]) if (person === change.id) draft.session.delete(id);
      } else if (change.put === "person") {
        const key = personKey(change.record.name);
        const isTaken = [...draft.person.values()].some(
          ({ id, name }) => id !== change.record.id && personKey(name) === key,
        );
        if (isTaken) throw strangeAccess(change);
        draft.person.set(change.record.id, change.record);
      } else if (change.put === "session") {
        if (!draft.person.has(change.record.person) || hasHash(draft.session, change.record))
          throw strangeAccess(change);
        draft.session.set(change.record.id, change.record);
      } else if (change.put === "token") {
        if (hasHash(draft.token, change.record)) throw strangeAccess(change);
        draft.token.set(change.record.id, change.record);
      } else draft.audit.push({ ...change.record, number: draft.nextNumber++ });
    }
    this.#people = draft.person;
    this.#sessions = draft.session;
    this.#tokens = draft.token;
    this.#audit = draft.audit.slice(-this.auditKept);
    this.#nextNumber = draft.nextNumber;
  }

  async audit(beforeNumber = Number.POSITIVE_INFINITY, limit: number): Promise<readonly AuditRecord[]> {
    return this.#audit
      .filter(({ number }) => number < beforeNumber)
      .reverse()
      .slice(0, limit);
  }
}

/** Whether another one has this hash. */
function hasHash(
  all: ReadonlyMap<string, { id: string; hash: string }>,
  { id, hash }: { id: string; hash: string },
): boolean {
  return [...all.values()].some((one) => one.id !== id && one.hash === hash);
}

function listed<T extends { readonly id: string; readonly createdMs: number }>(all: ReadonlyMap<string, T>): T[] {
  return [...all.values()].sort((a, b) => a.createdMs - b.createdMs || (a.id < b.id ? -1 : 1));
}
