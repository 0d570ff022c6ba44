/** Tokens of devices, gateways, fleets, programs and guests; devices that ask to be let in; and those that take another one's place. */
import { describe, expect, it } from "vitest";
import { Requests } from "../../../server/hub/access/requests.ts";
import type { Client } from "../../support/client.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { hubsOfTest, type TestHub } from "../../support/start-hub.ts";
import { AccessWorld, bearer } from "./world.ts";

const start = hubsOfTest();

async function worldOf(options: Parameters<typeof start>[0] = {}) {
  const hub = await start(options);
  return { hub, world: await AccessWorld.setUp(hub) };
}

async function hello(hub: TestHub, device: string, token: string): Promise<Client> {
  const client = await hub.connect();
  client.send({ type: "hello", device, token });
  return client;
}

const row = (device: string | undefined, value = 1) => ({ metric: "m", value, ...(device ? { device } : {}) });
/** Of a device's own making: more than 128 bits. */
const ownToken = "b1c2d3e4f5a6978877665544332211aa";

describe("a device's token", () => {
  it("[S9] speaks for that device alone: as it, about it, and in every row", async () => {
    const { hub, world } = await worldOf();
    const token = await world.token({ kind: "device", devices: ["a"] });
    const other = await hello(hub, "b", token);
    expect(await other.next()).toMatchObject({ type: "error", code: "not_allowed" });
    const client = await hello(hub, "a", token);
    await client.next("welcome");
    client.send({ type: "readings", id: 1, readings: [row(undefined), row("b")] });
    const ack = await client.next("ack");
    expect(ack).toMatchObject({ stored: 1, rejected: [{ index: 1, device: "b", code: "not_allowed" }] });
    client.send({ type: "readings", id: 2, device: "b", readings: [row(undefined)] });
    expect(await client.next("ack")).toMatchObject({ stored: 0, rejected: [{ code: "not_allowed" }] });
    client.send({ type: "samples", id: 3, device: "b", times: [1_700_000_000_000], values: { m: [1] } });
    expect(await client.next("ack")).toMatchObject({ rejected: [{ code: "not_allowed" }] });
    client.send({ type: "describe", id: 4, device: "b", name: "Mine" });
    expect(await client.next()).toMatchObject({ type: "error", id: 4, code: "not_allowed" });
    client.send({ type: "reading", id: 5, device: "b", metric: "m", value: 1 });
    expect(await client.next()).toMatchObject({ type: "error", id: 5, code: "not_allowed" });
    for (const readings of [[row(undefined)], [row("b")]]) {
      const posted = { device: readings[0]?.device ? "a" : "b", session: "s", seq: 9, readings };
      const { body } = await world.ask("POST", "readings", bearer(token), posted);
      expect(body.code ?? body.rejected[0].code).toBe("not_allowed");
    }
    const devices = (await world.ask("GET", "devices", world.admin)).body.devices;
    expect(devices.map(({ device }: { device: string }) => device)).toEqual(["a"]);
  });

  it("[S9] does not move the numbers of another device's session", async () => {
    const { hub, world } = await worldOf();
    const [mine, theirs] = [
      await world.token({ kind: "device", devices: ["a"] }),
      await world.token({ kind: "device", devices: ["b"] }),
    ];
    await world.ask("POST", "readings", bearer(mine), {
      device: "b",
      session: "s",
      seq: 99,
      readings: [row(undefined)],
    });
    const client = await hub.connect();
    client.send({ type: "hello", device: "b", session: "s", token: theirs });
    expect(await client.next("welcome")).toMatchObject({ lastSeq: 0 });
  });

  it("[S4] is told once, found by its digest, and stands nowhere", async () => {
    const { world } = await worldOf({ engine: "sqlite" });
    const token = await world.token({ kind: "device", name: "boiler", devices: ["a"] });
    expect(token).toMatch(/^([0-9a-hjkmnp-tv-z]{4}-){6}[0-9a-hjkmnp-tv-z]{4}$/);
    const { body } = await world.ask("GET", "tokens", world.admin);
    expect(JSON.stringify(body)).not.toContain(token.slice(0, 9));
    expect(body.tokens[0]).toMatchObject({ name: "boiler", used: null, connections: 0 });
  });

  it("[S8] revoked: its socket is closed within a second, and its next word is refused", async () => {
    const { hub, world } = await worldOf();
    const token = await world.token({ kind: "device", name: "boiler", devices: ["a"] });
    const other = await world.token({ kind: "device", devices: ["b"] });
    const [client, bystander] = [await hello(hub, "a", token), await hello(hub, "b", other)];
    await Promise.all([client.next("welcome"), bystander.next("welcome")]);
    expect((await world.ask("GET", "tokens", world.admin)).body.tokens[1]).toMatchObject({ connections: 1 });
    const startMs = performance.now();
    expect(await world.ask("DELETE", `tokens/${await world.idOf("tokens", "boiler")}`, world.admin)).toMatchObject({
      status: 200,
    });
    expect((await client.closed).code).toBe(4401);
    expect(performance.now() - startMs).toBeLessThan(5_000);
    const again = await hello(hub, "a", token);
    expect((await again.closed).code).toBe(4401);
    bystander.send({ type: "readings", id: 1, readings: [row(undefined)] });
    expect(await bystander.next("ack")).toMatchObject({ stored: 1 });
  });

  it("[S8] rotated: both are good for the overlap, then the old one ends, on its socket, too", async () => {
    const clock = new FakeClock();
    const { hub, world } = await worldOf({ clock });
    const old = await world.token({ kind: "device", name: "boiler", devices: ["a"] });
    const client = await hello(hub, "a", old);
    await client.next("welcome");
    const rotated = await world.ask("POST", `tokens/${await world.idOf("tokens", "boiler")}/rotate`, world.admin, {
      overlap: 20_000,
    });
    expect(rotated).toMatchObject({ status: 200, body: { name: "boiler", devices: ["a"] } });
    const post = (token: string) =>
      world
        .ask("POST", "readings", bearer(token), { device: "a", readings: [row(undefined)] })
        .then(({ status }) => status);
    clock.advance(19_999);
    expect([await post(old), await post(rotated.body.token)]).toEqual([200, 200]);
    clock.advance(1);
    expect((await client.closed).code).toBe(4401);
    expect([await post(old), await post(rotated.body.token)]).toEqual([401, 200]);
  });

  it("of a gateway names those that it speaks for, by selectors too", async () => {
    const { hub, world } = await worldOf();
    const token = await world.token({ kind: "device", devices: ["gateway", "greenhouse/*"] });
    const client = await hello(hub, "gateway", token);
    await client.next("welcome");
    client.send({ type: "readings", id: 1, readings: [row("greenhouse/north"), row("greenhouse/b/1"), row("attic")] });
    expect(await client.next("ack")).toMatchObject({ stored: 2, rejectedCount: 1, rejected: [{ device: "attic" }] });
  });

  it.each([
    ["no column", "id\na\n"],
    ["another column", "device,secret\na,b\n"],
    ["no rows", "device\n"],
    ["a wrong id", "device\na\nb c\n"],
    ["one twice", "device\na\na\n"],
  ])("many by CSV are made all or none: %s", async (_, text) => {
    const { world } = await worldOf();
    const wrong = await world.ask("POST", "tokens.csv", world.admin, text);
    expect([400, 409]).toContain(wrong.status);
    expect(wrong.body.message).toContain("CSV");
    expect((await world.ask("GET", "tokens", world.admin)).body.tokens).toEqual([]);
    const right = await world.ask(
      "POST",
      "tokens.csv",
      world.admin,
      '\ufeffdevice,name\r\na,"A, the ""first"""\r\nb,\r\n',
    );
    expect(right.body.tokens).toMatchObject([{ devices: ["a"], name: 'A, the "first"' }, { devices: ["b"] }]);
  });
});

