/** People and tokens that may see some devices alone: for every question, change and socket the others do not exist. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Operation, operations } from "../../../server/protocol/operations.ts";
import { rights } from "../../../server/protocol/rights.ts";
import { startHub, type TestHub } from "../../support/start-hub.ts";
import { AccessWorld, bearer } from "./world.ts";

let hub: TestHub;
let world: AccessWorld;
/** An operator of `greenhouse/*`. */
let operator: Record<string, string>;
const foreign = "attic-77";
const own = "greenhouse/1";
/** Number of the foreign device's series, and of its mask. */
let theirs = 0;
let ours = 0;
let mask = 0;

beforeAll(async () => {
  hub = await startHub({ engine: "memory" });
  world = await AccessWorld.setUp(hub);
  for (const device of [foreign, own]) {
    const readings = [1, 2, 3].map((value) => ({ metric: "m", value, time: 1_790_000_000_000 + value }));
    await world.ask("POST", "readings", world.admin, { device, readings });
  }
  const { series } = (await world.ask("GET", "series", world.admin)).body;
  const numberOf = (device: string) => series.find((one: { device: string }) => one.device === device).series;
  theirs = numberOf(foreign);
  ours = numberOf(own);
  const hidden = { device: foreign, metric: "m", from: 1_790_000_000_001, to: 1_790_000_000_002 };
  mask = (await world.ask("POST", "masks", world.admin, hidden)).body.id;
  operator = await world.person("op", "operator", ["greenhouse/*"]);
});
afterAll(() => hub.stop());

/** A right target of each operation that names the foreign device. */
function targetOf({ path, query }: Operation): string {
  const filled = path
    .replace("devices/{id}", `devices/${foreign}`)
    .replace("masks/{id}", `masks/${mask}`)
    .replace("{n}", `${theirs}`)
    .replace(/\{\w+\}/, "none");
  const asked = new URLSearchParams();
  const shape = query?.shape ?? {};
  if ("into" in shape) asked.set("into", `${ours}`);
  if ("id" in shape) asked.set("id", foreign);
  if ("device" in shape) asked.set("device", foreign);
  if ("metric" in shape && "device" in shape) asked.set("metric", "m");
  if ("from" in shape && "metric" in shape) asked.set("from", "1790000000000");
  return asked.size === 0 ? filled : `${filled}?${asked}`;
}

const bodies: Readonly<Record<string, object | string>> = {
  editDevice: { name: "Mine" },
  editDeviceByQuery: { name: "Mine" },
  editSeries: { unit: "K" },
  decideQuarantine: { action: "discard" },
  mergeSeries: { into: 1 },
  hideReadings: { device: foreign, metric: "m", from: 0, to: 9 },
  postReadings: { device: foreign, readings: [{ metric: "m", value: 4 }] },
  addToken: { kind: "device", devices: [foreign] },
  addTokens: `device\n${foreign}\n`,
  acceptRequest: { code: "000000", as: foreign },
  rotateToken: {},
  previewPolicies: { policies: [] },
};

/** Those that tell of the hub as a whole, by numbers alone. */
const ofTheHub = new Set([
  "getStatus",
  "getMetrics",
  "getReady",
  "getPolicies",
  "previewPolicies",
  "getOpenApi",
  "getProtocol",
]);

const asked = Object.entries<Operation>(operations).filter(
  ([, { action }]) => action !== "public" && action !== "own" && rights.operator.includes(action),
);

