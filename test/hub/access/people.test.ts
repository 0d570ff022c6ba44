/** How people come in, what ends that, and what a browser may be made to do. */
import { describe, expect, it } from "vitest";
import type { Config } from "../../../server/config.ts";
import { Passwords } from "../../../server/hub/access/passwords.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { hubsOfTest } from "../../support/start-hub.ts";
import { AccessWorld, password } from "./world.ts";

const start = hubsOfTest();
const withinMs = 1_000;

describe("the first account", () => {
  it("[S6] is made by the set-up code that was printed, once; wrong ones are counted", async () => {
    const hub = await start();
    const code = hub.setupCode as string;
    expect(code).toMatch(/^([0-9a-hjkmnp-tv-z]{4}-){3}[0-9a-hjkmnp-tv-z]{4}$/);
    const setUp = (order: object) => hub.http("POST", "setup", { name: "ada", password, ...order });
    expect(await setUp({ code: `${code.slice(0, -1)}${code.endsWith("0") ? "1" : "0"}` })).toMatchObject({
      status: 401,
    });
    expect(await setUp({ code, password: "short" })).toMatchObject({ status: 400 });
    expect(await setUp({ code: code.toUpperCase().replaceAll("-", " ") })).toMatchObject({ status: 200 });
    expect(await setUp({ code, name: "eve" })).toMatchObject({ status: 401 });
    for (let count = 0; count < 8; count++) await setUp({ code: "0000", name: "eve" });
    expect(await setUp({ code, name: "eve" })).toMatchObject({ status: 429, body: { code: "rate_limited" } });
  });

  it("[S6] is the end of coming in without an account, also from this machine, and for what was open before", async () => {
    const hub = await start();
    const viewer = await hub.viewer();
    viewer.send({ type: "subscribe", id: 1 });
    await viewer.next("ready");
    await AccessWorld.setUp(hub);
    expect((await viewer.closed).code).toBe(1012);
    expect(await hub.http("GET", "devices")).toMatchObject({ status: 401 });
    const again = await hub.viewer();
    again.send({ type: "subscribe", id: 1 });
    expect((await again.closed).code).toBe(4401);
  });

  it("is known after a restart, which prints no code then; --setup prints one all the same", async () => {
    const hub = await start({ engine: "sqlite" });
    const world = await AccessWorld.setUp(hub);
    await hub.restart();
    expect(hub.setupCode).toBeUndefined();
    expect(await world.ask("GET", "people", world.admin)).toMatchObject({ status: 200 });
    await world.signIn("ADA");
    const other = await start({ config: { setup: true } });
    const there = await AccessWorld.setUp(other);
    await other.restart();
    expect(await there.ask("POST", "setup", {}, { code: other.setupCode, name: "eve", password })).toMatchObject({
      status: 200,
      body: { name: "eve", role: "admin" },
    });
  });
});

describe("a hub that is open", () => {
  it("says whether other machines reach it, so that a page can warn of that: not on loopback, and not where they sign in", async () => {
    const reachable = async (config: Partial<Config>) =>
      (await (await start({ config })).http("GET", "session")).body.reachable;
    expect(await reachable({})).toBe(false);
    expect(await reachable({ open: true })).toBe(false);
    expect(await reachable({ lan: true })).toBe(false);
    expect(await reachable({ open: true, host: "0.0.0.0" })).toBe(true);
    expect(await reachable({ open: true, trustProxy: ["loopback"] })).toBe(true);
  });
});

