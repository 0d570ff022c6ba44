/** Who may use the hub, as the store keeps it: people, their sessions, tokens, and who changed what. Secrets are kept as digests alone. */

import type { PersonRole } from "../protocol/rights.ts";

export interface PersonRecord {
  /** Made by the hub, never reused. */
  readonly id: string;
  /** What they sign in with; NFC, unique without regard to case. */
  readonly name: string;
  readonly role: PersonRole;
  /** Selectors of the devices that they may see; null for all. */
  readonly devices: readonly string[] | null;
  /** What a password KDF made of the password, as a PHC string. */
  readonly password: string;
  readonly disabled: boolean;
  readonly createdMs: number;
}

/** A browser in which a person signed in. */
export interface SessionRecord {
  readonly id: string;
  /** Id of the person. */
  readonly person: string;
  /** SHA-256 of what the cookie holds, hex. */
  readonly hash: string;
  readonly createdMs: number;
  readonly seenMs: number;
  /** It ends then, whatever happens. */
  readonly expiresMs: number;
  /** What the browser said it is, and where it signed in from. */
  readonly agent: string;
  readonly address: string;
}

/** Of a device or a gateway; the key of a fleet; of a program that reads; of a link for guests. */
export type TokenKind = "device" | "fleet" | "program" | "link";

export interface TokenRecord {
  readonly id: string;
  readonly kind: TokenKind;
  /** What a person calls it. */
  readonly name: string;
  /** SHA-256 of the token, hex. */
  readonly hash: string;
  /** Selectors of the devices that it speaks for, or that it may see; null for all. */
  readonly devices: readonly string[] | null;
  /** A device that calls itself otherwise is taken for the one device of `devices`; null for none. */
  readonly alias: string | null;
  /** What a program may do; null for the other kinds. */
  readonly role: PersonRole | null;
  readonly createdMs: number;
  /** Name of the person who made it; empty for the hub itself. */
  readonly createdBy: string;
  /** It is worth nothing from then on; null for never. */
  readonly expiresMs: number | null;
  /** Last time that somebody came with it; null for never. Written seldom. */
  readonly usedMs: number | null;
  readonly usedFrom: string;
  /** Id of the token that this one takes the place of; null for none. */
  readonly replaces: string | null;
}

/** One change of somebody's. */
export interface AuditRecord {
  /** In the order in which they were made; given by the store. */
  readonly number: number;
  readonly atMs: number;
  /** Who did it: a person's name, or that of a token; empty for the hub itself and for everybody on an open hub. */
  readonly who: string;
  readonly address: string;
  /** Id of the operation that was asked for, such as `editPerson` or `removeReadings`. */
  readonly action: string;
  /** To what: a person's name, a device, a selector. */
  readonly subject: string;
  /** More of it, as plain data; never a secret. */
  readonly details: Readonly<Record<string, unknown>>;
}

/** What is kept, whole: few enough to be held in memory. */
export interface AccessState {
  readonly people: readonly PersonRecord[];
  readonly sessions: readonly SessionRecord[];
  readonly tokens: readonly TokenRecord[];
}

/** A record takes the place of the one with its id. A person who goes takes the sessions along. */
export type AccessChange =
  | { readonly put: "person"; readonly record: PersonRecord }
  | { readonly put: "session"; readonly record: SessionRecord }
  | { readonly put: "token"; readonly record: TokenRecord }
  | { readonly put: "audit"; readonly record: Omit<AuditRecord, "number"> }
  | { readonly drop: "person" | "session" | "token"; readonly id: string };

/** Names that are the same here belong to one person: of letters without their case. */
export function personKey(name: string): string {
  // By way of capitals: ß and SS, ς and σ, ı and i have those in common.
  return name.normalize("NFC").toUpperCase().toLowerCase().normalize("NFC");
}

/** The newest entries of the audit log are kept, so many. */
export const auditKept = 100_000;

/** A part of the store; once it is open. Its methods reject with a `StoreError`. */
export interface AccessStore {
  /** Each kind in the order in which they were made, then by id. */
  load(): Promise<AccessState>;
  /**
   * All of them or none, one after the other in one transaction; resolves once that is on disk. Needs no room as readings do.
   * Rejects with `internal` where the hub, which should have looked before, asks for what must not be: two people of one
   * name, two tokens or sessions of one hash, a session of nobody. To drop what is not there changes nothing.
   */
  apply(changes: readonly AccessChange[]): Promise<void>;
  /** The newest entries before `beforeNumber` (undefined: the newest), newest first. */
  audit(beforeNumber: number | undefined, limit: number): Promise<readonly AuditRecord[]>;
}
