/** Tokens of devices, gateways, programs and guests. */
import { describe, expect, it } from "vitest";
import { FakeClock } from "../../support/fake-clock.ts";
import { hubsOfTest } from "../../support/start-hub.ts";
import { AccessWorld, bearer, hello, row } from "./world.ts";

const start = hubsOfTest();

async function worldOf(options: Parameters<typeof start>[0] = {}) {
  const hub = await start(options);
  return { hub, world: await AccessWorld.setUp(hub) };
}

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

  it("tells all tokens, the newest first, after a restart too", async () => {
    const clock = new FakeClock();
    const { hub, world } = await worldOf({ engine: "sqlite", clock });
    const names = Array.from({ length: 8 }, (_, index) => `boiler ${index}`);
    for (const name of names) {
      const device = name.replace(" ", "-");
      const token = await world.token({ kind: "device", name, devices: [device] });
      // That it was used is written, which moves it behind the others in the store.
      if (name === names[2]) await (await hello(hub, device, token)).next("welcome");
      clock.advance(1_000);
    }
    const told = async () => {
      const { body } = await world.ask("GET", "tokens", world.admin);
      return body.tokens.map(({ name }: { name: string }) => name);
    };
    expect(await told()).toEqual(names.toReversed());
    await hub.restart();
    expect(await told()).toEqual(names.toReversed());
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
