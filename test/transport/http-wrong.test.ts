/** Every operation tried with wrong input of every kind: always the shape of an error, a right status, soon, and never a word from inside. */
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { healthAnswer } from "../../server/protocol/http.ts";
import { printedSeed } from "../support/seed.ts";
import { startHub, type TestHub } from "../support/start-hub.ts";
import {
  all,
  bodies,
  carefree,
  company,
  ids,
  isList,
  refusalOf,
  requestText,
  rightStatus,
  sendRaw,
  targetOf,
  withBody,
  withParameters,
  withQuery,
  wrongValues,
} from "./wrong-requests.ts";

const at = Date.UTC(2026, 10, 24);

let hub: TestHub;

beforeAll(async () => {
  // Open to all, so that the account that is made here is asked of nobody.
  hub = await startHub({ engine: "sqlite", config: { open: true } });
  const person = await hub.http("POST", "people", { name: "ada", role: "admin", password: "0123456789" });
  const token = await hub.http("POST", "tokens", { kind: "device", devices: ["boiler-1"] });
  ids.set("people", person.body.id).set("tokens", token.body.id);
  await hub.http("POST", "readings", {
    device: "boiler-1",
    readings: ["temperature", "replaced"].map((metric) => ({ metric, value: 20, time: at })),
  });
});
afterAll(() => hub.stop());

const raw = (text: string | Uint8Array) => sendRaw(hub.url, text);

describe("a query", () => {
  const checked = all.filter(([id]) => !carefree.has(id));

  it.each(checked)(
    "[P7] %s refuses parameters that it does not know, whatever they are called",
    async (id, operation) => {
      const names = [
        ...["unheard", "__proto__", "constructor", "toString", "hasOwnProperty", "__proto__%5Bx%5D", "a%00b"],
        ...["%ED%A0%80", "%F0%9F%98%80", "%ZZ", "", "x".repeat(5_000), "token"],
      ];
      for (const name of names) {
        const target = withParameters(operation, `${name}=secret-7`);
        const refusal = refusalOf(await raw(requestText(operation.method, target, bodies[id])), `${id} ${name}`);
        expect(`${id} ${name} ${refusal.code}`).toBe(`${id} ${name} unknown_field`);
        expect(refusal.message).not.toContain("secret-7");
      }
      expect(({} as Record<string, unknown>).x).toBeUndefined();
    },
  );

  const parameters = withQuery.flatMap(([id, operation]) =>
    Object.keys(operation.query?.shape ?? {}).map((name) => [id, name, operation] as const),
  );

  it.each(parameters)(
    "[P57] %s names %s where its value is empty, too long, of another kind, or out of range",
    async (id, name, operation) => {
      expect(wrongValues[name]).toBeDefined();
      for (const value of wrongValues[name] ?? []) {
        const target = withParameters(
          operation,
          `${name}=${value}${company[`${id} ${name}`] ?? company[name] ?? ""}`,
          name,
        );
        const where = `${id} ${name}=${value.slice(0, 40)}`;
        const refusal = refusalOf(await raw(requestText(operation.method, target, bodies[id])), where);
        expect(`${where}: ${refusal.code}`).toMatch(/: (?:invalid_query|invalid_name)$/);
        expect(refusal.message).toMatch(name === "id" ? /device|id/ : new RegExp(`\\b(?:${name}|from)\\b`));
      }
    },
  );

  it.each(parameters)("[P57] %s takes %s once, unless it is a list", async (id, name, operation) => {
    const right = {
      ...targetOf(operation).query,
      limit: "1",
      cursor: "x",
      from: "-1h",
      to: "-0m",
      points: "1",
      every: "1h",
      format: "csv",
      time: "ms",
    };
    const value = (right as Record<string, string>)[name] ?? "mean";
    const target = withParameters(operation, `${name}=${value}&${name}=${value}`, name);
    const answer = await raw(requestText(operation.method, target, bodies[id]));
    if (isList(name)) {
      if (answer.status !== 200) expect(refusalOf(answer, id).message).not.toContain("twice");
    } else expect(refusalOf(answer, `${id} ${name}`).message).toContain("twice");
  });

  it.each(withQuery)("[P57] %s says what is missing", async (id, operation) => {
    const { method, query } = operation;
    const { status, body } = await raw(requestText(method, targetOf(operation).path, bodies[id]));
    const needed = Object.values(query?.shape ?? {}).some((one) => !one.safeParse(undefined).success);
    if (needed) expect(JSON.parse(body).message).toContain("missing");
    else expect(status).toBe(200);
  });

  it.each(all)("[P39] %s answers thousands of parameters soon and in few words", async (id, operation) => {
    const many = Array.from({ length: 1_000 }, (_, index) => `p${index}=1`).join("&");
    const answer = await raw(requestText(operation.method, withParameters(operation, many), bodies[id]));
    if (!carefree.has(id)) refusalOf(answer, id);
  });
});

