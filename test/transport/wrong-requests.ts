/** Requests that are wrong, and what every answer to them has to be. */
import { connect } from "node:net";
import { expect } from "vitest";
import { errorRules } from "../../server/protocol/codes.ts";
import { errorMessage } from "../../server/protocol/errors.ts";
import { type Operation, operations } from "../../server/protocol/operations.ts";

/** Most that any wrong request may cost this process, which is the hub's too, ms of CPU: what other processes take is not in it. */
const mostCpuMs = 1_500;

export interface Answered {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

/** Sends a request as it stands, byte for byte, which no HTTP client would let through. */
export function sendRaw(url: string, text: string | Uint8Array): Promise<Answered> {
  const { port, hostname } = new URL(url);
  const before = process.cpuUsage();
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    const parts: Buffer[] = [];
    socket.on("data", (part) => parts.push(part));
    socket.on("error", reject);
    socket.on("close", () => {
      const answer = Buffer.concat(parts).toString();
      const [head = "", ...rest] = answer.split("\r\n\r\n");
      const body = rest.join("\r\n\r\n");
      const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1]);
      const { user, system } = process.cpuUsage(before);
      expect((user + system) / 1_000).toBeLessThan(mostCpuMs);
      resolve({ status, head, body });
    });
    // Not ended: who ends his side is not waited for.
    socket.write(text);
  });
}

export function requestText(method: string, target: string, body = "", headers = "Host: localhost\r\n"): string {
  const length = method === "GET" && body === "" ? "" : `Content-Length: ${Buffer.byteLength(body)}\r\n`;
  return `${method} ${target} HTTP/1.1\r\n${headers}${length}Connection: close\r\n\r\n${body}`;
}

