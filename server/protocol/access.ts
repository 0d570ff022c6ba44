/** People, their sessions, tokens, requests of devices, and the log of changes, as HTTP tells and takes them. */
import { z } from "zod";
import { decodeObject } from "./edit.ts";
import type { DecodeLimits } from "./envelope.ts";
import type { Refusal } from "./errors.ts";
import { atLeast, atMost } from "./lengths.ts";
import { actions, personRoles, programRoles } from "./rights.ts";
import { deviceName, durationMs, freeText, selector, time } from "./values.ts";

/** Shortest password taken, characters. Length is what counts; no classes of characters are asked for (NIST SP 800-63B, 3.1.1). */
export const minPasswordLength = 10;
/** Longest, so that nobody makes the hub hash a book. */
export const maxPasswordLength = 200;
/** Selectors of one person or token at most. */
export const maxSelectors = 100;

const personName = z
  .string()
  .overwrite((name) => name.normalize("NFC").trim())
  .check(atLeast(1), atMost(64))
  .refine((name) => !/[\p{C}\p{Zl}\p{Zp}]/u.test(name))
  .describe("a name (1–64 characters, none of them invisible)");
const password = z
  .string()
  .check(atLeast(minPasswordLength), atMost(maxPasswordLength))
  .describe(`a password (${minPasswordLength}–${maxPasswordLength} characters)`);
/** What may be tried as one: its length tells a guesser nothing. */
const givenPassword = z.string().check(atMost(maxPasswordLength)).describe("a password");
const id = z.string().check(atMost(40)).describe("an id that the hub gave");
const selectors = z
  .array(selector)
  .check(atLeast(1), atMost(maxSelectors))
  .describe(`1–${maxSelectors} selectors of devices, such as greenhouse/*`);
const personRole = z.enum(personRoles).describe(`one of ${personRoles.join(", ")}`);

/** Who asks. */
export const sessionAnswer = z.object({
  /** `open`: nobody signs in here; `none`: not signed in. */
  kind: z.enum(["open", "none", "person", "program", "link", "device", "fleet"]),
  /** Of the person, or what the token is called. */
  name: z.string(),
  /** Of a person or a program. */
  role: personRole.nullable(),
  /** Selectors of the devices that can be seen; null for all. */
  devices: z.array(selector).nullable(),
  actions: z.array(z.enum(actions)),
  /** It ends then; null for not by itself. */
  expires: time.nullable(),
  /** True where the hub is open to whoever asks here. */
  open: z.boolean(),
  /** True where the hub is open to other machines, too (`--open` at an address that they reach): whoever is in that network may do everything. */
  reachable: z.boolean(),
  /** There is an account already. Without one only the set-up code helps. */
  hasPeople: z.boolean(),
});
export type SessionAnswer = z.infer<typeof sessionAnswer>;

export const signInOrder = z.strictObject({ name: z.string().check(atMost(200)), password: givenPassword });
export type SignInOrder = z.infer<typeof signInOrder>;

/** `code`: the set-up code that the hub printed at its start. */
export const setupOrder = z.strictObject({
  code: z.string().check(atMost(100)).describe("the set-up code that the hub printed"),
  name: personName,
  password,
});
export type SetupOrder = z.infer<typeof setupOrder>;

export const passwordOrder = z.strictObject({ old: givenPassword, new: password });
export type PasswordOrder = z.infer<typeof passwordOrder>;

const sessionEntry = z.object({
  id,
  person: z.string(),
  created: time,
  seen: time,
  expires: time,
  /** What the browser said it is. */
  agent: z.string(),
  address: z.string(),
  /** True for the one that asks. */
  current: z.boolean(),
});
export type SessionEntry = z.infer<typeof sessionEntry>;
export const sessionsAnswer = z.object({ sessions: z.array(sessionEntry) });
export type SessionsAnswer = z.infer<typeof sessionsAnswer>;

const personEntry = z.object({
  id,
  name: z.string(),
  role: personRole,
  devices: z.array(selector).nullable(),
  disabled: z.boolean(),
  created: time,
  /** Browsers in which they are signed in. */
  sessions: z.int(),
  /** When one of those was last seen; null where there is none. */
  seen: time.nullable(),
});
export type PersonEntry = z.infer<typeof personEntry>;
export const personAnswer = personEntry;
export const peopleAnswer = z.object({ people: z.array(personEntry) });
export type PeopleAnswer = z.infer<typeof peopleAnswer>;

/** `devices`: null or missing for all; an admin has all. */
export const personOrder = z.strictObject({
  name: personName,
  role: personRole,
  devices: selectors.nullable().optional(),
  password,
});
export type PersonOrder = z.infer<typeof personOrder>;

export const personEdit = z.strictObject({
  name: personName.optional(),
  role: personRole.optional(),
  devices: selectors.nullable().optional(),
  disabled: z.boolean().optional(),
  password: password.optional(),
});
export type PersonEdit = z.infer<typeof personEdit>;

export const tokenKinds = ["device", "fleet", "program", "link"] as const;