describe("a path", () => {
  const open = all.filter(([, { segments }]) => segments);

  it.each(open)(
    "[P38] %s refuses segments that are no name or number, and those nobody has",
    async (id, { path, method }) => {
      const segments = [
        ...[
          "%00",
          "a%20b",
          "%2E%2E",
          "..%2f..%2fetc%2fpasswd",
          "a%2F%2Fb",
          "__proto__",
          "x".repeat(129),
          "%F0%9F%98%80",
        ],
        ...["nobody", "0", "-1", "1.5", "1e3", "99999999999999999999", "%ED%A0%80", "%ZZ", "%", "%E0%A4%A"],
      ];
      for (const segment of segments) {
        const target = path.replace(/\{\w+\}/, segment);
        refusalOf(await raw(requestText(method, target, bodies[id])), `${id} ${segment}`);
      }
    },
  );

  it.each(all)("[P38] %s has no address beside its own", async (_, { path, method }) => {
    for (const target of [`${path}/`, `/${path}`, `${path}%00`, `${path};x=1`, `${path.toUpperCase()}`, `${path}//x`]) {
      const { code } = refusalOf(await raw(requestText(method, target)), target);
      expect(code).toMatch(/^not_found$|^invalid_name$|^unknown_device$|^invalid_query$/);
    }
  });
});

describe("a method", () => {
  const paths = [...new Set(all.map(([, { path }]) => path))].map((path) => [path] as const);

  it.each(paths)("[P38] that %s does not have is 405, with those that it has", async (path) => {
    const has = all.filter(([, operation]) => operation.path === path).map(([, { method }]) => method as string);
    const target = path.replace("{id}", "boiler-1").replace("{n}", "1");
    for (const method of ["PUT", "TRACE", "PROPFIND", "POST", "PATCH", "DELETE", "GET"].filter(
      (one) => !has.includes(one),
    )) {
      const answer = await raw(requestText(method, target));
      expect(`${method} ${answer.status}`).toBe(`${method} 405`);
      expect(refusalOf(answer, method).code).toBe("not_allowed");
      const allow = /^Allow: (.*)$/m.exec(answer.head)?.[1]?.split(", ") ?? [];
      expect(allow.filter((one) => one !== "HEAD").sort()).toEqual([...has].sort());
    }
  });
});

describe("a body", () => {
  const deep = `${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`;
  const wrongBodies: readonly (readonly [name: string, body: string, code: RegExp])[] = [
    ["nothing", "", /^invalid_json$/],
    ["no JSON", "name=x", /^invalid_json$/],
    ["half of it", '{"name":', /^invalid_json$/],
    ["NaN", '{"name":NaN}', /^invalid_json$/],
    ["a number", "7", /^invalid_message$/],
    ["null", "null", /^invalid_message$/],
    ["text", '"x"', /^invalid_message$/],
    ["an unknown field", '{"nam":"x"}', /^unknown_field$/],
    ["__proto__", '{"__proto__":{"x":1}}', /^(?:invalid_name|unknown_field|invalid_message)$/],
    ["constructor", '{"constructor":"x"}', /^unknown_field$/],
    ["a wrong kind", '{"device":[],"name":7,"unit":{}}', /^(?:unknown_field|invalid_message|invalid_name)$/],
    ["deep objects", deep, /^too_deep$/],
    ["deep lists", `${"[".repeat(200_000)}${"]".repeat(200_000)}`, /^(?:too_deep|invalid_message)$/],
    [
      "many keys",
      JSON.stringify(Object.fromEntries(Array.from({ length: 60_000 }, (_, i) => [`k${i}`, i]))),
      /^unknown_field$/,
    ],
    [
      "many bad metrics",
      JSON.stringify({ metrics: Object.fromEntries(Array.from({ length: 40_000 }, (_, i) => [`a b${i}`, 1])) }),
      /^(?:unknown_field|invalid_message)$/,
    ],
    ["many bad entries", JSON.stringify(Array.from({ length: 200_000 }, () => 1)), /^invalid_message$/],
    ["a long text", JSON.stringify({ name: "x".repeat(900_000) }), /^(?:unknown_field|invalid_message)$/],
    ["1 MiB and more", JSON.stringify({ name: "x".repeat(1_100_000) }), /^frame_too_large$/],
  ];
  const table = withBody.flatMap(([id, operation]) =>
    wrongBodies.map(([name, body, code]) => [id, name, operation, body, code] as const),
  );

  it.each(table)("[P38] of %s: %s", async (id, name, operation, body, code) => {
    const target = withParameters(operation, "").replace(/[?&]$/, "");
    const refusal = refusalOf(await raw(requestText(operation.method, target, body)), `${id} ${name}`);
    // Of whoever has not signed in little is read.
    const isLong = operation.action === "public" && body.length > 4_096;
    expect(refusal.code).toMatch(isLong ? /^frame_too_large$/ : code);
  });

  it.each(withBody)("[P12] of %s that is not UTF-8, or compressed, is refused", async (id, operation) => {
    const target = withParameters(operation, "").replace(/[?&]$/, "");
    const head = `${operation.method} ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n`;
    const latin = Buffer.concat([
      Buffer.from(`${head}Content-Length: 12\r\n\r\n{"name":"`),
      Buffer.from([0xe9, 0x22, 0x7d]),
    ]);
    expect(refusalOf(await raw(latin), id).code).toBe("invalid_json");
    const gzip = requestText(operation.method, target, "{}", "Host: localhost\r\nContent-Encoding: gzip\r\n");
    expect(refusalOf(await raw(gzip), id).code).toBe("invalid_message");
  });

  it.each(withBody)("of %s is JSON whatever its type is said to be", async (id, operation) => {
    const target = withParameters(operation, "").replace(/[?&]$/, "");
    for (const type of [
      "text/plain",
      "application/x-www-form-urlencoded",
      "multipart/form-data; boundary=x",
      "nonsense",
    ]) {
      const headers = `Host: localhost\r\nContent-Type: ${type}\r\n`;
      const { status } = await raw(requestText(operation.method, target, bodies[id], headers));
      // What is rotated once is not rotated again.
      expect(id === "rotateToken" ? [200, 409] : [rightStatus[id] ?? 200]).toContain(status);
      expect(refusalOf(await raw(requestText(operation.method, target, "a=1", headers)), id).code).toBe("invalid_json");
    }
  });
});