/** A refusal as the contract has it, with the status of its code, and nothing from inside; not of one who was waited for in vain. */
export function refusalOf({ status, head, body }: Answered, where: string) {
  expect(`${where} ${status}`).toMatch(/ 4(?!08)\d\d$/);
  expect(head).toContain("Content-Type: application/json");
  const refusal = errorMessage.strict().parse(JSON.parse(body));
  if (status !== 405) expect(errorRules[refusal.code].http).toBe(status);
  expect(Buffer.byteLength(refusal.message)).toBeLessThanOrEqual(1_000);
  expect(refusal.message).not.toMatch(/\bat \S+ \(|node_modules|\.ts:|SQLITE|SELECT|undefined|\[object/);
  return refusal;
}

export const all = Object.entries<Operation>(operations);
export const withQuery = all.filter(([, { query }]) => query);
/** Those that take JSON. */
export const withBody = all.filter(([, { body, bodyType }]) => body && !bodyType);
/** Ids that the hub gave, which the tests of a hub fill in. */
export const ids = new Map<string, string>();
/** What asks nothing of its query: whoever watches the hub may add what it likes. */
export const carefree = new Set(["getHealth", "getReady"]);

/** A right target of an operation, and its right query. */
export function targetOf({ method, path, query }: Operation): { path: string; query: Record<string, string> } {
  // A series that nothing else is asked of becomes a part of the first one.
  const filled = path
    .replace(/(people|tokens)\/\{id\}/, (_, of: string) => `${of}/${ids.get(of)}`)
    .replace("{code}", "000000")
    .replace("{id}", "boiler-1")
    .replace("{n}/merge", "2/merge")
    .replace("{n}", "1");
  const right: Record<string, string> = {};
  if (query && "into" in query.shape) right.into = "1";
  if (query && "id" in query.shape) right.id = "boiler-1";
  if (query && "metric" in query.shape && "from" in query.shape)
    Object.assign(right, { device: "boiler-1", metric: "temperature" });
  // Before any reading, so that nothing goes.
  if (method === "DELETE" && right.device) right.to = "-1000";
  return { path: filled, query: right };
}

export function withParameters(operation: Operation, change: string, without?: string): string {
  const { path, query } = targetOf(operation);
  const pairs = Object.entries(query).filter(([name]) => name !== without);
  return `${path}?${[...pairs.map(([name, value]) => `${name}=${value}`), change].join("&")}`;
}

/** Right bodies, so that what is wrong is what the test says. */
export const bodies: Readonly<Record<string, string>> = {
  postReadings: JSON.stringify({ device: "boiler-1", readings: [] }),
  editDevice: "{}",
  editDeviceByQuery: "{}",
  editSeries: "{}",
  makeBackup: JSON.stringify({ file: "/copy.db" }),
  hideReadings: JSON.stringify({ device: "boiler-1", metric: "temperature", from: -9, to: -5 }),
  decideQuarantine: JSON.stringify({ action: "discard" }),
  mergeSeries: JSON.stringify({ into: 1 }),
  previewPolicies: JSON.stringify({ policies: [] }),
  putPolicies: JSON.stringify({ policies: [] }),
  putBudget: JSON.stringify({ budget: "off" }),
  signIn: JSON.stringify({ name: "nobody", password: "0123456789" }),
  setUp: JSON.stringify({ code: "0000-0000", name: "nobody", password: "0123456789" }),
  changePassword: JSON.stringify({ old: "0123456789", new: "9876543210" }),
  addPerson: JSON.stringify({ name: "ada", role: "viewer", password: "0123456789" }),
  editPerson: "{}",
  addToken: JSON.stringify({ kind: "device", devices: ["boiler-1"] }),
  rotateToken: "{}",
  acceptRequest: JSON.stringify({ code: "000000" }),
};

/** What right bodies are answered with where that is not 200. */
export const rightStatus: Readonly<Record<string, number>> = {
  // A hub that keeps its readings in memory has nothing to copy, and says so once it has read what it was asked.
  makeBackup: 503,
  ...{ signIn: 401, setUp: 401, changePassword: 403, acceptRequest: 404 },
  // There is one of that name.
  addPerson: 409,
};

export const isList = (parameter: string) => ["device", "metric", "aggregates"].includes(parameter);

/** Wrong values of each parameter, and the code that they get. */
export const wrongValues: Readonly<Record<string, readonly string[]>> = {
  id: ["", "a%20b", "a//b", "../x", "__proto__", "x".repeat(129), "%00", "%ED%A0%80"],
  device: ["", "a%20b", "x".repeat(129), "a,,b", "%ED%A0%80", "%00", "%ZZ", "a,b,".repeat(900)],
  metric: ["", "a%20b", "x".repeat(129), ",", "%ED%A0%80", "=cmd"],
  limit: ["", "0", "-1", "10001", "1.5", "1e3", "0x10", "NaN", "Infinity", "9".repeat(400), "%31%00", "limit"],
  cursor: ["", "x", "e30", "W10=", "%ED%A0%80", "x".repeat(3_000)],
  from: ["", "yesterday", "9e99", "-5w", "2026-11-24", "8640000000000001", "9".repeat(400), "%ED%A0%80", "now"],
  at: ["", "yesterday", "9e99", "2026-11-24", "now"],
  to: ["", "tomorrow", "1e3", "2026-13-01T00:00:00Z", "-0m-0m", "-9".repeat(300), "0"],
  points: ["", "0", "5001", "-1", "1.5", "many"],
  every: ["", "0", "-5m", "5w", "soon", "9".repeat(30), "1e3"],
  across: ["", "metrics", "DEVICES", "__proto__"],
  tz: ["", "Mars/Olympus", "%2B05:45", "Europe/", "__proto__", "x".repeat(100)],
  aggregates: ["", "avg", "mean,,max", "MEAN", "constructor", "__proto__"],
  format: ["", "xml", "Parquet", "CSV", "json,csv", "__proto__"],
  time: ["", "s", "ISO"],
  masked: ["", "exclude", "INCLUDE", "include,include", "__proto__"],
  into: ["", "0", "-1", "1.5", "1e3", "9".repeat(400), "%ED%A0%80", "boiler-1", "__proto__"],
  sort: ["", "size", "BYTES", "bytes,name", "__proto__"],
};

/** What has to stand beside a parameter, of an operation or of all, for its value to be looked at. */
export const company: Readonly<Record<string, string>> = {
  aggregates: "&points=10",
  tz: "&every=1h",
  "getGaps tz": "",
  across: "&points=10",
  time: "&format=csv",
  to: "&from=1",
};
