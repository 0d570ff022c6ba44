/** Every role and every operation: the table of rights is what the hub does, over HTTP and on the socket. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Principal } from "../../../server/hub/access/principal.ts";
import { type Operation, operations } from "../../../server/protocol/operations.ts";
import { type Action, actions, type Role, rights } from "../../../server/protocol/rights.ts";
import { startHub, type TestHub } from "../../support/start-hub.ts";
import { AccessWorld } from "./world.ts";

let hub: TestHub;
let world: AccessWorld;
/** What each role brings. */
const headers = new Map<Role, Record<string, string>>();
const tokens = new Map<Role, string>();
const roles = Object.keys(rights) as Role[];

beforeAll(async () => {
  hub = await startHub({ engine: "memory" });
  await hub.http("POST", "readings", { device: "boiler-1", readings: [{ metric: "m", value: 1 }] });
  world = await AccessWorld.setUp(hub);
  headers.set("admin", world.admin);
  for (const role of ["viewer", "operator"] as const) headers.set(role, await world.person(role, role));
  for (const kind of ["device", "fleet", "link"] as const) {
    const devices = kind === "device" ? { devices: ["boiler-1"] } : {};
    const token = await world.token({ kind, ...devices, ...(kind === "link" ? { lifetime: 600_000 } : {}) });
    tokens.set(kind, token);
    headers.set(kind, { Authorization: `Bearer ${token}` });
  }
});
afterAll(() => hub.stop());

const cells = Object.entries<Operation>(operations).flatMap(([id, operation]) =>
  roles.map((role) => [role, id, operation] as const),
);

describe("the table of rights", () => {
  it("[S10] leaves nothing to chance: each operation names a right of the table, or is everybody's", () => {
    const known: readonly string[] = [...actions, "own", "public"];
    for (const [id, { action }] of Object.entries<Operation>(operations)) expect(known, id).toContain(action);
    for (const role of roles) for (const action of rights[role]) expect(actions).toContain(action);
  });

  it.each(cells)("[S10] %s may %s as the table says", async (role, id, { method, path, action }) => {
    // An unknown parameter: who may ask it is told of that, and nothing is changed.
    const target = `${path.replace(/\{\w+\}/g, "none")}?unheard=1`;
    const response = await fetch(`${hub.url}${target}`, { method, headers: headers.get(role) ?? {} });
    const isPerson = role === "viewer" || role === "operator" || role === "admin";
    const allowed = action === "public" || (action === "own" ? isPerson : rights[role].includes(action as Action));
    if (!allowed) {
      const { code, message } = (await response.json()) as { code: string; message: string };
      expect([id, response.status, code]).toEqual([id, 403, "not_allowed"]);
      expect(message).toContain(action);
    } else expect([401, 403]).not.toContain(response.status);
    if (allowed) await response.text();
  });

  it.each(Object.entries<Operation>(operations).filter(([, { action }]) => action !== "public"))(
    "[S6] %s is refused to whoever has not signed in, this machine too, since there are people",
    async (_, { method, path }) => {
      const response = await fetch(`${hub.url}${path.replace(/\{\w+\}/g, "none")}`, { method });
      expect(response.status).toBe(401);
      expect(await response.json()).toMatchObject({ code: "not_signed_in" });
    },
  );

  it.each(["device", "fleet", "link"] as const)(
    "[S10] holds on the socket for a %s, message by message",
    async (role) => {
      const token = tokens.get(role) as string;
      const client = await hub.connect();
      client.send({ type: "hello", viewer: true, token });
      if (rights[role].includes("watch")) await client.next("welcome");
      else {
        expect(await client.next()).toMatchObject({ type: "error", code: "not_allowed" });
        client.send({ type: "subscribe", id: 1 });
        expect(await client.next()).toMatchObject({ type: "error", id: 1, code: "not_allowed" });
        // A fleet's key speaks for nobody who has a token of its own.
        client.send({ type: "hello", device: role === "fleet" ? "boiler-2" : "boiler-1", token });
        await client.next("welcome");
      }
    },
  );

  it.each(["viewer", "operator"] as const)(
    "[S10] holds on the socket of a %s's browser, message by message",
    async (role) => {
      const client = await hub.connect(headers.get(role));
      client.send({ type: "reading", id: 7, device: "boiler-1", metric: "m", value: 2 });
      const answer = await client.next();
      if (rights[role].includes("send")) expect(answer).toMatchObject({ type: "ack", id: 7, stored: 1 });
      else {
        expect(answer).toMatchObject({ type: "error", id: 7, code: "not_allowed" });
        client.send({ type: "subscribe", id: 8 });
        await client.next("subscribed");
      }
    },
  );

  it("is what a page is told of whoever asks", async () => {
    for (const role of roles) {
      const response = await fetch(`${hub.url}/api/v1/session`, { headers: headers.get(role) ?? {} });
      const { actions: told, kind } = (await response.json()) as { actions: Action[]; kind: Principal["kind"] };
      expect([role, kind, told]).toEqual([
        role,
        role in { viewer: 1, operator: 1, admin: 1 } ? "person" : role,
        rights[role],
      ]);
    }
  });
});