describe("a fleet's key", () => {
  it("lets many devices in, speaks for none that has a token of its own, and gives one to those that bring one along", async () => {
    const { hub, world } = await worldOf();
    const key = await world.token({ kind: "fleet", name: "shed", devices: ["shed/*"] });
    await (await hello(hub, "shed/1", key)).next("welcome");
    await (await hello(hub, "shed/2", `${key}/${ownToken}`)).next("welcome");
    await expect
      .poll(async () => (await world.ask("GET", "tokens", world.admin)).body.tokens)
      .toMatchObject([{ kind: "device", devices: ["shed/2"], createdBy: "shed" }, { kind: "fleet" }]);
    expect(await (await hello(hub, "shed/2", key)).next()).toMatchObject({ code: "not_allowed" });
    expect(await (await hello(hub, "attic", key)).next()).toMatchObject({ code: "not_allowed" });
    await (await hello(hub, "shed/2", ownToken)).next("welcome");
    await (await hello(hub, "shed/2", `${key}/${ownToken}`)).next("welcome");
  });
});

describe("a fleet's key that was stolen", () => {
  it("[S9] gives no more devices a token in an hour than --enrolments, and tells those who come again when to", async () => {
    const clock = new FakeClock();
    const { hub, world } = await worldOf({ clock, config: { enrolments: 3 } });
    const key = await world.token({ kind: "fleet", name: "shed", devices: ["shed/*"] });
    const enrol = async (count: number) =>
      (await hello(hub, `shed/${count}`, `${key}/${ownToken}${count}`)).next() as Promise<object>;
    for (let count = 0; count < 3; count++) expect(await enrol(count)).toMatchObject({ type: "welcome" });
    expect(await enrol(3)).toMatchObject({
      ...{ code: "rate_limited", details: { retryAfter: 1_200 } },
      message: expect.stringContaining("enrolments is 3 (setting --enrolments)"),
    });
    // Those that have their token come as ever.
    expect(await enrol(2)).toMatchObject({ type: "welcome" });
    clock.advance(1_200_000);
    expect(await enrol(4)).toMatchObject({ type: "welcome" });
    expect(await enrol(5)).toMatchObject({ code: "rate_limited" });
  });

  it("washes nothing out of the log of changes: it has one entry for the first device of a minute, and one for all others", async () => {
    const clock = new FakeClock();
    const { hub, world } = await worldOf({ clock });
    const key = await world.token({ kind: "fleet", name: "shed", devices: ["shed/*"] });
    for (let count = 0; count < 30; count++)
      await (await hello(hub, `shed/${count}`, `${key}/${ownToken}${count}`)).next("welcome");
    const entries = async () =>
      (await world.ask("GET", "audit", world.admin)).body.entries.filter(
        ({ action }: { action: string }) => action === "enrolDevice",
      );
    await expect.poll(entries).toMatchObject([{ subject: "shed/0", details: { fleet: "shed" } }]);
    clock.advance(60_000);
    await expect.poll(entries).toHaveLength(2);
    const [{ who, subject, details }] = await entries();
    expect({ who, subject }).toEqual({ who: "shed", subject: "shed/1" });
    expect(details).toMatchObject({ fleet: "shed", count: 29 });
    expect(details.devices.slice(0, 2)).toEqual(["shed/1", "shed/2"]);
    expect(details.devices).toHaveLength(20);
    // What was counted is not lost with the hub.
    await (await hello(hub, "shed/30", `${key}/${ownToken}30`)).next("welcome");
    await (await hello(hub, "shed/31", `${key}/${ownToken}31`)).next("welcome");
    await expect.poll(entries).toHaveLength(3);
    await hub.restart();
    expect(await entries()).toMatchObject([{ details: { count: 1, devices: ["shed/31"] } }, {}, {}, {}]);
  });
});

