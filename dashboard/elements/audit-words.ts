/** What the log of changes holds, in words. */
import type { AuditEntry } from "../../server/protocol/index.ts";
import { formatInstant } from "../data/format.ts";
import { texts } from "../texts/index.ts";

/** What a change was made to. */
export const auditSubjects = ["signIn", "people", "tokens", "devices", "readings", "hub"] as const;
export type AuditSubject = (typeof auditSubjects)[number];

type Deed = keyof typeof texts.access.audit.did;

const subjects: Readonly<Record<Deed, AuditSubject>> = {
  setUp: "people",
  signIn: "signIn",
  signOut: "signIn",
  changePassword: "signIn",
  endSession: "signIn",
  addPerson: "people",
  editPerson: "people",
  removePerson: "people",
  addToken: "tokens",
  addTokens: "tokens",
  rotateToken: "tokens",
  removeToken: "tokens",
  acceptRequest: "tokens",
  dismissRequest: "tokens",
  enrolDevice: "tokens",
  editDevice: "devices",
  removeDevice: "devices",
  decideQuarantine: "readings",
  editSeries: "devices",
  mergeSeries: "devices",
  removeAlias: "devices",
  removeSeries: "devices",
  removeReadings: "readings",
  hideReadings: "readings",
  showReadings: "readings",
  putPolicies: "hub",
  putBudget: "hub",
  makeBackup: "hub",
};

const deeds = new Map(Object.entries(subjects));

/** The operation, also where its device was named in the query. */
function deedOf({ action }: Pick<AuditEntry, "action">): string {
  return action.replace(/ByQuery$/, "");
}

/** Undefined: of a hub that is newer than this page. */
export function subjectOf(entry: Pick<AuditEntry, "action">): AuditSubject | undefined {
  return deeds.get(deedOf(entry));
}

/** What was done, without to what. */
export function deedWords(entry: Pick<AuditEntry, "action">): string {
  const deed = deedOf(entry);
  const known = Object.entries(texts.access.audit.did).find(([name]) => name === deed);
  return known?.[1] ?? texts.access.audit.other(deed);
}

/** Who did it; of the hub itself, and of whoever came while it was open, it is said so. */
export function whoWords({ who }: Pick<AuditEntry, "who">): string {
  return who === "" ? texts.access.audit.hub : who;
}

/** What else is told of it: what it is called, and what it was. */
export function detailWords(
  { details }: AuditEntry,
  nowMs: number,
): readonly (readonly [name: string, value: string])[] {
  const names = new Map<string, string>(Object.entries(texts.access.audit.names));
  return Object.entries(details).flatMap(([name, value]) => {
    // That something has no role says nothing.
    if (value === null && name === "role") return [];
    return [[names.get(name) ?? name, valueWords(name, value, nowMs)] as const];
  });
}

function valueWords(name: string, value: unknown, nowMs: number): string {
  const words = texts.access;
  if (name === "devices") return Array.isArray(value) ? value.join(", ") : words.allDevices;
  if (name === "expires" || name === "oldUntil")
    return typeof value === "number" ? formatInstant(value, nowMs, 60_000) : words.lifetimes.forEver;
  if (name === "kind") return wordOf(words.tokens.kind, value);
  if (name === "role") return wordOf(texts.guard.roles, value);
  if (name === "password") return words.audit.changed;
  if (typeof value === "boolean") return value ? words.audit.yes : words.audit.no;
  return typeof value === "string" ? value : JSON.stringify(value);
}

function wordOf(words: Readonly<Record<string, string>>, value: unknown): string {
  return Object.entries(words).find(([name]) => name === value)?.[1] ?? String(value);
}

/** All that is searched in. */
export function searchedWords(entry: AuditEntry, nowMs: number): string {
  const details = detailWords(entry, nowMs).flat().join(" ");
  return `${deedWords(entry)} ${whoWords(entry)} ${entry.subject} ${entry.address} ${details}`.toLocaleLowerCase();
}