describe("signing in", () => {
  it("[S5] [S7] answers a wrong name as a wrong password, and looks at neither for a minute after ten", async () => {
    const clock = new FakeClock();
    const world = await AccessWorld.setUp(await start({ clock }));
    const trial = (name: string, given: string) =>
      world.ask("POST", "session", {}, { name, password: given }).then(({ status, body }) => [status, body.message]);
    const [status, message] = await trial("ada", "wrong");
    expect([status, message]).toEqual(await trial("nobody", "wrong"));
    expect(status).toBe(401);
    for (let count = 0; count < 8; count++) await trial("ada", "wrong");
    expect((await trial("ada", password))[0]).toBe(429);
    clock.advance(60_000);
    expect((await trial("ada", password))[0]).toBe(200);
  });

  it("[S7] takes an IPv6 network for one: no ten passwords for each of its addresses, and no more of its in the queue", async () => {
    const world = await AccessWorld.setUp(
      await start({ config: { trustProxy: ["loopback"] }, clock: new FakeClock() }),
    );
    const trial = (address: string) =>
      world.ask("POST", "session", { "X-Forwarded-For": address }, { name: "ada", password: "wrong" });
    for (let count = 1; count <= 10; count++) expect(await trial(`2001:db8::${count}`)).toMatchObject({ status: 401 });
    expect(await trial("2001:db8::aaaa")).toMatchObject({ status: 429 });
    expect(await trial("2001:db8:0:1::1")).toMatchObject({ status: 401 });
    const passwords = new Passwords();
    const matches = (address: string) => passwords.matches("wrong", undefined, address);
    const waiting = [matches("2001:db8::1"), matches("2001:db8::2")];
    await expect(matches("2001:db8::3")).rejects.toMatchObject({ code: "rate_limited" });
    expect(await Promise.all([...waiting, matches("2001:db8:0:1::1")])).toEqual([false, false, false]);
  });

  it("[S27] gives a cookie of 256 bits that no script reads and no other site sends, another at each time", async () => {
    const world = await AccessWorld.setUp(await start());
    const [first, second] = [await world.signIn("ada"), await world.signIn("ada")];
    expect(first).not.toEqual(second);
    const { headers } = await world.ask("POST", "session", first, { name: "ada", password });
    const cookie = headers.get("set-cookie") ?? "";
    expect(cookie).toMatch(/^hub-session-\w{8}=[\w-]{43}; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Strict$/);
    // The session of that browser took its place.
    expect(await world.ask("GET", "people", first)).toMatchObject({ status: 401 });
    expect(await world.ask("GET", "people", second)).toMatchObject({ status: 200 });
  });

  it("[S27] over TLS binds the cookie to the host", async () => {
    const world = await AccessWorld.setUp(await start({ config: { trustProxy: ["127.0.0.1"] } }));
    const secure = { "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.7" };
    const { headers } = await world.ask("POST", "session", secure, { name: "ada", password });
    expect(headers.get("set-cookie")).toMatch(
      /^__Host-hub-session-\w{8}=[\w-]{43}; Path=\/; [^,]*; Secure, hub-session-\w{8}=; Path=\/; Max-Age=0$/,
    );
  });

  it("[S26] a page of another port of the same machine, which browsers call the same site, comes from nobody", async () => {
    const hub = await start();
    const world = await AccessWorld.setUp(hub);
    const other = { ...world.admin, Origin: "http://127.0.0.1:1" };
    expect(await world.ask("GET", "people", other)).toMatchObject({ status: 401 });
    expect(await world.ask("POST", "people", other, { name: "eve", role: "admin", password })).toMatchObject({
      status: 401,
    });
    const image = { ...world.admin, "Sec-Fetch-Site": "same-site" };
    expect(await world.ask("GET", "people", image)).toMatchObject({ status: 401 });
    const own = { ...world.admin, Origin: hub.url, "Sec-Fetch-Site": "same-origin" };
    expect(await world.ask("GET", "people", own)).toMatchObject({ status: 200 });
    const socket = await hub.connect({ ...world.admin, Origin: "http://127.0.0.1:1" });
    socket.send({ type: "subscribe", id: 1 });
    expect((await socket.closed).code).toBe(4401);
  });
});

describe("what a person may is over", () => {
  const ends: [string, (world: AccessWorld, id: string, cookie: Record<string, string>) => Promise<unknown>, number][] =
    [
      ["by signing out", (world, _, cookie) => world.ask("DELETE", "session", cookie), 4401],
      ["by being disabled", (world, id) => world.ask("PATCH", `people/${id}`, world.admin, { disabled: true }), 4401],
      ["by being removed", (world, id) => world.ask("DELETE", `people/${id}`, world.admin), 4401],
      [
        "by another password",
        (world, id) => world.ask("PATCH", `people/${id}`, world.admin, { password: "another one" }),
        4401,
      ],
    ];

  it.each(ends)(
    "[S8] %s: the socket is closed within a second, and the cookie is worth nothing",
    async (_, end, code) => {
      const hub = await start();
      const world = await AccessWorld.setUp(hub);
      const cookie = await world.person("vi", "viewer");
      const socket = await hub.connect(cookie);
      socket.send({ type: "subscribe", id: 1 });
      await socket.next("ready");
      const startMs = performance.now();
      await end(world, await world.idOf("people", "vi"), cookie);
      expect((await socket.closed).code).toBe(code);
      expect(performance.now() - startMs).toBeLessThan(withinMs + 4_000);
      expect(await world.ask("GET", "devices", cookie)).toMatchObject({ status: 401 });
    },
  );

  it("[S8] by an ended session: that browser alone", async () => {
    const world = await AccessWorld.setUp(await start());
    const [one, other] = [await world.person("vi", "viewer"), await world.signIn("vi")];
    const { body } = await world.ask("GET", "sessions", other);
    expect(body.sessions).toHaveLength(2);
    const { id } = body.sessions.find(({ current }: { current: boolean }) => !current);
    expect(await world.ask("DELETE", `sessions/${id}`, other)).toMatchObject({ status: 200 });
    expect(await world.ask("GET", "devices", one)).toMatchObject({ status: 401 });
    expect(await world.ask("GET", "devices", other)).toMatchObject({ status: 200 });
    // Nobody ends, or sees, another one's.
    const admins = (await world.ask("GET", "sessions", world.admin)).body.sessions;
    const foreign = admins.find(({ person }: { person: string }) => person === "ada").id;
    expect(await world.ask("DELETE", `sessions/${foreign}`, other)).toMatchObject({ status: 404 });
  });

  it("[S8] after --session-age, on the socket, too", async () => {
    const clock = new FakeClock();
    const hub = await start({ clock, config: { sessionAgeMs: 20_000 } });
    const world = await AccessWorld.setUp(hub);
    const socket = await hub.connect(world.admin);
    socket.send({ type: "subscribe", id: 1 });
    await socket.next("ready");
    clock.advance(19_999);
    expect(await world.ask("GET", "people", world.admin)).toMatchObject({ status: 200 });
    clock.advance(1);
    expect((await socket.closed).code).toBe(4401);
    expect(await world.ask("GET", "people", world.admin)).toMatchObject({ status: 401 });
  });

  it("a change of what they may makes their socket come back, and holds for its next question", async () => {
    const hub = await start();
    const world = await AccessWorld.setUp(hub);
    const cookie = await world.person("vi", "operator");
    const socket = await hub.connect(cookie);
    socket.send({ type: "subscribe", id: 1 });
    await socket.next("ready");
    await world.ask("PATCH", `people/${await world.idOf("people", "vi")}`, world.admin, { role: "viewer" });
    expect((await socket.closed).code).toBe(1012);
    expect(await world.ask("GET", "tokens", cookie)).toMatchObject({ status: 403 });
    expect(await world.ask("GET", "devices", cookie)).toMatchObject({ status: 200 });
  });
});

