/** `/openapi.json` and `/protocol.json`, checked by validators that nobody here wrote, and held to what a real hub says. */
import { request } from "node:http";
import { Validator } from "@seriousme/openapi-schema-validator";
import Ajv2020, { type ValidateFunction } from "ajv/dist/2020.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { errorRules } from "../../server/protocol/codes.ts";
import { operations } from "../../server/protocol/operations.ts";
import { closed } from "../support/closed-schema.ts";
import { startHub, type TestHub } from "../support/start-hub.ts";

// biome-ignore lint/suspicious/noExplicitAny: documents of any shape are looked into
type Any = any;

const at = Date.UTC(2026, 10, 24);

let hub: TestHub;
let document: Any;
/** What stands for them in the table below. */
let ids: Record<string, string> = {};

beforeAll(async () => {
  // Open to all, so that the account that is made here is asked of nobody.
  hub = await startHub({ engine: "sqlite", config: { open: true } });
  const person = await hub.http("POST", "people", { name: "ada", role: "admin", password: "0123456789" });
  const token = await hub.http("POST", "tokens", { kind: "device", devices: ["boiler-1"] });
  ids = { PERSON: person.body.id, TOKEN: token.body.id };
  document = await (await fetch(`${hub.url}/openapi.json`)).json();
  const device = await hub.welcomed("house/north", {
    ...{ name: "North", kind: "greenhouse", reportInterval: 1_000, historic: false, labels: { site: "Delft" } },
    metrics: {
      temperature: { unit: "°C", kind: "gauge", decimals: 1, zones: [{ to: 0, level: "alarm", label: "frost" }] },
    },
    commands: { open: { label: "Open", args: { percent: { type: "number", min: 0, max: 100 } } } },
  });
  const times = Array.from({ length: 100 }, (_, index) => at + index * 1_000);
  const values = {
    temperature: times.map((_, index) => index / 10),
    door: times.map((_, index) => index > 50),
    phase: times.map((_, index) => (index > 20 ? "warm" : "cold")),
  };
  device.send({ type: "samples", seq: 1, times, values });
  device.send({
    type: "readings",
    seq: 2,
    readings: [
      { metric: "temperature", value: "hot" },
      { metric: "a b", value: 1 },
    ],
  });
  device.send({ type: "describe", id: 1, device: "behind" });
  await device.next("ack");
  await device.next("ack");
});

afterAll(() => hub.stop());

/** On a connection of its own: one that was kept is closed where the validator held everything up for some seconds. */
function allowedAt(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { method: "OPTIONS", agent: false }, (answer) => {
      answer.resume();
      resolve(answer.headers.allow ?? "");
    });
    asked.on("error", reject).end();
  });
}

function validator(schema: object, base: object): ValidateFunction {
  const ajv = new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true });
  ajv.addVocabulary(["components", "x-subprotocol", "x-error-codes", "x-close-codes"]);
  return ajv.compile({ ...base, ...schema });
}

