import { expect, it } from "vitest";
import type {
  AccessChange,
  AuditRecord,
  PersonRecord,
  SessionRecord,
  TokenRecord,
} from "../../../server/store/access.ts";
import type { World } from "../world.ts";

/** Entries of the audit log that the engines under test keep. */
export const auditKeptInTests = 12;

const at = Date.UTC(2026, 10, 27);

function person(id: string, name: string, rest: Partial<PersonRecord> = {}): PersonRecord {
  const kept = { devices: null, password: `$scrypt$ln=15$${id}`, disabled: false, createdMs: at };
  return { ...{ id, name, role: "viewer" }, ...kept, ...rest };
}

function session(id: string, of: string, rest: Partial<SessionRecord> = {}): SessionRecord {
  const times = { createdMs: at, seenMs: at + 5, expiresMs: at + 1_000 };
  return { ...{ id, person: of, hash: `hash of ${id}` }, ...times, agent: "Firefox 150", address: "::1", ...rest };
}

function token(id: string, rest: Partial<TokenRecord> = {}): TokenRecord {
  return {
    ...{ id, kind: "device", name: `of ${id}`, hash: `hash of ${id}`, devices: [id], alias: null, role: null },
    ...{ createdMs: at, createdBy: "Anna", expiresMs: null, usedMs: null, usedFrom: "", replaces: null },
    ...rest,
  };
}

type Entry = Omit<AuditRecord, "number">;

function entry(subject: string, rest: Partial<Entry> = {}): Entry {
  return { atMs: at, who: "Anna", address: "10.0.0.7", action: "person.changed", subject, details: {}, ...rest };
}

const puts = {
  person: (record: PersonRecord): AccessChange => ({ put: "person", record }),
  session: (record: SessionRecord): AccessChange => ({ put: "session", record }),
  token: (record: TokenRecord): AccessChange => ({ put: "token", record }),
  audit: (record: Entry): AccessChange => ({ put: "audit", record }),
};

/** What the hub should never have asked for. */
const mistake = { code: "internal", retryable: false, message: expect.stringMatching(/none of these changes/) };

