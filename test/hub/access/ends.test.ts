/** What was decided before holds no longer than it is true: orders that were on their way, changes of two at once, what was lost. */
import { once } from "node:events";
import { mkdtempSync, renameSync, rmSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createApp } from "../../../server/app.ts";
import { makeConfig } from "../../../server/config.ts";
import { silentLog, systemClock } from "../../../server/ports.ts";
import { builtParquetWorker, builtStoreWorker } from "../../support/built.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { hubsOfTest } from "../../support/start-hub.ts";
import { AccessWorld, bearer, password, row } from "./world.ts";

const start = hubsOfTest();

describe("an order that was on its way", () => {
  it("[S8] of somebody who was disabled meanwhile comes to nothing", async () => {
    const hub = await start();
    const world = await AccessWorld.setUp(hub);
    const thief = await world.person("thief", "admin");
    const body = JSON.stringify({ name: "eve", role: "admin", password });
    const headers = { ...thief, "Content-Length": Buffer.byteLength(body) };
    const order = request(`${hub.url}/api/v1/people`, { method: "POST", headers });
    order.write(body.slice(0, 5));
    order.flushHeaders();
    // Its head is judged by now: the hub answers in order.
    await world.ask("GET", "people", thief);
    await world.ask("PATCH", `people/${await world.idOf("people", "thief")}`, world.admin, { disabled: true });
    order.end(body.slice(5));
    const [answer] = await once(order, "response");
    expect(answer.statusCode).toBe(401);
    answer.resume();
    const { people } = (await world.ask("GET", "people", world.admin)).body;
    expect(people.map(({ name }: { name: string }) => name)).toEqual(["ada", "thief"]);
  });

  it("[S8] of readings that waited for the turn of a token, which was revoked meanwhile, comes to nothing", async () => {
    const clock = new FakeClock();
    const world = await AccessWorld.setUp(await start({ clock, limits: { framesPerSecond: 1 } }));
    const token = bearer(await world.token({ kind: "device", name: "boiler", devices: ["boiler"] }));
    const post = () => world.ask("POST", "readings", token, { device: "boiler", readings: [row(undefined)] });
    expect(await post()).toMatchObject({ status: 200, body: { stored: 1 } });
    const late = post();
    await expect.poll(async () => (await world.ask("GET", "status", world.admin)).body.queue.bytes).toBeGreaterThan(0);
    await world.ask("DELETE", `tokens/${await world.idOf("tokens", "boiler")}`, world.admin);
    clock.advance(2_000);
    expect(await late).toMatchObject({ status: 401 });
  });

  it("of two who take the last admins away from each other one is refused", async () => {
    const world = await AccessWorld.setUp(await start());
    const other = await world.person("bob", "admin");
    const ids = [await world.idOf("people", "ada"), await world.idOf("people", "bob")];
    const answers = await Promise.all([
      world.ask("DELETE", `people/${ids[1]}`, world.admin),
      world.ask("DELETE", `people/${ids[0]}`, other),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401]);
  });

  it("with one set-up code makes one admin", async () => {
    const hub = await start();
    const setUp = (name: string) => hub.http("POST", "setup", { code: hub.setupCode, name, password });
    const answers = await Promise.all(["ada", "eve"].map(setUp));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
  });
});