describe("a caller", () => {
  it.each(all)(
    "[P41] %s: of a foreign Host, of a foreign page, or without a Host is refused before anything is looked at",
    async (id, operation) => {
      const target = withParameters(operation, "unheard=1");
      for (const headers of [
        "Host: evil.example\r\n",
        "Host: localhost:1@evil.example\r\n",
        "Host: localhost\r\nOrigin: https://evil.example\r\n",
        "Host: localhost\r\nOrigin: https://localhost.evil.example\r\n",
        "Host: localhost\r\nOrigin: file://\r\n",
        "Host: localhost\r\nOrigin: \r\n",
      ]) {
        const refusal = refusalOf(
          await raw(requestText(operation.method, target, bodies[id], headers)),
          `${id} ${headers}`,
        );
        expect(`${headers} ${refusal.code}`).toBe(`${headers} not_allowed`);
      }
    },
  );
});

describe("anything at all", () => {
  it("[P38] is answered with what was asked for, or with a refusal, and never by a fault of the hub", {
    timeout: 300_000,
  }, async () => {
    const seed = printedSeed("queries");
    const names = [...new Set(withQuery.flatMap(([, { query }]) => Object.keys(query?.shape ?? {})))];
    const name = fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...names) }, fc.string({ maxLength: 20 }));
    const values = Object.values(wrongValues).flat();
    const value = fc.oneof(
      fc.constantFrom(
        "*",
        "boiler-1",
        "temperature",
        "mean",
        "-1h",
        "csv",
        "ndjson",
        "parquet",
        String(at),
        "10",
        "1h",
        ...values,
      ),
      fc.string({ unit: "binary", maxLength: 30 }),
      fc.double().map(String),
      fc.maxSafeInteger().map(String),
    );
    const encoded = fc.oneof(
      value.map((text) => encodeURIComponent(text.toWellFormed())),
      value.map((text) => text.replace(/[^!-~]|#/g, "%")),
    );
    const pair = fc.tuple(name, encoded).map(([left, right]) => `${encodeURIComponent(left.toWellFormed())}=${right}`);
    const operation = fc.constantFrom(...all.filter(([, { method }]) => method === "GET"));
    await fc.assert(
      fc.asyncProperty(operation, fc.array(pair, { maxLength: 6 }), async ([id, one], pairs) => {
        const { path } = targetOf(one);
        const { status, body, head } = await raw(requestText("GET", `${path}?${pairs.join("&")}`));
        // A loaded machine may not be ready, and says so.
        if (carefree.has(id)) healthAnswer.strict().parse(JSON.parse(body));
        else if (status === 200)
          expect(head).toMatch(
            /Content-Type: (?:application\/(?:json|x-ndjson|vnd\.apache\.parquet)|text\/csv|text\/plain)/,
          );
        else refusalOf({ status, body, head }, `${id} ${pairs.join("&")}`);
      }),
      { seed, numRuns: 500 },
    );
    expect((await hub.http("GET", "devices")).status).toBe(200);
  });
});