describe("/openapi.json", () => {
  it("is OpenAPI 3.1 to a validator that nobody here wrote, each reference resolved", async () => {
    const judge = new Validator();
    const { valid, errors } = await judge.validate(structuredClone(document));
    expect(errors ?? []).toEqual([]);
    expect([valid, judge.version]).toEqual([true, "3.1"]);
    expect(JSON.stringify(judge.resolveRefs())).not.toContain("$ref");
  });

  it("lists what is built and nothing else: each operation answers, and each route that answers is listed", async () => {
    const listed = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.keys(item as object).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(listed.sort()).toEqual(
      Object.values(operations)
        .map(({ method, path }) => `${method} ${path}`)
        .sort(),
    );
    for (const path of Object.keys(document.paths)) {
      const plain = path.replace("{id}", "house%2Fnorth").replace("{n}", "1").replace("{code}", "000000");
      const allow = (await allowedAt(`${hub.url}${plain}`)).split(", ");
      const methods = Object.keys(document.paths[path]).map((method) => method.toUpperCase());
      expect(allow.filter((method) => method !== "HEAD").sort()).toEqual(methods.sort());
    }
  });

  it("names every parameter that a route takes, with its bounds", () => {
    const names = document.paths["/api/v1/readings"].get.parameters.map(({ name }: Any) => name);
    expect(names).toEqual([
      "device",
      "metric",
      "from",
      "to",
      "points",
      "every",
      "tz",
      "across",
      "aggregates",
      "format",
      "time",
      "masked",
    ]);
    const limit = document.paths["/api/v1/devices"].get.parameters.find(({ name }: Any) => name === "limit");
    expect(limit).toMatchObject({
      in: "query",
      required: false,
      schema: { type: "integer", minimum: 1, maximum: 10_000 },
    });
    expect(document.paths["/api/v1/devices/{id}"].get.parameters[0]).toMatchObject({
      name: "id",
      in: "path",
      required: true,
    });
  });

  const query = `device=house/north&from=${at}&to=${at + 100_000}`;
  it.each([
    ["listDevices", "GET", "/api/v1/devices", undefined, 200],
    ["listDevices", "GET", "/api/v1/devices?limit=0", undefined, 400],
    ["getDevice", "GET", "/api/v1/devices/house%2Fnorth", undefined, 200],
    ["getDevice", "GET", "/api/v1/devices/nobody", undefined, 404],
    [
      "editDevice",
      "PATCH",
      "/api/v1/devices/house%2Fnorth",
      { name: "Mine", metrics: { temperature: { max: 40 } } },
      200,
    ],
    ["editDevice", "PATCH", "/api/v1/devices/house%2Fnorth", { nam: "Mine" }, 400],
    ["getDeviceByQuery", "GET", "/api/v1/device?id=house/north", undefined, 200],
    ["editDeviceByQuery", "PATCH", "/api/v1/device?id=house/north", { name: null }, 200],
    ["listRefused", "GET", "/api/v1/devices/house%2Fnorth/refused", undefined, 200],
    ["listQuarantine", "GET", "/api/v1/devices/house%2Fnorth/quarantine?limit=5", undefined, 200],
    ["decideQuarantine", "POST", "/api/v1/devices/house%2Fnorth/quarantine", { action: "shift", shift: 5 }, 200],
    ["decideQuarantine", "POST", "/api/v1/devices/house%2Fnorth/quarantine", { action: "shift" }, 400],
    ["listPresence", "GET", "/api/v1/devices/house%2Fnorth/presence?from=-1h", undefined, 200],
    ["listPresence", "GET", "/api/v1/devices/nobody/presence", undefined, 404],
    ["listSeries", "GET", "/api/v1/series", undefined, 200],
    ["editSeries", "PATCH", "/api/v1/series/1", { label: "Air" }, 200],
    ["editSeries", "PATCH", "/api/v1/series/999", {}, 404],
    ["listLatest", "GET", "/api/v1/latest", undefined, 200],
    ["getReadings", "GET", `/api/v1/readings?${query}&metric=temperature`, undefined, 200],
    ["getReadings", "GET", `/api/v1/readings?${query}&metric=phase`, undefined, 200],
    ["getReadings", "GET", `/api/v1/readings?${query}&metric=*`, undefined, 200],
    [
      "getReadings",
      "GET",
      `/api/v1/readings?${query}&metric=temperature&every=7s&aggregates=first,last,min,max,mean,sum,count`,
      undefined,
      200,
    ],
    ["getReadings", "GET", `/api/v1/readings?${query}&metric=*&points=10`, undefined, 200],
    ["getReadings", "GET", `/api/v1/readings?${query}&metric=nothing`, undefined, 404],
    ["getReadings", "GET", `/api/v1/readings?${query}&metric=*&points=10&across=devices`, undefined, 200],
    ["getStates", "GET", `/api/v1/states?${query}&metric=*`, undefined, 200],
    ["getGaps", "GET", `/api/v1/gaps?${query}&metric=*`, undefined, 200],
    [
      "postReadings",
      "POST",
      "/api/v1/readings",
      [{ device: "house/south", session: "s", seq: 1, readings: [{ metric: "m", value: 2 ** 60 }] }],
      200,
    ],
    [
      "postReadings",
      "POST",
      "/api/v1/readings",
      { device: "house/south", readings: [{ metric: "m", value: null }] },
      400,
    ],
    ["postReadings", "POST", "/api/v1/readings", { device: "house/south" }, 400],
    ["hideReadings", "POST", "/api/v1/masks", { device: "house/north", metric: "temperature", from: 5, to: 9 }, 200],
    ["hideReadings", "POST", "/api/v1/masks", { device: "house/north", metric: "temperature", from: 9, to: 5 }, 400],
    ["listMasks", "GET", "/api/v1/masks?metric=temperature", undefined, 200],
    ["showReadings", "DELETE", "/api/v1/masks/1", undefined, 200],
    ["showReadings", "DELETE", "/api/v1/masks/1", undefined, 404],
    ["getStorage", "GET", "/api/v1/storage", undefined, 200],
    ["previewRemoval", "GET", "/api/v1/storage/preview?device=house/south&metric=*", undefined, 200],
    ["previewPolicies", "POST", "/api/v1/storage/preview", { policies: [] }, 200],
    [
      "putPolicies",
      "PUT",
      "/api/v1/storage/policies",
      { policies: [{ device: "*", metric: "*", keep: "raw 30d" }] },
      200,
    ],
    ["putPolicies", "PUT", "/api/v1/storage/policies", { policies: [{ device: "*", metric: "*", keep: "raw" }] }, 400],
    ["getPolicies", "GET", "/api/v1/storage/policies", undefined, 200],
    ["putBudget", "PUT", "/api/v1/storage/budget", { budget: "2 GB" }, 200],
    ["removeReadings", "DELETE", "/api/v1/readings?device=house/south&metric=*", undefined, 200],
    ["previewMerge", "GET", "/api/v1/series/2/merge?into=999", undefined, 404],
    ["mergeSeries", "POST", "/api/v1/series/2/merge", { into: 999 }, 404],
    ["removeAlias", "DELETE", "/api/v1/series/2/aliases?device=house/south&metric=air", undefined, 404],
    ["removeSeries", "DELETE", "/api/v1/series/2", undefined, 200],
    ["listArrivals", "GET", "/api/v1/arrivals", undefined, 200],
    ["makeBackup", "POST", "/api/v1/backup", { file: "/copy.db" }, 503],
    ["getStatus", "GET", "/api/v1/status", undefined, 200],
    ["getHealth", "GET", "/health", undefined, 200],
    ["getReady", "GET", "/ready", undefined, 200],
    ["getMetrics", "GET", "/metrics", undefined, 200],
    ["getOpenApi", "GET", "/openapi.json", undefined, 200],
    ["getProtocol", "GET", "/protocol.json", undefined, 200],
    ["removeDevice", "DELETE", "/api/v1/devices/house%2Fnorth", undefined, 200],
    ["getSession", "GET", "/api/v1/session", undefined, 200],
    ["signIn", "POST", "/api/v1/session", { name: "ada", password: "wrong" }, 401],
    ["signIn", "POST", "/api/v1/session", { name: "ada", password: "0123456789" }, 200],
    ["setUp", "POST", "/api/v1/setup", { code: "0000", name: "eve", password: "0123456789" }, 401],
    ["changePassword", "PUT", "/api/v1/session/password", { old: "0123456789", new: "9876543210" }, 403],
    ["listSessions", "GET", "/api/v1/sessions", undefined, 200],
    ["endSession", "DELETE", "/api/v1/sessions/nobody", undefined, 404],
    ["signOut", "DELETE", "/api/v1/session", undefined, 200],
    ["addPerson", "POST", "/api/v1/people", { name: "bob", role: "admin", password: "0123456789" }, 200],
    ["addPerson", "POST", "/api/v1/people", { name: "BOB", role: "admin", password: "0123456789" }, 409],
    ["listPeople", "GET", "/api/v1/people", undefined, 200],
    ["editPerson", "PATCH", "/api/v1/people/PERSON", { role: "viewer", devices: ["house/*"] }, 200],
    ["removePerson", "DELETE", "/api/v1/people/PERSON", undefined, 200],
    ["addToken", "POST", "/api/v1/tokens", { kind: "link", devices: ["house/*"], lifetime: 60_000 }, 200],
    ["addToken", "POST", "/api/v1/tokens", { kind: "link" }, 400],
    ["addTokens", "POST", "/api/v1/tokens.csv", "device,name\na,A\nb,\n", 200],
    ["rotateToken", "POST", "/api/v1/tokens/TOKEN/rotate", { overlap: 60_000 }, 200],
    ["listTokens", "GET", "/api/v1/tokens", undefined, 200],
    ["removeToken", "DELETE", "/api/v1/tokens/TOKEN", undefined, 200],
    ["listRequests", "GET", "/api/v1/requests", undefined, 200],
    ["acceptRequest", "POST", "/api/v1/requests", { code: "000000" }, 404],
    ["dismissRequest", "DELETE", "/api/v1/requests/000000", undefined, 404],
    ["listAudit", "GET", "/api/v1/audit?limit=5", undefined, 200],
    ["removeDeviceByQuery", "DELETE", "/api/v1/device?id=behind", undefined, 200],
  ] as const)("%s: %s %s is answered as it says", async (id, method, shown, body, status) => {
    const path = shown.replace(/PERSON|TOKEN/, (name) => ids[name] ?? "");
    const sentText = typeof body === "string" ? body : JSON.stringify(body);
    const { path: template } = operations[id];
    const operation = document.paths[template][method.toLowerCase()];
    expect(operation.operationId).toBe(id);
    const ask = () => fetch(`${hub.url}${path}`, { method, ...(body === undefined ? {} : { body: sentText }) });
    let response = await ask();
    // A hub that is late on a busy machine is not ready, and says so.
    if (id === "getReady") {
      const answered = async () => {
        response = await ask();
        return response.status;
      };
      await expect.poll(answered, { timeout: 60_000 }).toBe(200);
    }
    expect(response.status).toBe(status);
    const said = operation.responses[status];
    const type = response.headers.get("content-type")?.split(";")[0] as string;
    expect(Object.keys(said.content)).toContain(type);
    const answer = type === "application/json" ? await response.json() : await response.text();
    const components = { components: closed(document.components) };
    const validate = validator(said.content[type].schema, components);
    expect(validate(answer) ? [] : validate.errors).toEqual([]);
    // The check sees what the reference does not tell: it would not have let this pass.
    if (type === "application/json" && !path.endsWith(".json")) expect(validate({ ...answer, unheard: 1 })).toBe(false);
    if (typeof body === "object" && status === 200) {
      const sent = validator(operation.requestBody.content["application/json"].schema, components);
      expect(sent(body) ? [] : sent.errors).toEqual([]);
    }
  });

  it("has an answer in that table for every operation", ({ task }) => {
    const tried = (task.suite?.tasks ?? []).map(({ name }) => name.split(":")[0]);
    expect(Object.keys(operations).filter((id) => !tried.includes(id))).toEqual([]);
  });

  it("lists for each error code the status that the table of codes has", () => {
    for (const [, item] of Object.entries(document.paths)) {
      for (const operation of Object.values(item as Any) as Any[]) {
        for (const [status, { description }] of Object.entries(operation.responses) as [string, Any][]) {
          for (const code of Object.keys(errorRules) as (keyof typeof errorRules)[]) {
            if (description.split(/[ ,]+/).includes(code)) expect(`${errorRules[code].http}`).toBe(status);
          }
        }
      }
    }
  });
});
