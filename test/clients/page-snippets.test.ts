/** The programs that the page shows, each run as it stands there, against a hub that asks other machines for its token where this machine has a network. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { snippets, type Way } from "../../dashboard/data/snippets.ts";
import { networkAddress } from "../support/lan-hub.ts";
import { startHub, type TestHub } from "../support/start-hub.ts";
import { commandLacks, compilerLacks, javaLacks, leftOut } from "./tools.ts";

let folder: string;
let hub: TestHub;
const children: ChildProcess[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "hub-page-"));
  hub = await startHub(networkAddress === undefined ? {} : { config: { lan: true } });
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});
afterAll(async () => {
  await hub.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** As the page shows it that was opened by the hub's address in the network. */
function shown(way: Way): string {
  const { port } = new URL(hub.url);
  const host = `${networkAddress ?? "127.0.0.1"}:${port}`;
  return snippets({ protocol: "http:", host, pathname: "/" }, { token: hub.newToken })[way];
}

/** Runs a program until it printed this; gives all that it printed. */
async function run(command: string, words: readonly string[], until: RegExp): Promise<string> {
  const child = spawn(command, words, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  children.push(child);
  let output = "";
  child.stderr.on("data", (bytes) => {
    output += bytes;
  });
  for await (const bytes of child.stdout) {
    output += bytes;
    if (until.test(output)) break;
  }
  expect(output).toMatch(until);
  return output;
}

function saved(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

async function valuesOf(device: string, metric: string): Promise<number[]> {
  return (await hub.readings(device, metric)).map(([, value]) => Number(value));
}

const stored = /"stored":1,/;
const storedTwice = /"stored":1,[\s\S]*"stored":1,/;
const wave = (values: readonly number[]) => {
  expect(values.length).toBeGreaterThan(0);
  for (const value of values) expect(Math.abs(value - 21)).toBeLessThanOrEqual(3);
};

const missing = {
  python: commandLacks("python3"),
  curl: commandLacks("curl"),
  java: javaLacks(),
  compiler: compilerLacks(),
};

describe("the page's programs", () => {
  it("Node: sends readings and is told that they are on disk", async () => {
    const flag = "WebSocket" in globalThis ? [] : ["--experimental-websocket"];
    const file = saved("device.mjs", shown("node"));
    await run(process.execPath, [...flag, file], /"type":"welcome"[\s\S]*"type":"ack","seq":2/);
    wave(await valuesOf("my-script", "temperature"));
    const { body } = await hub.http("GET", "series?device=my-script");
    expect(body.series).toMatchObject([{ metric: "temperature", unit: "°C" }]);
  });

  it.skipIf(missing.python)(`Python: posts a reading a second${leftOut(missing.python)}`, async () => {
    await run("python3", ["-u", saved("device.py", shown("python"))], storedTwice);
    wave(await valuesOf("my-python", "temperature"));
  });

  it.skipIf(missing.curl)(`curl: posts one reading${leftOut(missing.curl)}`, async () => {
    await run("sh", [saved("device.sh", shown("curl"))], stored);
    expect(await valuesOf("my-shell", "temperature")).toEqual([21.5]);
  });

  // It is compiled at each start.
  it.skipIf(missing.java)(`Java: posts a reading a second${leftOut(missing.java)}`, { timeout: 90_000 }, async () => {
    await run("java", [saved("Sensor.java", shown("java"))], storedTwice);
    wave(await valuesOf("my-java", "temperature"));
  });

  it.skipIf(missing.compiler)(
    `Arduino: compiles, and posts${leftOut(missing.compiler)}`,
    { timeout: 90_000 },
    async () => {
      const sketch = saved("sketch.ino", shown("arduino"));
      const lines = ['#include "Arduino.h"', `#include "${sketch}"`, "int main() {", "  setup();", "  loop();", "}"];
      const program = join(folder, "board");
      const flags = ["-std=c++11", "-Wall", "-Wextra", "-Werror", "-I", join(import.meta.dirname, "arduino")];
      execFileSync("g++", [...flags, saved("main.cpp", `${lines.join("\n")}\n`), "-o", program]);
      await run(program, [], stored);
      expect(await valuesOf("my-board", "signal")).toEqual([-61]);
    },
  );
});
