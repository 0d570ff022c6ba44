/** WebSocket clients that nobody here wrote, each with its program from README word for word; only the hub's address is put in. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { findChromium, launchChromium } from "../support/browser.ts";
import { program } from "../support/readme.ts";
import { startHub, type TestHub } from "../support/start-hub.ts";
import { Scissors } from "./scissors.ts";
import { javaLacks, leftOut, pythonWithWebsockets, wscatLacks } from "./tools.ts";

const root = join(import.meta.dirname, "../..");

let folder: string;
let hub: TestHub;
let cable: Scissors | undefined;
const children: ChildProcess[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "hub-clients-"));
  hub = await startHub({ engine: "sqlite" });
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  cable?.end();
  cable = undefined;
});
afterAll(async () => {
  await hub.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** README's program with this address in place of the usual one. */
function addressed(source: string, url = hub.url): string {
  return source.replaceAll("localhost:8080", new URL(url).host);
}

// The welcome is lost; then the readings are on disk and their ack is lost; the third connection lives.
const words = ['"type":"welcome"', '"type":"ack"'];

async function cutCable(): Promise<Scissors> {
  cable = await Scissors.lay(() => hub.url, words);
  return cable;
}

async function outputOf(command: string, words: readonly string[]): Promise<string> {
  const child = spawn(command, words, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  children.push(child);
  const [out, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
  expect({ code, errors }).toEqual({ code: 0, errors: "" });
  return out;
}

async function overwritten(): Promise<number> {
  return (await hub.http("GET", "status")).body.readings.overwritten;
}

describe(`Java's own WebSocket${leftOut(javaLacks())}`, () => {
  const missing = javaLacks();

  it.skipIf(missing)("[P19] sends, and ends once its reading is on disk", async () => {
    const file = join(folder, "Sensor.java");
    writeFileSync(file, addressed(program("java", "java.net.http.WebSocket")));
    const output = await outputOf("java", [file]);
    expect(output).toMatch(/"type":"welcome"[\s\S]*"type":"ack"/);
    expect((await hub.readings("press-1", "force")).map(([, value]) => value)).toEqual([12.5]);
  });

  // A Java program is compiled at each start, and waits for seconds between its attempts.
  it.skipIf(missing)("[P27] comes back after cuts, and its reading is stored once", { timeout: 90_000 }, async () => {
    const { url } = await cutCable();
    const file = join(folder, "Sensor.java");
    writeFileSync(file, addressed(program("java", "java.net.http.WebSocket"), url).replace("press-1", "press-2"));
    await outputOf("java", [file]);
    expect(cable?.cuts).toEqual(words);
    expect((await hub.readings("press-2", "force")).map(([, value]) => value)).toEqual([12.5]);
    expect(await overwritten()).toBe(0);
  });
});

describe("Python's websockets", () => {
  const python = pythonWithWebsockets() ?? "";
  const missing = python === "";
  const title = missing ? ": left out, no python3 here has websockets 10 or newer" : "";

  it.skipIf(missing)(`[P19] sends, and ends once its readings are on disk${title}`, async () => {
    const file = join(folder, "boiler.py");
    writeFileSync(file, addressed(program("python", "import websockets")));
    const output = await outputOf(python, [file]);
    expect(output).toMatch(/"type":"welcome"[\s\S]*"type":"ack"/);
    expect((await hub.readings("boiler-1", "pressure")).map(([, value]) => value)).toEqual([1.51, 1.52, 1.53]);
  });

  it.skipIf(missing)(
    `[P27] comes back after cuts, and its readings are stored once${title}`,
    { timeout: 90_000 },
    async () => {
      const { url } = await cutCable();
      const file = join(folder, "boiler.py");
      writeFileSync(file, addressed(program("python", "import websockets"), url).replace("boiler-1", "boiler-2"));
      await outputOf(python, [file]);
      expect(cable?.cuts).toEqual(words);
      expect((await hub.readings("boiler-2", "pressure")).map(([, value]) => value)).toEqual([1.51, 1.52, 1.53]);
      expect(await overwritten()).toBe(0);
    },
  );
});

describe("wscat", () => {
  const missing = wscatLacks(root);

  it.skipIf(missing)(`[P20] sends its frames and prints the answers${leftOut(missing)}`, async () => {
    const command = addressed(program("sh", "npx wscat"));
    const shell = spawn("sh", ["-c", command], { cwd: root, stdio: ["pipe", "pipe", "inherit"] });
    children.push(shell);
    let output = "";
    for await (const bytes of shell.stdout) {
      output += bytes;
      // Its input ends, as by Ctrl-D, and it with it.
      if (/"type":"ack".*\n/.test(output)) shell.stdin.end();
    }
    expect(output).toMatch(/"type":"welcome"[\s\S]*"type":"ack"/);
    expect((await hub.readings("shed-1", "humidity")).map(([, value]) => value)).toEqual([55.5]);
    const { body } = await hub.http("GET", "series?device=shed-1");
    expect(body.series).toMatchObject([{ metric: "humidity", unit: "%" }]);
  });
});

describe("the browser's own WebSocket", async () => {
  const missing = await findChromium().then(
    () => undefined,
    () => "no Chromium is installed here",
  );
  let browser: Browser;
  beforeAll(async () => {
    if (!missing) browser = await launchChromium();
  });
  afterAll(() => browser?.close());

  /** README's program for a device of this name; `run` brings it into the page. */
  async function send(device: string, run: (page: Page, source: string) => Promise<unknown>): Promise<number[]> {
    const page = await browser.newPage();
    const acked = page.waitForEvent("console", (line) => /"type":"ack".*"seq":2\b/.test(line.text()));
    await run(page, addressed(program("js", "new WebSocket")).replace("oven-1", device));
    await acked;
    await page.close();
    return (await hub.readings(device, "temperature")).map(([, value]) => Number(value));
  }

  it.skipIf(missing)(`[P41] sends from the console of the hub's own page${leftOut(missing)}`, async () => {
    const values = await send("oven-console", async (page, source) => {
      await page.goto(hub.url);
      await page.evaluate(source);
    });
    expect(values.length).toBeGreaterThanOrEqual(2);
    for (const value of values) expect(Math.abs(value - 180)).toBeLessThanOrEqual(5);
  });

  it.skipIf(missing)(`[P41] sends from a page that is a file, on this machine${leftOut(missing)}`, async () => {
    const values = await send("oven-file", async (page, source) => {
      const file = join(folder, "device.html");
      writeFileSync(file, `<!doctype html><title>device</title><script>${source}</script>`);
      await page.goto(pathToFileURL(file).href);
    });
    expect(values.length).toBeGreaterThanOrEqual(2);
  });
});
