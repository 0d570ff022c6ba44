/** Bodies that mean more than they say: prototypes, constructors, fields that nobody asked for, SQL. At every route that takes one. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { errorMessage, maxMessageBytes } from "../../server/protocol/errors.ts";
import { type Operation, operations } from "../../server/protocol/operations.ts";
import { startHub, type TestHub } from "../support/start-hub.ts";

let hub: TestHub;

beforeAll(async () => {
  hub = await startHub({ engine: "sqlite" });
  await hub.http("POST", "readings", { device: "a", readings: [{ metric: "m", value: 1, time: Date.now() }] });
});
afterAll(() => hub.stop());

/** Every operation that takes a body: a route that is added is tried, too. */
const takers: [id: string, operation: Operation][] = Object.entries<Operation>(operations).filter(
  ([, { body }]) => body !== undefined,
);

/** The address of an operation whose open segments are these. */
function addressOf({ path, query }: Operation): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => (name === "n" ? "1" : "a"));
  return `${hub.url}${filled}${query && "id" in query.shape ? "?id=a" : ""}`;
}

async function send(operation: Operation, body: string) {
  const { method } = operation;
  const answer = await fetch(addressOf(operation), { method, body, headers: { "Content-Type": "application/json" } });
  return { status: answer.status, text: await answer.text() };
}

function expectCleanRefusal({ status, text }: { status: number; text: string }, what: string): void {
  expect([400, 401, 403, 404, 409, 413, 429], `${what}: ${status} ${text}`).toContain(status);
  const refusal = errorMessage.parse(JSON.parse(text));
  expect(Buffer.byteLength(refusal.message)).toBeLessThanOrEqual(maxMessageBytes);
}

const proto = '"__proto__":{"polluted":1,"isAdmin":true,"role":"admin"}';
/** At the top, in a field, in a list, deep down, escaped, and by way of the constructor. */
const pollutions = [
  `{${proto}}`,
  `{"device":"a","readings":[],${proto}}`,
  `{"device":"a","readings":[{"metric":"m","value":1,${proto}}]}`,
  `{"labels":{${proto}}}`,
  `{"metrics":{"m":{${proto}}}}`,
  `{"metrics":{${proto}}}`,
  `{"commands":{"c":{"args":{"x":{"type":"number",${proto}}}}}}`,
  `{"metrics":{"m":{"zones":[{"level":"ok",${proto}}]}}}`,
  `{"policies":[{"device":"*","metric":"*","keep":"raw 1d",${proto}}]}`,
  `[{${proto}}]`,
  `{"\\u005f_proto__":{"polluted":1}}`,
  `{"constructor":{"prototype":{"polluted":1}}}`,
  `{"prototype":{"polluted":1}}`,
  `{"__defineGetter__":"x","toString":1,"valueOf":1,"hasOwnProperty":1,"then":1}`,
];

describe("a body", () => {
  it("is taken by more than a few routes", () => {
    expect(takers.length).toBeGreaterThan(8);
  });

  it.each(takers)("[S15] of %s with prototypes at any level changes no object of the hub", async (id, operation) => {
    for (const body of pollutions) {
      const answer = await send(operation, body);
      // Readings stand by themselves: one with such a key is refused by name beside the others.
      if (answer.status < 300 || answer.text.startsWith('{"stored":0'))
        expect(answer.text).not.toMatch(/polluted|"stored":[1-9]/);
      else expectCleanRefusal(answer, `${id} ${body}`);
      const clean: Record<string, unknown> = {};
      for (const name of ["polluted", "isAdmin", "role"]) expect(clean[name], body).toBeUndefined();
      expect(Object.keys(Object.prototype)).toEqual([]);
    }
  });

  it.each(takers)(
    "[S16] of %s that is only a constructor, or very many wrong keys, is refused in a few words",
    async (id, operation) => {
      const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`key ${index}`, { nested: index }]));
      const bodies = [
        '{"constructor":"x"}',
        JSON.stringify(many),
        JSON.stringify(Array.from({ length: 5_000 }, () => many.none ?? 7)),
        JSON.stringify({ ["k".repeat(60_000)]: 1 }),
        "null",
        '"x"',
        "7",
        "",
        "[",
      ];
      for (const body of bodies) {
        const answer = await send(operation, body);
        expectCleanRefusal(answer, `${id} ${body.slice(0, 60)}`);
        expect(answer.text.length).toBeLessThan(2 * maxMessageBytes);
      }
    },
  );

  it.each(takers)(
    "[S18] of %s with fields that nobody asked for is refused, not taken in part",
    async (id, operation) => {
      for (const field of ['"role":"admin"', '"owner":"me"', '"tenant":"other"', '"isAdmin":true', '"id":1,"admin":1'])
        expectCleanRefusal(await send(operation, `{${field},"rôle":"admin"}`), `${id} ${field}`);
    },
  );

  it("[S18] whose key stands twice is what the last one says, for rights and for storing alike", async () => {
    const before = (await hub.http("GET", "devices")).body.devices.length;
    const twice =
      '{"device":"first","device":"second","readings":[{"metric":"m","value":1,"value":2,"time":1770000000000}]}';
    const answer = await fetch(`${hub.url}/api/v1/readings`, { method: "POST", body: twice });
    expect(await answer.json()).toMatchObject({ stored: 1 });
    expect((await hub.http("GET", "devices")).body.devices).toHaveLength(before + 1);
    expect(await hub.readings("second", "m")).toEqual([[1_770_000_000_000, 2]]);
    expect((await hub.http("GET", "devices/first")).status).toBe(404);
  });
});