describe("people", () => {
  it("there is always an admin who can sign in", async () => {
    const world = await AccessWorld.setUp(await start());
    const id = await world.idOf("people", "ada");
    for (const order of [{ role: "viewer" }, { disabled: true }])
      expect(await world.ask("PATCH", `people/${id}`, world.admin, order)).toMatchObject({ status: 409 });
    expect(await world.ask("DELETE", `people/${id}`, world.admin)).toMatchObject({ status: 409 });
    await world.person("bob", "admin");
    expect(await world.ask("DELETE", `people/${id}`, world.admin)).toMatchObject({ status: 200 });
  });

  it("[S18] no field makes anybody more than was meant, and one name is one person", async () => {
    const world = await AccessWorld.setUp(await start());
    const order = { name: "vi", role: "viewer", password };
    for (const more of [{ admin: true }, { id: "x" }, { disabled: false }, { createdMs: 0 }])
      expect(await world.ask("POST", "people", world.admin, { ...order, ...more })).toMatchObject({ status: 400 });
    for (const role of ["owner", "device", "ADMIN", ""])
      expect(await world.ask("POST", "people", world.admin, { ...order, role })).toMatchObject({ status: 400 });
    await world.person("vi", "viewer");
    for (const name of ["vi", "VI", " vi "])
      expect(await world.ask("POST", "people", world.admin, { ...order, name })).toMatchObject({ status: 409 });
  });

  it("changes their password with the old one alone, and all their other browsers are signed out", async () => {
    const world = await AccessWorld.setUp(await start());
    const [one, other] = [await world.person("vi", "viewer"), await world.signIn("vi")];
    const change = (old: string) => world.ask("PUT", "session/password", one, { old, new: "another one" });
    expect(await change("wrong one")).toMatchObject({ status: 403 });
    expect(await change(password)).toMatchObject({ status: 200 });
    expect(await world.ask("GET", "devices", one)).toMatchObject({ status: 200 });
    expect(await world.ask("GET", "devices", other)).toMatchObject({ status: 401 });
    await expect(world.signIn("vi")).rejects.toThrow("wrong");
    await world.signIn("vi", "another one");
  });

  it("[S4] [S23] what they do is kept with who did it, and no secret with it", async () => {
    const world = await AccessWorld.setUp(await start());
    const operator = await world.person("op", "operator");
    await world.ask("POST", "readings", operator, { device: "a", readings: [{ metric: "m", value: 1 }] });
    await world.ask("PATCH", "devices/a", operator, { name: "Attic" });
    const token = await world.token({ kind: "device", devices: ["a"] }, operator);
    await world.ask("DELETE", "devices/a", operator);
    await expect
      .poll(async () => {
        const { body } = await world.ask("GET", "audit", world.admin);
        return body.entries.map(({ who, action, subject }: Record<string, string>) => `${who} ${action} ${subject}`);
      })
      .toEqual([
        "op removeDevice a",
        "op addToken a",
        "op editDevice a",
        "op signIn op",
        "ada addPerson op",
        "ada setUp ada",
      ]);
    const { body } = await world.ask("GET", "audit?limit=2", world.admin);
    expect(body.entries).toHaveLength(2);
    expect((await world.ask("GET", `audit?limit=9&cursor=${body.next}`, world.admin)).body.entries).toHaveLength(4);
    const all = JSON.stringify((await world.ask("GET", "audit", world.admin)).body);
    for (const secret of [token, password, "scrypt"]) expect(all).not.toContain(secret);
  });
});
