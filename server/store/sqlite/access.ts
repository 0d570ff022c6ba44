/** Who may use the hub, and who changed what: plain tables. Any SQLite tool reads them. */
import { personRoles } from "../../protocol/rights.ts";
import {
  type AccessChange,
  type AccessState,
  type AuditRecord,
  type PersonRecord,
  personKey,
  type SessionRecord,
  type TokenKind,
  type TokenRecord,
} from "../access.ts";
import { CodecError } from "../codec/bytes.ts";
import { strangeAccess } from "../keeping.ts";
import { StoreError } from "../store.ts";
import { type Db, sqliteCode, transact } from "./driver.ts";
import { storedJson } from "./stored-json.ts";

const tokenKinds: readonly TokenKind[] = ["device", "fleet", "program", "link"];

const personColumns = ["id", "name", "name_key", "role", "devices", "password", "disabled", "created_ms"];
const sessionColumns = ["id", "person", "hash", "created_ms", "seen_ms", "expires_ms", "agent", "address"];
const tokenColumns = [
  ...["id", "kind", "name", "hash", "devices", "alias", "role", "created_ms", "created_by", "expires_ms"],
  ...["used_ms", "used_from", "replaces"],
];

/** All of the changes, or none, in a transaction of their own; of the audit log the newest `auditKept` entries stay. Throws a `StoreError`. */
export function applyAccess(db: Db, changes: readonly AccessChange[], auditKept: number): void {
  const write = writerOf(db);
  // Else the digest of an old password would stay in the file, and in copies of it, until something is written over it.
  db.pragma("secure_delete = ON");
  try {
    transact(db, () => {
      for (const change of changes) orRefused(change, write);
      if (changes.some((change) => "put" in change && change.put === "audit"))
        db.prepare("DELETE FROM audit WHERE number <= (SELECT max(number) FROM audit) - ?").run(auditKept);
    });
  } finally {
    db.pragma("secure_delete = OFF");
  }
}

/** What must not be is refused; the database is as sound as before. */
function orRefused(change: AccessChange, write: (change: AccessChange) => void): void {
  try {
    write(change);
  } catch (error) {
    if (sqliteCode(error)?.startsWith("SQLITE_CONSTRAINT")) throw strangeAccess(change);
    throw error;
  }
}

/** Prepared for all changes that come together: they come seldom. */
function writerOf(db: Db): (change: AccessChange) => void {
  const putPerson = db.prepare(put("people", personColumns));
  const putSession = db.prepare(put("sessions", sessionColumns));
  const putToken = db.prepare(put("tokens", tokenColumns));
  const addAudit = db.prepare(
    "INSERT INTO audit (at_ms, who, address, action, subject, details) VALUES (?, ?, ?, ?, ?, ?)",
  );
  const isPerson = db.prepare("SELECT 1 FROM people WHERE id = ?");
  const dropSessionsOf = db.prepare("DELETE FROM sessions WHERE person = ?");
  const drops = {
    person: db.prepare("DELETE FROM people WHERE id = ?"),
    session: db.prepare("DELETE FROM sessions WHERE id = ?"),
    token: db.prepare("DELETE FROM tokens WHERE id = ?"),
  };
  return (change) => {
    if ("drop" in change) {
      if (change.drop === "person") dropSessionsOf.run(change.id);
      drops[change.drop].run(change.id);
    } else if (change.put === "person") {
      const { id, name, role, devices, password, disabled, createdMs } = change.record;
      putPerson.run(id, name, personKey(name), role, listText(devices), password, disabled ? 1 : 0, createdMs);
    } else if (change.put === "session") {
      const { id, person, hash, createdMs, seenMs, expiresMs, agent, address } = change.record;
      if (isPerson.get(person) === undefined) throw strangeAccess(change);
      putSession.run(id, person, hash, createdMs, seenMs, expiresMs, agent, address);
    } else if (change.put === "token") {
      const { id, kind, name, hash, devices, alias, role, createdMs, createdBy, ...rest } = change.record;
      const { expiresMs, usedMs, usedFrom, replaces } = rest;
      const worth = [createdMs, createdBy, expiresMs, usedMs, usedFrom, replaces];
      putToken.run(id, kind, name, hash, listText(devices), alias, role, ...worth);
    } else {
      const { atMs, who, address, action, subject, details } = change.record;
      addAudit.run(atMs, who, address, action, subject, JSON.stringify(details));
    }
  };
}