describe("an operator of greenhouse/*", () => {
  it.each(asked)("[S10] %s tells nothing of another device, and changes nothing of it", async (id, operation) => {
    const sent = bodies[id];
    const response = await fetch(`${hub.url}${targetOf(operation)}`, {
      method: operation.method,
      headers: operator,
      ...(sent === undefined ? {} : { body: typeof sent === "string" ? sent : JSON.stringify(sent) }),
    });
    const text = await response.text();
    if (response.status === 200 && !ofTheHub.has(id)) expect(text).not.toContain(foreign);
    const empty = /"(devices|series|latest|masks|readings|tokens|requests|refusals)":\[\]/.test(text);
    if (!ofTheHub.has(id))
      expect(empty || response.status === 404 || response.status === 403, `${id} ${response.status} ${text}`).toBe(
        true,
      );
    const after = await world.ask(
      "GET",
      `readings?device=${foreign}&metric=m&from=1790000000000&masked=include`,
      world.admin,
    );
    expect(after.body.values).toEqual([1, 2, 3]);
    expect((await world.ask("GET", `devices/${foreign}`, world.admin)).body.name).toBeUndefined();
    expect((await world.ask("GET", "masks", world.admin)).body.masks).toHaveLength(1);
  });

  it.each([
    ["devices", "devices"],
    ["series", "series"],
    ["latest", "latest"],
    ["storage", "series"],
    ["arrivals", "senders"],
    ["readings?device=*&metric=*&from=1790000000000", "series"],
    ["gaps?device=*&metric=*", "series"],
    ["states?device=*&metric=*", "series"],
  ])("[S10] %s lists theirs alone", async (path, list) => {
    await world.ask("POST", "readings", world.admin, { device: own, readings: [{ metric: "m", value: 5 }] });
    await world.ask("POST", "readings", world.admin, { device: foreign, readings: [{ metric: "n", value: true }] });
    const { status, body } = await world.ask("GET", path, operator);
    expect(status).toBe(200);
    expect(JSON.stringify(body)).not.toContain(foreign);
    if (!path.startsWith("states")) expect(body[list].length).toBeGreaterThan(0);
  });

  it.each(["csv", "ndjson"])("[S10] an export as %s holds theirs alone", async (format) => {
    const path = `/api/v1/readings?device=*&metric=*&from=1790000000000&format=${format}`;
    const text = await (await fetch(`${hub.url}${path}`, { headers: operator })).text();
    expect(text).toContain(own);
    expect(text).not.toContain(foreign);
  });

  it("[S10] a socket shows theirs alone: at the start, live, in the past, and devices that come later", async () => {
    const client = await hub.connect(operator);
    client.send({ type: "subscribe", id: 1, devices: ["*"], history: { from: 1_790_000_000_000 } });
    await client.next("ready");
    for (const device of [foreign, "attic-78", own, "greenhouse/2"])
      await world.ask("POST", "readings", world.admin, { device, readings: [{ metric: "late", value: 6 }] });
    await world.ask("PATCH", `devices/${foreign}`, world.admin, { name: "Attic" });
    await world.ask("PATCH", `devices/${foreign}`, world.admin, { name: null });
    await expect.poll(() => JSON.stringify(client.seen)).toContain("greenhouse/2");
    client.send({ type: "ping", id: 9, time: 0 });
    await client.next("pong");
    expect(JSON.stringify(client.seen)).not.toContain("attic");
  });

  it("[S10] a socket that asks for another device by name is told of none", async () => {
    const client = await hub.connect(operator);
    client.send({ type: "subscribe", id: 1, devices: [foreign], history: { from: 1_790_000_000_000 } });
    await client.next("ready");
    expect(client.seen.filter(({ type }) => type === "history" || type === "update")).toEqual([]);
    expect(JSON.stringify(client.seen)).not.toContain(foreign);
  });

  it("[S10] two viewers of one selection who may see different devices share no frame", async () => {
    const all = await hub.connect(world.admin);
    const some = await hub.connect(operator);
    for (const client of [all, some]) client.send({ type: "subscribe", id: 1 });
    const sets = await Promise.all([all, some].map((client) => client.next("subscribed")));
    expect(sets[0]?.set).not.toBe(sets[1]?.set);
  });

  it("[S10] lets in no more than theirs: devices, gateways, programs and guests", async () => {
    for (const devices of [["attic-77"], ["*"], ["greenhouse*"], ["greenhouse/*", "x"]])
      expect(await world.ask("POST", "tokens", operator, { kind: "device", devices })).toMatchObject({ status: 403 });
    for (const devices of [["greenhouse/9"], ["greenhouse/*"], ["greenhouse/a*b"]])
      expect(await world.ask("POST", "tokens", operator, { kind: "device", devices })).toMatchObject({ status: 200 });
    const token = await world.token({ kind: "program", role: "operator" }, operator);
    const { body } = await world.ask("GET", "devices", bearer(token));
    expect(JSON.stringify(body)).not.toContain(foreign);
    const whole = await world.ask("POST", "tokens", world.admin, { kind: "device", name: "whole", devices: ["*"] });
    expect(JSON.stringify((await world.ask("GET", "tokens", operator)).body)).not.toContain("whole");
    expect(await world.ask("DELETE", `tokens/${whole.body.id}`, operator)).toMatchObject({ status: 404 });
  });

  it("does to theirs what an operator may", async () => {
    expect(await world.ask("PATCH", `devices/${encodeURIComponent(own)}`, operator, { name: "North" })).toMatchObject({
      status: 200,
    });
    const client = await hub.connect(operator);
    client.send({ type: "reading", id: 1, device: own, metric: "m", value: 7 });
    expect(await client.next("ack")).toMatchObject({ stored: 1 });
    client.send({ type: "reading", id: 2, device: foreign, metric: "m", value: 7 });
    expect(await client.next()).toMatchObject({ type: "error", id: 2, code: "not_allowed" });
    expect(await world.ask("DELETE", `devices/${encodeURIComponent("greenhouse/2")}`, operator)).toMatchObject({
      status: 200,
    });
  });
});