/** What ends a string, a statement or a condition in SQL. */
const injections = [
  "'; DROP TABLE series; --",
  '" OR ""="',
  "' OR 1=1 --",
  "a' UNION SELECT secret FROM people --",
  "1; ATTACH DATABASE '/tmp/x' AS x",
  "%' OR device LIKE '%",
  "bytes DESC; DELETE FROM chunks",
  "\\'; VACUUM; --",
];

describe("SQL", () => {
  it("[S19] in every text that is kept is text, and comes back as it was", async () => {
    for (const [index, text] of injections.entries()) {
      const device = await hub.welcomed(`sql-${index}`, {
        ...{ name: text, kind: text, session: text, labels: { [text]: text } },
        metrics: { m: { unit: text, label: text } },
      });
      device.send({ type: "readings", seq: 1, readings: [{ metric: "m", value: text, time: 1_770_000_000_000 }] });
      await device.next("ack");
      device.wire.close();
      const { body } = await hub.http("GET", `devices/sql-${index}`);
      expect(body).toMatchObject({ name: text, kind: text, labels: { [text]: text } });
      expect(await hub.readings(`sql-${index}`, "m")).toEqual([[1_770_000_000_000, text]]);
    }
    expect((await hub.http("GET", "status")).status).toBe(200);
  });

  const readers = Object.entries<Operation>(operations).filter(([, { method, query }]) => method === "GET" && query);
  it.each(readers)(
    "[S19] in any parameter of %s is refused or finds nothing, and never comes to the database",
    async (id, operation) => {
      const before = (await hub.http("GET", "status")).body.series;
      for (const name of Object.keys(operation.query?.shape ?? {})) {
        for (const text of injections) {
          const address = new URL(addressOf(operation));
          address.searchParams.set(name, text);
          const answer = await fetch(address);
          const said = await answer.text();
          expect(answer.status, `${id} ${name}=${text}: ${said}`).toBeLessThan(500);
          expect(said, `${id} ${name}=${text}`).not.toMatch(/sqlite|syntax error|no such (?:table|column)/i);
        }
      }
      expect((await hub.http("GET", "status")).body.series).toBe(before);
    },
  );

  it("[S19] in a path names a device that is none", async () => {
    for (const text of injections) {
      const { status, body } = await hub.http("GET", `devices/${encodeURIComponent(text)}`);
      expect([400, 404]).toContain(status);
      expect(body.message).not.toMatch(/sqlite|syntax/i);
    }
  });
});

describe("a page of another site", () => {
  it("[S26] gets nothing done by any method and any form of body, and reads nothing", async () => {
    const before = (await hub.http("GET", "status")).body;
    const body = JSON.stringify({ device: "forged", readings: [{ metric: "m", value: 1 }] });
    for (const type of [
      "text/plain",
      "application/x-www-form-urlencoded",
      "multipart/form-data; boundary=x",
      "application/json",
    ]) {
      for (const [method, path] of [
        ["POST", "readings"],
        ["DELETE", "devices/a"],
        ["DELETE", "readings?device=a&metric=m"],
        ["GET", "devices"],
        ["GET", "readings?device=a&metric=m"],
      ] as const) {
        const headers = {
          Origin: "https://evil.example",
          Cookie: "session=1",
          "Content-Type": type,
          "Sec-Fetch-Site": "cross-site",
        };
        const answer = await fetch(`${hub.url}/api/v1/${path}`, {
          method,
          headers,
          ...(method === "POST" ? { body } : {}),
        });
        expect(answer.status, `${method} ${path} ${type}`).toBe(403);
      }
    }
    const after = (await hub.http("GET", "status")).body;
    expect(after.readings.stored).toBe(before.readings.stored);
    expect(after.series).toBe(before.series);
  });

  it("[S26] changes nothing by an address that it lets somebody open: no GET does", async () => {
    const before = (await hub.http("GET", "status")).body.offset;
    for (const operation of Object.values<Operation>(operations)) {
      if (operation.method !== "GET") continue;
      await (await fetch(addressOf(operation))).text();
      await (await fetch(addressOf(operation), { method: "HEAD" })).text();
    }
    expect((await hub.http("GET", "status")).body.offset).toBe(before);
  });
});