const tokenEntry = z.object({
  id,
  /** `device`: of a device or a gateway; `fleet`: a key for many new devices; `program`: reads and asks; `link`: for a guest. */
  kind: z.enum(tokenKinds),
  name: z.string(),
  /** Those that it speaks for, or may see; null for all. */
  devices: z.array(selector).nullable(),
  /** A device that calls itself so is taken for the one of `devices`; null for none. */
  alias: z.string().nullable(),
  role: z.enum(programRoles).nullable(),
  created: time,
  createdBy: z.string(),
  expires: time.nullable(),
  /** Last time that somebody came with it, to about a minute; null for never. */
  used: time.nullable(),
  usedFrom: z.string(),
  /** Sockets that are open with it now. */
  connections: z.int(),
  /** Id of the token that it takes the place of; null for none. */
  replaces: z.string().nullable(),
});
export type TokenEntry = z.infer<typeof tokenEntry>;
export const tokensAnswer = z.object({ tokens: z.array(tokenEntry) });
export type TokensAnswer = z.infer<typeof tokensAnswer>;

/** With the token itself: told this once, and never again. */
export const newTokenAnswer = tokenEntry.extend({ token: z.string() });
export type NewTokenAnswer = z.infer<typeof newTokenAnswer>;
export const newTokensAnswer = z.object({ tokens: z.array(newTokenAnswer) });
export type NewTokensAnswer = z.infer<typeof newTokensAnswer>;

/** `devices` missing: all that whoever asks may see; a device's token needs them. `lifetime`: ms from now on; a link needs one. */
export const tokenOrder = z.strictObject({
  kind: z.enum(tokenKinds).describe(`one of ${tokenKinds.join(", ")}`),
  name: freeText.optional(),
  devices: selectors.optional(),
  alias: deviceName.optional(),
  role: z
    .enum(programRoles)
    .describe(`one of ${programRoles.join(", ")}`)
    .optional(),
  lifetime: durationMs.optional(),
});
export type TokenOrder = z.infer<typeof tokenOrder>;

/** `overlap`: how long the old token is still good for, ms; a day where it is missing. */
export const rotateOrder = z.strictObject({ overlap: durationMs.optional() });
export type RotateOrder = z.infer<typeof rotateOrder>;

const requestEntry = z.object({
  /** Six digits, shown by the device, too, where it can. */
  code: z.string(),
  device: deviceName,
  address: z.string(),
  first: time,
  last: time,
  count: z.int(),
  /** There is a device of this id already: whoever asks may be its replacement, or somebody else. */
  known: z.boolean(),
});
export type RequestEntry = z.infer<typeof requestEntry>;
export const requestsAnswer = z.object({ requests: z.array(requestEntry) });
export type RequestsAnswer = z.infer<typeof requestsAnswer>;

/** `as`: the device whose place it takes: its history goes on, and its former tokens are worth nothing any more. */
export const acceptOrder = z.strictObject({
  code: z.string().check(atMost(20)).describe("the six digits of a request"),
  as: deviceName.optional(),
});
export type AcceptOrder = z.infer<typeof acceptOrder>;

export const removedAnswer = z.object({ id: z.string(), removed: z.literal(true) });
export type RemovedAnswer = z.infer<typeof removedAnswer>;

const auditEntry = z.object({
  number: z.int(),
  at: time,
  /** Empty for the hub itself, and for everybody where it is open. */
  who: z.string(),
  address: z.string(),
  /** Id of the operation that was asked for, such as `editPerson`, `removeReadings`, `signIn`. */
  action: z.string(),
  subject: z.string(),
  details: z.record(z.string(), z.unknown()),
});
export type AuditEntry = z.infer<typeof auditEntry>;
export const auditAnswer = z.object({
  /** Newest first. */
  entries: z.array(auditEntry),
  next: z.string().nullable(),
});
export type AuditAnswer = z.infer<typeof auditAnswer>;

type Decode<T> = (text: string, limits: DecodeLimits) => T | Refusal;

function decoder<T>(schema: z.ZodType<T>, example: string): Decode<T> {
  return (text, limits) => decodeObject(text, schema, example, limits);
}

/** Read bodies; refused with an example. */
export const decodeSignIn = decoder(signInOrder, '{"name":"ada","password":"…"}');
export const decodeSetup = decoder(setupOrder, '{"code":"7k3m-2p9x-…","name":"ada","password":"…"}');
export const decodePasswordOrder = decoder(passwordOrder, '{"old":"…","new":"…"}');
export const decodePersonOrder = decoder(
  personOrder,
  '{"name":"ada","role":"viewer","devices":["greenhouse/*"],"password":"…"}',
);
export const decodePersonEdit = decoder(personEdit, '{"role":"operator"}');
export const decodeTokenOrder = decoder(tokenOrder, '{"kind":"device","devices":["boiler-1"]}');
export const decodeRotateOrder = decoder(rotateOrder, '{"overlap":86400000}');
export const decodeAcceptOrder = decoder(acceptOrder, '{"code":"482913"}');