describe("a device that nobody knows", () => {
  it("asks to be let in with a token of its own, and is accepted by its code", async () => {
    const { hub, world } = await worldOf();
    const knock = async () => {
      const client = await hello(hub, "new/1", ownToken);
      const refusal = await client.next();
      expect((await client.closed).code).toBe(4401);
      return refusal;
    };
    const first = await knock();
    expect(first).toMatchObject({ code: "not_signed_in", details: { retryAfter: 15 } });
    // Asking again and again is no guess.
    for (let count = 0; count < 12; count++) expect(await knock()).toMatchObject({ details: first.details });
    const { requests } = (await world.ask("GET", "requests", world.admin)).body;
    expect(requests).toMatchObject([
      { code: (first.details as { request: string }).request, device: "new/1", count: 13, known: false },
    ]);
    const accepted = await world.ask("POST", "requests", world.admin, {
      code: (first.details as { request: string }).request,
    });
    expect(accepted).toMatchObject({ status: 200, body: { tokens: [{ kind: "device", devices: ["new/1"] }] } });
    await (await hello(hub, "new/1", ownToken)).next("welcome");
    expect((await world.ask("GET", "requests", world.admin)).body.requests).toEqual([]);
  });

  it("asks to be let in also where it only posts: its body names it, and the same token is good once it was accepted", async () => {
    const { hub, world } = await worldOf();
    const posted = { device: "esp/1", readings: [{ metric: "m", value: 1, time: 1_790_000_000_000 }] };
    const post = (body: unknown = posted, token = ownToken) => world.ask("POST", "readings", bearer(token), body);
    const first = await post();
    expect(first).toMatchObject({
      status: 401,
      body: { code: "not_signed_in", message: expect.stringContaining("Nobody let esp/1 in yet") },
    });
    expect(first.body.details).toMatchObject({ request: expect.stringMatching(/^\d{6}$/), retryAfter: 15 });
    for (let count = 0; count < 12; count++) expect((await post()).body.details).toEqual(first.body.details);
    const { requests } = (await world.ask("GET", "requests", world.admin)).body;
    expect(requests).toMatchObject([{ code: first.body.details.request, device: "esp/1", count: 13 }]);
    expect(await world.ask("GET", "devices", world.admin)).toMatchObject({ body: { devices: [] } });
    expect((await world.ask("POST", "requests", world.admin, { code: first.body.details.request })).status).toBe(200);
    expect(await post()).toMatchObject({ status: 200, body: { stored: 1 } });
    // It is the one that a socket knows, too.
    await (await hello(hub, "esp/1", ownToken)).next("welcome");
  });

  it("[S11] is read no further than 4 KiB where it only posts, and guesses at nothing; what names no device does", async () => {
    const { world } = await worldOf();
    const post = (body: string, token = ownToken) => world.ask("POST", "readings", bearer(token), body);
    const long = JSON.stringify({ device: "esp/1", readings: [], x: "x".repeat(5_000) });
    for (let count = 0; count < 12; count++)
      expect(await post(long)).toMatchObject({
        ...{ status: 401, body: { message: expect.stringContaining("at most 4096 bytes") } },
      });
    expect((await world.ask("GET", "requests", world.admin)).body.requests).toEqual([]);
    for (let count = 0; count < 10; count++) expect(await post("what")).toMatchObject({ status: 401 });
    expect(await post("what")).toMatchObject({ status: 429 });
  });

  it("is not shown again for an hour where it was turned down, and counts as a guess then", async () => {
    const { hub, world } = await worldOf();
    await hello(hub, "new/1", ownToken);
    await expect.poll(async () => (await world.ask("GET", "requests", world.admin)).body.requests).toHaveLength(1);
    const [{ code }] = (await world.ask("GET", "requests", world.admin)).body.requests;
    expect(await world.ask("DELETE", `requests/${code}`, world.admin)).toMatchObject({ status: 200 });
    const again = await hello(hub, "new/1", ownToken);
    expect(await again.next()).not.toHaveProperty("details");
    expect((await world.ask("GET", "requests", world.admin)).body.requests).toEqual([]);
  });

  it.each([
    ["a short token", "new/1", "hunter2"],
    ["no name", undefined, ownToken],
  ])("is a guesser with %s", async (_, device, token) => {
    const { hub, world } = await worldOf();
    const client = await hub.connect();
    client.send(device ? { type: "hello", device, token } : { type: "hello", viewer: true, token });
    await client.closed;
    expect((await world.ask("GET", "requests", world.admin)).body.requests).toEqual([]);
  });

  it("takes no more room than --requests, of one address a quarter of it; with 0 nobody can ask", async () => {
    const { hub, world } = await worldOf({ config: { requests: 8 } });
    for (let count = 0; count < 5; count++) await (await hello(hub, `new/${count}`, `${ownToken}${count}`)).closed;
    expect((await world.ask("GET", "requests", world.admin)).body.requests).toHaveLength(2);
    const closed = await worldOf({ config: { requests: 0 } });
    await (await hello(closed.hub, "new/1", ownToken)).closed;
    expect((await closed.world.ask("GET", "requests", closed.world.admin)).body.requests).toEqual([]);
  });

  it("[S7] is told to wait where its network asks without end, and the requests of others are taken as ever", async () => {
    const clock = new FakeClock();
    const requests = new Requests(clock, 100);
    const knock = (address: string, token: string) => requests.knock("new/1", token, address)?.code ?? "no room";
    // Each comes from another address of one network, with another token.
    const told = Array.from({ length: 60 }, (_, count) => knock(`2001:db8::${count + 1}`, `token ${count}`));
    expect(told.filter((code) => code === "not_signed_in")).toHaveLength(25);
    expect(told.slice(50)).toEqual(Array(10).fill("rate_limited"));
    expect(requests.knock("new/1", "token 0", "2001:db8::1")?.details).toEqual({ retryAfter: 1 });
    expect(knock("2001:db8:0:1::1", "another")).toBe("not_signed_in");
    clock.advance(1_000);
    expect(knock("2001:db8::77", "token 0")).toBe("not_signed_in");
  });

  it("takes the place of no device that does not exist, in a request or by another name", async () => {
    const { hub, world } = await worldOf();
    const knocked = await (await hello(hub, "ESP-77AF", ownToken)).next();
    const { request } = knocked.details as { request: string };
    const accept = (as: string) => world.ask("POST", "requests", world.admin, { code: request, as });
    expect(await accept("boiler-I")).toMatchObject({
      ...{ status: 404, body: { code: "unknown_device" } },
      body: { message: expect.stringContaining('"boiler-I"') },
    });
    expect((await world.ask("GET", "requests", world.admin)).body.requests).toHaveLength(1);
    const alias = { kind: "device", devices: ["boiler-I"], alias: "ESP-77AF" };
    expect(await world.ask("POST", "tokens", world.admin, alias)).toMatchObject({ status: 404 });
    // One that has a token and has said nothing yet is one, and so is one that sends without a token of its own.
    await world.token({ kind: "device", devices: ["boiler-1"] });
    expect(await accept("boiler-1")).toMatchObject({ status: 200 });
    await world.ask("POST", "readings", world.admin, { device: "boiler-2", readings: [row(undefined)] });
    expect(await world.ask("POST", "tokens", world.admin, { ...alias, devices: ["boiler-2"] })).toMatchObject({
      status: 200,
    });
  });

  it("takes the place of a broken one: the history goes on, under one name, and the broken one's token is over", async () => {
    const { hub, world } = await worldOf();
    const broken = await world.token({ kind: "device", devices: ["boiler-1"] });
    const before = await hello(hub, "boiler-1", broken);
    await before.next("welcome");
    before.send({ type: "readings", id: 1, readings: [{ metric: "m", value: 1, time: 1_700_000_000_000 }] });
    await before.next("ack");
    const knocked = await (await hello(hub, "ESP-77AF", ownToken)).next();
    const order = { code: (knocked.details as { request: string }).request, as: "boiler-1" };
    expect(await world.ask("POST", "requests", world.admin, order)).toMatchObject({
      body: { tokens: [{ devices: ["boiler-1"], alias: "ESP-77AF" }] },
    });
    expect((await before.closed).code).toBe(4401);
    const after = await hello(hub, "ESP-77AF", ownToken);
    expect(await after.next("welcome")).toMatchObject({ device: "boiler-1" });
    after.send({
      type: "readings",
      id: 1,
      readings: [{ metric: "m", value: 2, time: 1_700_000_001_000, device: "ESP-77AF" }],
    });
    expect(await after.next("ack")).toMatchObject({ stored: 1 });
    const posted = { device: "ESP-77AF", readings: [{ metric: "m", value: 3, time: 1_700_000_002_000 }] };
    expect((await world.ask("POST", "readings", bearer(ownToken), posted)).body.stored).toBe(1);
    const { body } = await world.ask("GET", "readings?device=boiler-1&metric=m&from=1700000000000", world.admin);
    expect(body.values).toEqual([1, 2, 3]);
    const devices = (await world.ask("GET", "devices", world.admin)).body.devices;
    expect(devices.map(({ device }: { device: string }) => device)).toEqual(["boiler-1"]);
  });
});

describe("a guest's link", () => {
  it("shows what it names until it ends, and nothing else", async () => {
    const clock = new FakeClock();
    const { hub, world } = await worldOf({ clock });
    for (const device of ["a", "b"])
      await world.ask("POST", "readings", world.admin, { device, readings: [row(undefined)] });
    expect(await world.ask("POST", "tokens", world.admin, { kind: "link", devices: ["a"] })).toMatchObject({
      status: 400,
    });
    const link = await world.token({ kind: "link", devices: ["a"], lifetime: 20_000 });
    const { body } = await world.ask("GET", "latest", bearer(link));
    expect(body.latest.map(({ device }: { device: string }) => device)).toEqual(["a"]);
    const guest = await hub.connect();
    guest.send({ type: "hello", viewer: true, token: link });
    await guest.next("welcome");
    guest.send({ type: "subscribe", id: 1 });
    expect((await guest.next("devices")).devices).toMatchObject([{ device: "a" }]);
    clock.advance(20_000);
    expect((await guest.closed).code).toBe(4401);
    expect(await world.ask("GET", "latest", bearer(link))).toMatchObject({ status: 401 });
  });
});
