/** `npm run backup` and `npm run restore`, as programs beside a hub that runs. */
import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, it } from "vitest";
import { HubProcess } from "../chaos/hub-process.ts";
import { built, programArgs } from "../support/built.ts";
import { Client } from "../support/client.ts";
import { websocketTransport } from "../support/websocket-wire.ts";

const root = resolve(import.meta.dirname, "../..");
const hubs: HubProcess[] = [];
let place: string;

beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), "hub-backup-"));
});
afterEach(async () => {
  await Promise.all(hubs.splice(0).map((hub) => hub.kill()));
  rmSync(place, { recursive: true, force: true });
});

function startHub(data: string): HubProcess {
  const hub = new HubProcess({ data, flags: ["--min-free", "1MB"], program: programArgs("server/main") });
  hubs.push(hub);
  return hub;
}

/** What the command printed, and its exit code. */
async function run(name: "backup" | "restore", ...flags: string[]): Promise<{ code: number; said: string }> {
  const path = built(`server/${name}.js`);
  const program = path ? [path] : ["--import", import.meta.resolve("tsx"), join(root, `server/tools/${name}.ts`)];
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [...program, ...flags]);
    return { code: 0, said: stdout.trim() };
  } catch (error) {
    const { code, stderr } = error as { code: number; stderr: string };
    return { code, said: stderr.trim() };
  }
}

async function post(url: string, readings: object[]): Promise<void> {
  const answer = await fetch(`${url}/api/v1/readings`, {
    method: "POST",
    body: JSON.stringify({ device: "boiler", historic: true, readings }),
  });
  expect(answer.status).toBe(200);
}

const ask = async (url: string, path: string) => (await fetch(`${url}/api/v1/${path}`)).json();
const readingsPath = "readings?device=boiler&metric=temperature&from=0&to=1000000";

/** Where a viewer stands once it was told everything: epoch and offset, and whether it could go on from `resume`. */
async function watch(url: string, resume?: object): Promise<{ resume: object; resumed: unknown }> {
  const viewer = await Client.open(websocketTransport, url);
  viewer.send({ type: "subscribe", id: 1, ...(resume ? { resume } : {}) });
  const { epoch, resumed } = await viewer.next("subscribed");
  const { offset } = await viewer.next("ready");
  viewer.wire.close();
  return { resume: { epoch, offset }, resumed };
}

it("[P95] copy what a running hub holds, and make another hub of it that serves all; its viewers begin anew", async () => {
  const [data, copy, other] = ["data", "copy.db", "other"].map((name) => join(place, name)) as [string, string, string];
  const hub = startHub(data);
  const url = await hub.url();
  const readings = Array.from({ length: 500 }, (_, time) => ({ metric: "temperature", value: time / 8, time }));
  await post(url, readings);
  const before = await watch(url);
  expect((await watch(url, before.resume)).resumed).toBe(true);

  const flags = [copy, "--data", data, "--url", url];
  expect(await run("backup", ...flags)).toEqual({
    code: 0,
    said: expect.stringMatching(
      /^500 readings of 1 series, [\d,]+ bytes, copied and read back in [\d.]+ s: .*copy\.db$/,
    ),
  });
  expect(readdirSync(place).sort()).toEqual(["copy.db", "data"]);
  expect(await run("backup", ...flags)).toEqual({ code: 1, said: expect.stringMatching(/is there already/) });
  expect(await run("backup", ...flags.slice(0, 3), "--url", "http://127.0.0.1:9")).toEqual({
    code: 1,
    said: expect.stringMatching(/A hub is using the data in .*: give it with --url/),
  });
  // A hub that runs from this folder is found by itself, whatever its port.
  expect(await run("backup", ...flags.slice(0, 3), "--force")).toMatchObject({ code: 0 });
  await post(url, [{ metric: "temperature", value: -1, time: 500 }]);

  expect(await run("restore", copy, "--data", data)).toEqual({ code: 1, said: expect.stringMatching(/is using/) });
  expect(await run("restore", copy, "--data", other)).toEqual({
    code: 0,
    said: expect.stringMatching(/^500 readings of 1 series, .* restored and read back/),
  });
  const next = startHub(other);
  const nextUrl = await next.url();
  const found = await ask(nextUrl, readingsPath);
  expect(found.times).toEqual(readings.map(({ time }) => time));
  expect(found.values).toEqual(readings.map(({ value }) => value));
  const after = await watch(nextUrl, before.resume);
  expect(after.resumed).toBe(false);
  expect((await watch(nextUrl, after.resume)).resumed).toBe(true);
});

it("[P95] say what they want where the line is wrong, and tell how they are used", async () => {
  expect(await run("backup")).toEqual({ code: 2, said: expect.stringMatching(/^FILE is missing\.\n\nnpm run backup/) });
  expect(await run("restore", "a", "b")).toEqual({ code: 2, said: expect.stringMatching(/^One FILE is taken/) });
  expect(await run("backup", "--forse")).toEqual({ code: 2, said: expect.stringMatching(/--forse/) });
  expect(await run("restore", "--help")).toEqual({ code: 0, said: expect.stringMatching(/^npm run restore -- FILE/) });
});

it("[P95] a hub with accounts is copied by who can read its folder, and by nobody else of its machine", async () => {
  const [data, copy] = [join(place, "data"), join(place, "copy.db")];
  const hub = startHub(data);
  const url = await hub.url();
  let code: string | undefined;
  await expect.poll(() => (code = /set-up code ([\w-]+)/.exec(hub.lines.join("\n"))?.[1])).toBeDefined();
  const order = { code, name: "ada", password: "correct horse" };
  const made = await fetch(`${url}/api/v1/setup`, { method: "POST", body: JSON.stringify(order) });
  expect(made.status).toBe(200);
  const body = JSON.stringify({ file: copy, data });
  expect((await fetch(`${url}/api/v1/backup`, { method: "POST", body })).status).toBe(401);
  const file = join(data, "tool-token");
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(await run("backup", copy, "--data", data, "--url", url)).toMatchObject({ code: 0 });
  hub.signal("SIGTERM");
  await hub.ended;
  expect(existsSync(file)).toBe(false);
});
