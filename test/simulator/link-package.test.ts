/** The link as its users have it: in a folder outside of this one, without network, its program run by plain Node. */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { program as shortProgram } from "../support/readme.ts";
import { startHub, type TestHub } from "../support/start-hub.ts";

const run = promisify(execFile);
const root = join(import.meta.dirname, "../..");
const built = join(root, "dist/link");
const { resolve } = createRequire(import.meta.url);
const packageName = "telemetry-hub/link";

/** What npm and vitest hand down would change how the inner npm works. */
const env = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_|VITEST)/i.test(name))),
  npm_config_offline: "true",
  npm_config_audit: "false",
  npm_config_fund: "false",
  npm_config_update_notifier: "false",
};

const readme = readFileSync(join(root, "simulator/README.md"), "utf8");
const [, program = ""] = /^```js\n([\s\S]*?)^```$/m.exec(readme) ?? [];

/** A program in TypeScript that uses what is exported; its types are strict, and libraries are looked into. */
const typed = (from: string) => `import { Link, type LinkOptions, type LinkStats, type Refused } from "${from}";
const options: LinkOptions = { device: "a", metrics: { t: { unit: "°C", zones: [{ from: 1, level: "warn" }] } } };
const link = new Link("ws://localhost/ws", { ...options, onRejected: (one: Refused) => one.message.length });
const taken: boolean = link.sendSamples(new Float64Array(2), { t: [1, null] }) && link.send("t", true, 1, "b");
link.describe("b", { labels: { room: "1" } });
declare const token: string | undefined;
new Link("ws://localhost/ws", { device: "a", token, WebSocket: globalThis.WebSocket, onState: ({ reason }) => reason?.length });
// @ts-expect-error a metric has no such role
link.describe("b", { metrics: { t: { role: "colour" } } });
// @ts-expect-error a value is no object
link.send("t", {});
export const stats: LinkStats = link.stats;
export const all: Promise<void> = link.flush();
export default taken;
`;

const strict = {
  strict: true,
  noEmit: true,
  skipLibCheck: false,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noPropertyAccessFromIndexSignature: true,
  target: "es2022",
  lib: ["es2022", "dom"],
  types: [],
};

let folder: string;
let hub: TestHub;

beforeAll(async () => {
  hub = await startHub();
});
afterAll(() => hub.stop());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "link-user-"));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
  return () => rmSync(folder, { recursive: true, force: true });
});

