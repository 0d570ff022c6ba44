/** Whoever is at the other end of a connection or a request, and what they may do. */
import { type Action, type Role, rights } from "../../protocol/rights.ts";
import { compileSelectors } from "../../protocol/selector.ts";
import type { PersonRecord, SessionRecord, TokenRecord } from "../../store/access.ts";

/** A device that calls itself `from` is taken for `to`, whose place it took. */
export interface Alias {
  readonly from: string;
  readonly to: string;
}

export interface Principal {
  /** `open`: whoever asks where nobody signs in. */
  readonly kind: "open" | "person" | "program" | "device" | "fleet" | "link";
  readonly role: Role;
  /** Of the person, or what the token is called; empty for `open`. */
  readonly name: string;
  /** Id of the person, or of the token; empty for `open`. */
  readonly id: string;
  /** Id of the session of a person; empty for all others. */
  readonly session: string;
  /** Selectors of the devices that they see, or speak for; undefined for all. */
  readonly devices: readonly string[] | undefined;
  /** Whether a device is one of those. */
  readonly sees: (device: string) => boolean;
  readonly alias: Alias | undefined;
  /** When it ends by itself, ms; undefined for never. */
  readonly expiresMs: number | undefined;
}

/** Whether the table of rights allows it. */
export function may({ role }: Principal, action: Action): boolean {
  return rights[role].includes(action);
}

/** For whom somebody speaks, as far as readings are concerned. */
export interface Voice {
  /** Whether it speaks for a device; undefined for all. */
  readonly speaksFor: ((device: string) => boolean) | undefined;
  readonly alias: Alias | undefined;
  /** In a refusal: what it speaks for. */
  readonly name: string;
}

export function voiceOf({ kind, devices, sees, alias }: Principal): Voice {
  const name = (devices ?? ["the devices of its fleet"]).slice(0, 5).join(", ");
  return { speaksFor: devices === undefined && kind !== "fleet" ? undefined : sees, alias, name };
}

/** The device that is meant by an id: another one where that took its place. */
export function meant(device: string, { alias }: Pick<Voice, "alias">): string {
  return alias?.from === device ? alias.to : device;
}

/** At the beginning of a sentence. */
export function whoIs({ kind, name }: Principal): string {
  const called = name === "" ? "" : ` ${JSON.stringify(name)}`;
  if (kind === "open") return "Whoever asks";
  return kind === "person" ? `The account${called}` : `The token${called} (of a ${kind})`;
}

const everything = () => true;

/** Everybody where nobody signs in. */
export const openPrincipal: Principal = {
  kind: "open",
  role: "admin",
  ...{ name: "", id: "", session: "" },
  devices: undefined,
  sees: everything,
  alias: undefined,
  expiresMs: undefined,
};

/** A program that the hub started beside itself: it sends for any device. */
export const companionPrincipal: Principal = {
  ...openPrincipal,
  kind: "device",
  role: "device",
  name: "beside the hub",
};

/** A tool of this machine that can read the hub's folder, and with it everything. */
export const toolPrincipal: Principal = { ...openPrincipal, kind: "program", name: "tool of this machine" };

function scoped(devices: readonly string[] | null): Pick<Principal, "devices" | "sees"> {
  if (devices === null || devices.includes("*")) return { devices: undefined, sees: everything };
  // No selectors would match everything: whoever was left with none sees nothing.
  return { devices, sees: devices.length === 0 ? () => false : compileSelectors(devices) };
}

export function personPrincipal(person: PersonRecord, session: SessionRecord): Principal {
  const { id, name, role } = person;
  return {
    ...{ kind: "person", role, name, id, session: session.id, alias: undefined, expiresMs: session.expiresMs },
    // Who lets people in could let themselves in to everything.
    ...scoped(role === "admin" ? null : person.devices),
  };
}

export function tokenPrincipal(token: TokenRecord): Principal {
  const { id, kind, name } = token;
  const [only] = token.devices ?? [];
  return {
    ...{ kind, name, id, session: "", expiresMs: token.expiresMs ?? undefined },
    role: kind === "program" ? (token.role ?? "viewer") : kind,
    ...scoped(token.devices),
    alias: token.alias === null || only === undefined ? undefined : { from: token.alias, to: only },
  };
}