describe("a token", () => {
  it("that was rotated or has ended is not rotated again", async () => {
    const world = await AccessWorld.setUp(await start());
    await world.token({ kind: "device", name: "boiler", devices: ["a"] });
    const id = await world.idOf("tokens", "boiler");
    const rotate = () => world.ask("POST", `tokens/${id}/rotate`, world.admin, {});
    expect(await rotate()).toMatchObject({ status: 200 });
    expect(await rotate()).toMatchObject({ status: 409, body: { code: "conflict" } });
  });

  it("[S10] of a program is told from a person of its name in the log of changes", async () => {
    const world = await AccessWorld.setUp(await start());
    const token = await world.token({ kind: "program", role: "operator", name: "ada" });
    await world.ask("POST", "tokens", bearer(token), { kind: "device", devices: ["a"] });
    const [entry] = (await world.ask("GET", "audit", world.admin)).body.entries;
    expect(entry).toMatchObject({ who: "ada (program)", action: "addToken" });
  });

  it("[S7] that is right is no way to go on guessing at passwords", async () => {
    const world = await AccessWorld.setUp(await start({ clock: new FakeClock() }));
    const token = await world.token({ kind: "program" });
    const trial = () => world.ask("POST", "session", {}, { name: "ada", password: "wrong" });
    for (let count = 0; count < 10; count++) {
      expect(await trial()).toMatchObject({ status: 401 });
      expect(await world.ask("GET", "devices", bearer(token))).toMatchObject({ status: 200 });
    }
    expect(await trial()).toMatchObject({ status: 429 });
  });

  it("of the hub's own tools and companions is nobody's from elsewhere", async () => {
    const hub = await start({ config: { trustProxy: ["127.0.0.1"] } });
    await AccessWorld.setUp(hub);
    for (const token of [hub.companionToken, "0".repeat(28)]) {
      const headers = { ...bearer(token), "X-Forwarded-For": "203.0.113.9" };
      expect((await fetch(`${hub.url}/api/v1/devices`, { headers })).status).toBe(401);
    }
    const here = await fetch(`${hub.url}/api/v1/people`, { headers: bearer(hub.companionToken) });
    expect(here.status).toBe(403);
  });
});

describe("the first account", () => {
  it("is an admin's, however it is made", async () => {
    const hub = await start();
    for (const role of ["viewer", "operator"])
      expect(await hub.http("POST", "people", { name: "vi", role, password })).toMatchObject({ status: 409 });
    expect(await hub.http("POST", "people", { name: "ada", role: "admin", password })).toMatchObject({ status: 200 });
    expect(await hub.http("GET", "devices")).toMatchObject({ status: 401 });
  });

  it("[S6] does not open the hub again when its database is lost", async () => {
    const data = mkdtempSync(join(tmpdir(), "hub-accounts-"));
    const run = () =>
      createApp(
        makeConfig({ port: 0, data, minFreeBytes: 0 }),
        { clock: systemClock, log: silentLog },
        { storeWorkerUrl: builtStoreWorker(), parquetWorkerUrl: builtParquetWorker(), onFatal: () => {} },
      );
    const ask = (url: string) => fetch(`${url}/api/v1/devices`).then(({ status }) => status);
    try {
      const first = await run();
      expect(await ask(first.url)).toBe(200);
      const order = JSON.stringify({ code: first.setupCode, name: "ada", password });
      expect((await fetch(`${first.url}/api/v1/setup`, { method: "POST", body: order })).status).toBe(200);
      await first.stop();
      renameSync(join(data, "hub.db"), join(data, "hub.db.lost"));
      const second = await run();
      expect(await ask(second.url)).toBe(401);
      expect(second.setupCode).toBeDefined();
      await second.stop();
    } finally {
      rmSync(data, { recursive: true, force: true });
    }
  });
});

describe("an operator of some devices", () => {
  it("[S10] learns of no other by policies, by gateways, or by other names", async () => {
    const hub = await start();
    const world = await AccessWorld.setUp(hub);
    await world.ask("PUT", "storage/policies", world.admin, {
      policies: [{ device: "attic-77", metric: "*", keep: "raw 30d" }],
    });
    const gateway = await hub.connect(world.admin);
    gateway.send({ type: "hello", device: "attic-77" });
    await gateway.next("welcome");
    gateway.send({ type: "readings", id: 1, device: "greenhouse/1", readings: [{ metric: "m", value: 1 }] });
    await gateway.next("ack");
    const operator = await world.person("op", "operator", ["greenhouse/*"]);
    const all = await world.ask("GET", "devices", world.admin);
    expect(JSON.stringify(all.body)).toContain('"via":"attic-77"');
    for (const path of ["devices", "devices/greenhouse%2F1", "series", "storage", "storage/policies"]) {
      const { status, body } = await world.ask("GET", path, operator);
      expect([path, status]).toEqual([path, 200]);
      expect(JSON.stringify(body)).not.toContain("attic");
    }
    expect(await world.ask("POST", "storage/preview", operator, { policies: [] })).toMatchObject({ status: 403 });
    const viewer = await hub.connect(operator);
    viewer.send({ type: "subscribe", id: 1 });
    await viewer.next("ready");
    expect(JSON.stringify(viewer.seen)).toContain("greenhouse/1");
    expect(JSON.stringify(viewer.seen)).not.toContain("attic");
  });
});