/** Runs the program of the README with the link taken `from`, and looks at what the hub has. */
async function runProgram(from: string, ...nodeFlags: string[]): Promise<void> {
  mkdirSync(join(folder, "node_modules"), { recursive: true });
  symlinkSync(dirname(resolve("ws/package.json")), join(folder, "node_modules/ws"));
  writeFileSync(join(folder, "oven.mjs"), program.replace(packageName, from));
  const url = `${hub.url.replace("http", "ws")}/ws`;
  const child = spawn(process.execPath, [...nodeFlags, "oven.mjs", url], { cwd: folder, env });
  const [out, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
  expect({ code, errors }).toEqual({ code: 0, errors: "" });
  expect(out).toMatch(/^connecting \nopen \n3 stored\nstopped closed\n$/);
  const temperature = await hub.readings("oven-1", "temperature");
  expect(temperature.map(([, value]) => value)).toEqual([229.8, 231.5]);
  expect((await hub.readings("oven-1", "door")).map(([, value]) => value)).toEqual([false]);
  expect((await hub.http("DELETE", "devices/oven-1")).status).toBe(200);
}

/** Runs the few lines of the first README, which go on and on, until the hub has a reading of them. */
async function runShortProgram(): Promise<void> {
  const lines = shortProgram("js", packageName).replace("ws://localhost:8080", hub.url.replace("http", "ws"));
  writeFileSync(join(folder, "short.mjs"), lines);
  // Before Node 22 there is none.
  writeFileSync(join(folder, "ws.mjs"), 'import { WebSocket } from "ws";\nglobalThis.WebSocket ??= WebSocket;\n');
  const child = spawn(process.execPath, ["--import", "./ws.mjs", "short.mjs"], { cwd: folder, env, stdio: "inherit" });
  const exited = once(child, "exit");
  try {
    await expect.poll(async () => (await hub.readings("oven-2", "temperature")).length).toBeGreaterThan(0);
  } finally {
    child.kill();
    await exited;
  }
}

/** Fails with what the compiler says. Looks at the README's program, too: who copies it may well write TypeScript. */
async function check(from: string, options: object): Promise<void> {
  writeFileSync(join(folder, "user.ts"), typed(from));
  const surroundings = `declare const process: { argv: string[] };
declare module "ws" { const WebSocket: typeof globalThis.WebSocket; export { WebSocket }; }
`;
  writeFileSync(join(folder, "surroundings.d.ts"), surroundings);
  writeFileSync(join(folder, "oven.ts"), program.replace(packageName, from));
  const files = ["user.ts", "oven.ts", "surroundings.d.ts"];
  const config = { compilerOptions: { ...strict, ...options }, files };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  const compiler = join(dirname(resolve("typescript/package.json")), "bin/tsc");
  const { stdout } = await run(process.execPath, [compiler, "-p", folder]).catch((error) => error);
  expect(stdout).toBe("");
}

const nodeTypes = { module: "nodenext", moduleResolution: "nodenext" };
const bundlerTypes = { module: "esnext", moduleResolution: "bundler" };

describe("the link for its users", () => {
  it("has a program of 15 lines at most", () => {
    const lines = program.trimEnd().split("\n");
    expect(lines.filter((line) => line !== "" && !line.startsWith("import")).length).toBeLessThanOrEqual(15);
    expect(program).toContain(`from "${packageName}"`);
  });

  it("is one file that needs nothing, and types that see neither zod nor the hub", () => {
    const files = readdirSync(built, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    const textOf = (suffix: string) =>
      files.filter((file) => file.endsWith(suffix)).map((file) => readFileSync(file, "utf8"));
    const [code = "", ...more] = textOf(".js");
    expect(more).toEqual([]);
    expect(code).not.toMatch(/^import\b|\brequire\(|\bimport\(|zod|node:|process\.\w/m);
    expect(code.length).toBeLessThan(40_000);
    const [, told = ""] = /`link\.js`, (\d+) kB/.exec(readme) ?? [];
    expect(Math.abs(code.length / 1_000 - Number(told)), "as large as the README tells").toBeLessThan(2);
    for (const types of textOf(".d.ts")) expect(types).not.toMatch(/zod|server\/protocol|from "[^.]/);
    const manifest = JSON.parse(readFileSync(join(built, "package.json"), "utf8"));
    expect(Object.keys(manifest).filter((field) => /dependencies|scripts/i.test(field))).toEqual([]);
    const { name, version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    expect(manifest).toMatchObject({ name, version });
  });

  it("is imported by its name where its archive was installed", async () => {
    const { stdout } = await run("npm", ["pack", "--silent", built], { cwd: folder, env });
    await run("npm", ["install", `./${stdout.trim()}`], { cwd: folder, env });
    expect(readdirSync(join(folder, "node_modules")).filter((name) => !name.startsWith("."))).toEqual([
      "telemetry-hub",
    ]);
    await runProgram(packageName);
    await check(packageName, nodeTypes);
    await check(packageName, bundlerTypes);
    await runShortProgram();
  });

  it("is imported by its name where the hub's folder was installed", async () => {
    const hubFolder = mkdtempSync(join(tmpdir(), "link-hub-"));
    try {
      for (const file of ["package.json", "package-lock.json"]) cpSync(join(root, file), join(hubFolder, file));
      cpSync(built, join(hubFolder, "dist/link"), { recursive: true, dereference: true });
      await run("npm", ["install", hubFolder], { cwd: folder, env });
      expect(readdirSync(hubFolder).sort()).toEqual(["dist", "package-lock.json", "package.json"]);
      await runProgram(packageName);
      await check(packageName, nodeTypes);
    } finally {
      rmSync(hubFolder, { recursive: true, force: true });
    }
  });

  it("works as one file that was copied", async () => {
    cpSync(join(built, "link.js"), join(folder, "link.js"));
    await runProgram("./link.js");
  });

  it("works as sources that were copied, with their types", async () => {
    for (const name of ["link.ts", "link"])
      cpSync(join(root, "simulator", name), join(folder, name), { recursive: true });
    await runProgram("./link.ts", "--import", import.meta.resolve("tsx"));
    await check("./link.ts", { ...bundlerTypes, allowImportingTsExtensions: true });
  });
});