/** Inserts a row, or replaces the one of its id; not by `OR REPLACE`, which would also take away whoever else has its name or hash. */
function put(table: string, columns: readonly string[]): string {
  const replaced = columns.slice(1).map((column) => `${column} = excluded.${column}`);
  const places = columns.map(() => "?");
  return `INSERT INTO ${table} (${columns.join(", ")}) VALUES (${places.join(", ")})
    ON CONFLICT (id) DO UPDATE SET ${replaced.join(", ")}`;
}

/** Throws a `StoreError` where a row is damaged: what cannot be read must not become a right. */
export function loadAccess(db: Db): AccessState {
  const rowsOf = <T>(columns: string, table: string) =>
    db.prepare(`SELECT ${columns} FROM ${table} ORDER BY created_ms, id`).all() as Stored<T>[];
  const people = rowsOf<PersonRecord>("id, name, role, devices, password, disabled, created_ms AS createdMs", "people");
  const sessions = rowsOf<SessionRecord>(
    "id, person, hash, created_ms AS createdMs, seen_ms AS seenMs, expires_ms AS expiresMs, agent, address",
    "sessions",
  );
  const tokens = rowsOf<TokenRecord>(
    `id, kind, name, hash, devices, alias, role, created_ms AS createdMs, created_by AS createdBy,
      expires_ms AS expiresMs, used_ms AS usedMs, used_from AS usedFrom, replaces`,
    "tokens",
  );
  return readable(() => ({
    people: people.map((row) => ({
      ...row,
      role: known(personRoles, row.role, `what ${row.name} may do`),
      devices: listOf(row.devices, `which devices ${row.name} may see`),
      disabled: row.disabled !== 0,
    })),
    sessions,
    tokens: tokens.map((row) => ({
      ...row,
      kind: known(tokenKinds, row.kind, `of what kind the token ${row.name} is`),
      role: row.role === null ? null : known(personRoles, row.role, `what the token ${row.name} may do`),
      devices: listOf(row.devices, `which devices the token ${row.name} is for`),
    })),
  }));
}

/** The newest entries before that number, newest first. Throws a `StoreError` where one is damaged. */
export function readAudit(db: Db, beforeNumber = Number.MAX_SAFE_INTEGER, limit: number): AuditRecord[] {
  const rows = db
    .prepare(
      `SELECT number, at_ms AS atMs, who, address, action, subject, details FROM audit
        WHERE number < ? ORDER BY number DESC LIMIT ?`,
    )
    .all(beforeNumber, limit) as StoredAudit[];
  return readable(() =>
    rows.map((row) => ({ ...row, details: storedJson(row.details, `entry ${row.number} of the audit log`) })),
  );
}

/** As the driver gives it: nobody knows yet what the texts are that stand for something. */
type Stored<T> = {
  [K in keyof T]: K extends "role" | "kind" | "devices"
    ? string | Extract<T[K], null>
    : K extends "disabled"
      ? number
      : T[K];
};
type StoredAudit = Omit<AuditRecord, "details"> & { readonly details: string };

function listText(list: readonly string[] | null): string | null {
  return list === null ? null : JSON.stringify(list);
}

function known<T extends string>(all: readonly T[], text: string, what: string): T {
  const found = all.find((one) => one === text);
  if (found === undefined) throw new CodecError(`${what} cannot be read`);
  return found;
}

/** Null, which is all, comes of no text at all: never of a damaged one. */
function listOf(text: string | null, what: string): readonly string[] | null {
  if (text === null) return null;
  const list = storedJson<unknown>(text, what);
  if (Array.isArray(list) && list.every((one) => typeof one === "string")) return list;
  throw new CodecError(`${what} cannot be read`);
}

function readable<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    throw new StoreError("internal", `Who may use the hub is damaged on the disk (${error.message}).`, false);
  }
}
