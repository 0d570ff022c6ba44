/** Devices that nobody let in one by one: with a fleet's key, or because they asked; and those that take another one's place. */
import { describe, expect, it } from "vitest";
import { Requests } from "../../../server/hub/access/requests.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { hubsOfTest } from "../../support/start-hub.ts";
import { AccessWorld, bearer, hello, ownToken, row } from "./world.ts";

const start = hubsOfTest();

async function worldOf(options: Parameters<typeof start>[0] = {}) {
  const hub = await start(options);
  return { hub, world: await AccessWorld.setUp(hub) };
}

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
    // What closes it says so, too, and nothing of wrong tokens or unreadable frames: it comes back later.
    const { code, reason } = await (await hello(hub, "shed/3", `${key}/${ownToken}3`)).closed;
    expect({ code, reason }).toEqual({
      code: 4429,
      reason: "this key gave as many devices a token of their own as it may in an hour; come again in 1200 s",
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
    expect(requests.knock("new/1", "token 0", "2001:db8::1")).toMatchObject({
      ...{ details: { retryAfter: 1 }, message: expect.stringContaining("requests is 100 (setting --requests)") },
    });
    expect(knock("2001:db8:0:1::1", "another")).toBe("not_signed_in");
    clock.advance(1_000);
    expect(knock("2001:db8::77", "token 0")).toBe("not_signed_in");
  });

  it("[S7] that asks too often is closed with words that say so, short enough for a close frame", async () => {
    const { hub } = await worldOf({ clock: new FakeClock(), config: { requests: 1 } });
    const closed = async (token: string) => (await hello(hub, "new/1", token)).closed;
    for (let count = 0; count < 20; count++) expect((await closed(ownToken)).code).toBe(4401);
    const { code, reason } = await closed(ownToken);
    expect({ code, reason }).toEqual({
      code: 4429,
      reason: "more devices of this address or network ask to be let in than are listened to; come again in 1 s",
    });
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