export function accessRules(world: () => World): void {
  const access = () => world().store.access;
  const apply = (...changes: AccessChange[]) => access().apply(changes);
  const audit = (before?: number, limit = 100) => access().audit(before, limit);
  const nothing = { people: [], sessions: [], tokens: [] };

  it("[ST102] keeps people, sessions and tokens whole, those made first first, across a restart", async () => {
    expect(await access().load()).toEqual(nothing);
    expect(await audit()).toEqual([]);
    const anna = person("p2", "Ánna 𝄞\n'); DROP TABLE people; --", { role: "admin" });
    const people = [
      person("p3", "Bob", { role: "operator", devices: ["oven-*", "site/ünï"], disabled: true, createdMs: at - 1 }),
      ...[anna, person("p9", "Carol", { devices: [] })],
    ];
    const sessions = [session("s1", "p2", { agent: "", address: "" }), session("s2", "p2"), session("s0", "p3")];
    const tokens = [
      token("t1", { kind: "fleet", devices: null, createdMs: at - 5, expiresMs: at + 9 }),
      token("t2", { kind: "program", role: "operator", usedMs: at + 1, usedFrom: "10.1.1.1", createdBy: "" }),
      token("t3", { alias: "old name", replaces: "t2" }),
      token("t4", { kind: "link", devices: ["a", "b/*"] }),
    ];
    await apply(
      ...[...people].reverse().map(puts.person),
      ...[...tokens].reverse().map(puts.token),
      ...sessions.map(puts.session),
    );
    const kept = { people, sessions: [session("s0", "p3"), ...sessions.slice(0, 2)], tokens };
    expect(await access().load()).toEqual(kept);
    await world().reopen();
    expect(await access().load()).toEqual(kept);
    await apply();
    expect(await access().load()).toEqual(kept);
  });

  it("[ST103] puts a record in the place of the one with its id, in any of its fields, and drops by id", async () => {
    await apply(
      puts.person(person("p1", "Anna")),
      puts.session(session("s1", "p1")),
      puts.session(session("s2", "p1")),
    );
    await apply(puts.token(token("t1")), puts.token(token("t2")));
    const changed = {
      people: [person("p1", "anna", { role: "admin", devices: ["x"], password: "$other", disabled: true })],
      sessions: [session("s1", "p1", { seenMs: at + 99, hash: "another", address: "::2" })],
      tokens: [token("t1", { hash: "another", usedMs: 7, devices: null, expiresMs: 8, name: "" })],
    };
    await apply(
      ...changed.people.map(puts.person),
      ...changed.sessions.map(puts.session),
      ...changed.tokens.map(puts.token),
      ...([
        { drop: "session", id: "s2" },
        { drop: "token", id: "t2" },
        { drop: "token", id: "nobody's" },
      ] as const),
    );
    expect(await access().load()).toEqual(changed);
    await world().reopen();
    expect(await access().load()).toEqual(changed);
    // What an id, a name or a hash was used for does not stand in the way of others once it is gone.
    const after = [puts.token(token("t2")), puts.token(token("t4", { hash: "hash of t1" }))];
    await apply({ drop: "person", id: "p1" }, puts.person(person("p2", "ANNA")), ...after);
    expect((await access().load()).people).toEqual([person("p2", "ANNA")]);
  });

  it("[ST104] keeps all changes or none, and none where two would have one name, without regard to case, or one hash", async () => {
    await apply(
      puts.person(person("p1", "Ángela")),
      puts.person(person("p2", "Strauß")),
      ...[puts.session(session("s1", "p1")), puts.token(token("t1")), puts.token(token("t2"))],
      puts.audit(entry("before")),
    );
    const before = await access().load();
    const refused: AccessChange[] = [
      puts.person(person("p3", "Ángela")),
      // Another way to write the same letters, and other cases of them.
      puts.person(person("p3", "ÁNGELA".normalize("NFD"))),
      puts.person(person("p3", "STRAUSS")),
      puts.person(person("p2", "ángela")),
      puts.session(session("s2", "p1", { hash: "hash of s1" })),
      puts.session(session("s2", "nobody")),
      puts.token(token("t3", { hash: "hash of t1" })),
      puts.token(token("t2", { hash: "hash of t1" })),
    ];
    for (const change of refused) {
      const others: AccessChange[] = [
        puts.audit(entry("never")),
        puts.token(token("t9")),
        { drop: "person", id: "p1" },
      ];
      await expect(apply(...others.slice(0, 2), change, { drop: "token", id: "t1" })).rejects.toMatchObject(mistake);
      expect(await access().load()).toEqual(before);
    }
    await expect(apply({ drop: "person", id: "p1" }, puts.session(session("s3", "p1")))).rejects.toMatchObject(mistake);
    await world().reopen();
    expect(await access().load()).toEqual(before);
    await apply(puts.audit(entry("after")));
    // Nothing was written of what was refused, not even a number.
    expect((await audit()).map(({ number, subject }) => [number, subject])).toEqual([
      [2, "after"],
      [1, "before"],
    ]);
  });

  it("[ST105] a person who goes takes the sessions along, and nothing of anybody else", async () => {
    await apply(puts.person(person("p1", "Anna")), puts.person(person("p2", "Bob")));
    await apply(...["a", "b"].map((id) => puts.session(session(id, "p1"))), puts.session(session("c", "p2")));
    await apply(puts.token(token("t1", { createdBy: "Anna" })), puts.audit(entry("Anna")));
    await apply({ drop: "person", id: "p1" });
    const left = { people: [person("p2", "Bob")], sessions: [session("c", "p2")] };
    expect(await access().load()).toEqual({ ...left, tokens: [token("t1")] });
    await world().reopen();
    expect(await access().load()).toEqual({ ...left, tokens: [token("t1")] });
    expect(await audit()).toHaveLength(1);
  });

  it("[ST106] the log of changes: newest first, page by page, whole, in the order in which they were made", async () => {
    const details = { from: { role: "viewer", devices: null }, to: ["ü", -1.5e300, true, "𝄞'\n"], "": 0 };
    const made = [
      entry("first", { who: "", address: "", details }),
      entry("second", { atMs: at - 5_000, action: "readings.removed" }),
      ...Array.from({ length: 6 }, (_, index) => entry(`later ${index}`)),
    ];
    await apply(...made.slice(0, 2).map(puts.audit), puts.token(token("t1")));
    await apply(...made.slice(2).map(puts.audit));
    const look = async () => {
      const all = await audit();
      expect(all).toEqual(made.map((one, index) => ({ ...one, number: index + 1 })).reverse());
      expect(await audit(undefined, 3)).toEqual(all.slice(0, 3));
      expect(await audit(6, 3)).toEqual(all.slice(3, 6));
      expect(await audit(3, 3)).toEqual(all.slice(6));
      expect(await audit(1, 3)).toEqual([]);
    };
    await look();
    await world().reopen();
    await look();
  });

  it("[ST107] keeps the newest entries of the log, so many as were said, and gives no number twice", async () => {
    const add = (count: number) => apply(...Array.from({ length: count }, (_, index) => puts.audit(entry(`${index}`))));
    const numbers = async () => (await audit()).map(({ number }) => number);
    const downFrom = (number: number) => Array.from({ length: auditKeptInTests }, (_, index) => number - index);
    await add(auditKeptInTests);
    expect(await numbers()).toEqual(downFrom(auditKeptInTests));
    await add(1);
    expect(await numbers()).toEqual(downFrom(auditKeptInTests + 1));
    await world().reopen();
    await add(3 * auditKeptInTests);
    await world().reopen();
    await add(1);
    expect(await numbers()).toEqual(downFrom(4 * auditKeptInTests + 2));
  });

  it("[ST108] is of no device: one that is deleted leaves all of it as it was", async () => {
    await world().make(1, "number", "oven-1");
    await world().put(1, [[1, 2]]);
    await apply(puts.person(person("p1", "Anna", { devices: ["oven-1"] })), puts.token(token("oven-1")));
    await apply(puts.session(session("s1", "p1")), puts.audit(entry("oven-1")));
    const before = [await access().load(), await audit()];
    await world().store.deleteDevice("oven-1");
    expect([await access().load(), await audit()]).toEqual(before);
    await world().reopen();
    expect([await access().load(), await audit()]).toEqual(before);
  });

  it("[ST109] keeps what it answers apart from what it was given", async () => {
    const devices = ["oven-1"];
    const details: Record<string, unknown> = { deep: [1] };
    await apply(puts.person(person("p1", "Anna", { devices })), puts.audit(entry("Anna", { details })));
    devices.push("oven-2");
    details.deep = "other";
    expect((await access().load()).people[0]?.devices).toEqual(["oven-1"]);
    expect((await audit())[0]?.details).toEqual({ deep: [1] });
  });
}
