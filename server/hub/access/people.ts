/** The accounts of people: made, changed and removed by an admin. There is always one admin who can sign in. */
import type { Clock } from "../../ports.ts";
import type { PersonEdit, PersonEntry, PersonOrder } from "../../protocol/access.ts";
import { Refusal } from "../../protocol/errors.ts";
import type { AccessChange, PersonRecord } from "../../store/access.ts";
import type { Access } from "./access.ts";
import { audited } from "./audit.ts";
import type { Passwords } from "./passwords.ts";
import { makeId } from "./secrets.ts";
import type { Asker } from "./tokens.ts";

export interface PeopleDeps {
  readonly access: Access;
  readonly passwords: Passwords;
  readonly clock: Clock;
}

export class People {
  readonly #deps: PeopleDeps;

  constructor(deps: PeopleDeps) {
    this.#deps = deps;
  }

  /** By name. */
  list(): PersonEntry[] {
    return [...this.#book.people()].map((person) => this.#entry(person)).sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Throws `conflict` where the name is taken. */
  async add({ name, role, devices, password }: PersonOrder, actor: Asker): Promise<PersonEntry> {
    const { access, passwords, clock } = this.#deps;
    this.#requireFree(name);
    this.#requireFirst(role);
    const person: PersonRecord = {
      ...{ id: makeId(), name, role, devices: role === "admin" ? null : (devices ?? null), disabled: false },
      ...{ password: await passwords.hash(password), createdMs: clock.now() },
    };
    const entry = await this.#book.change(() => {
      access.requireCurrent(actor.principal);
      this.#requireFree(name);
      this.#requireFirst(role);
      const details = { role, devices: person.devices };
      return {
        changes: [{ put: "person", record: person }, audited(clock, actor, "addPerson", name, details)],
        result: this.#entry(person),
      };
    });
    // Whoever was let in because there was nobody has to sign in now.
    if (!access.open) access.judgeAnew(({ kind }) => kind === "open");
    return entry;
  }

  /** Throws `not_found`, and `conflict` where the name is taken or nobody could let people in any more. */
  async edit(id: string, { password, ...edit }: PersonEdit, actor: Asker): Promise<PersonEntry> {
    const { access, passwords, clock } = this.#deps;
    this.require(id);
    const hash = password === undefined ? undefined : await passwords.hash(password);
    const changed = await this.#book.change(() => {
      access.requireCurrent(actor.principal);
      const before = this.require(id);
      if (edit.name !== undefined) this.#requireFree(edit.name, id);
      const { name = before.name, role = before.role, disabled = before.disabled } = edit;
      const devices = role === "admin" ? null : edit.devices === undefined ? before.devices : edit.devices;
      const after = { ...before, name, role, disabled, devices, password: hash ?? before.password };
      this.#requireAdmin(before, after);
      const over = hash !== undefined || disabled;
      const sessions = [...this.#book.sessions()].filter((session) => over && session.person === id);
      const details = { ...edit, ...(hash === undefined ? {} : { password: "changed" }) };
      const changes: AccessChange[] = [
        { put: "person", record: after },
        ...sessions.map((session) => ({ drop: "session", id: session.id }) as const),
        audited(clock, actor, "editPerson", name, details),
      ];
      return { changes, result: { after, over } };
    });
    const isThis = (principal: { readonly kind: string; readonly id: string }) =>
      principal.kind === "person" && principal.id === id;
    if (changed.over) access.revoke(isThis, "this account was disabled, or has another password");
    else access.judgeAnew(isThis);
    return this.#entry(changed.after);
  }

  /** Throws `not_found`, and `conflict` where it is the last admin. */
  async remove(id: string, actor: Asker): Promise<void> {
    const { access, clock } = this.#deps;
    await this.#book.change(() => {
      access.requireCurrent(actor.principal);
      const person = this.require(id);
      this.#requireAdmin(person, undefined);
      return {
        changes: [{ drop: "person", id }, audited(clock, actor, "removePerson", person.name, {})],
        result: undefined,
      };
    });
    access.revoke((principal) => principal.kind === "person" && principal.id === id, "this account was removed");
  }

  get #book() {
    return this.#deps.access.book;
  }

  /** Throws `not_found`. */
  require(id: string): PersonRecord {
    const person = this.#book.person(id);
    if (person) return person;
    throw new Refusal("not_found", "There is no such account; GET /api/v1/people lists those there are.");
  }

  #requireFree(name: string, id?: string): void {
    const other = this.#book.personNamed(name);
    if (other && other.id !== id)
      throw new Refusal("conflict", `There is an account ${JSON.stringify(other.name)} already: take another name.`);
  }

  /** With the first account everybody has to sign in: without an admin nobody could let people in. */
  #requireFirst(role: PersonRecord["role"]): void {
    if (this.#book.hasPeople || role === "admin") return;
    throw new Refusal("conflict", "The first account has to be an admin's.");
  }

  #requireAdmin(before: PersonRecord, after: PersonRecord | undefined): void {
    const admits = (person: PersonRecord | undefined) => person?.role === "admin" && !person.disabled;
    if (!admits(before) || admits(after)) return;
    for (const person of this.#book.people()) if (person.id !== before.id && admits(person)) return;
    throw new Refusal(
      "conflict",
      `${JSON.stringify(before.name)} is the only admin who can sign in: make another one first.`,
    );
  }

  #entry({ id, name, role, devices, disabled, createdMs }: PersonRecord): PersonEntry {
    const nowMs = this.#deps.clock.now();
    const sessions = [...this.#book.sessions()].filter((one) => one.person === id && one.expiresMs > nowMs);
    const seen = sessions.map((one) => this.#book.usedOf(one, one.seenMs)?.atMs ?? one.seenMs);
    return {
      ...{ id, name, role, devices: devices === null ? null : [...devices], disabled, created: createdMs },
      ...{ sessions: sessions.length, seen: seen.length === 0 ? null : Math.max(...seen) },
    };
  }
}
