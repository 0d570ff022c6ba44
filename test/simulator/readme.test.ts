import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readOptions } from "../../simulator/options.ts";
import { startHub, type TestHub } from "../support/start-hub.ts";

const folder = fileURLToPath(new URL("../../simulator/", import.meta.url));
const readme = readFileSync(`${folder}README.md`, "utf8");

describe("simulator/README.md", () => {
  let hub: TestHub;
  beforeAll(async () => {
    hub = await startHub();
  });
  afterAll(() => hub.stop());

  it("has a device in 15 lines that stores what it says", async () => {
    const [, program = ""] = /^```js\n([\s\S]*?)^```$/m.exec(readme) ?? [];
    const lines = program.trimEnd().split("\n");
    expect(lines.filter((line) => line !== "" && !line.startsWith("import")).length).toBeLessThanOrEqual(15);
    const url = `${hub.url.replace("http", "ws")}/ws`;
    const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-", url], { cwd: folder });
    child.stdin.end(program);
    const [out, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
    expect({ code, errors }).toEqual({ code: 0, errors: "" });
    expect(out).toMatch(/^connecting \nopen \n3 stored\nstopped closed\n$/);
    const temperature = await hub.readings("oven-1", "temperature");
    expect(temperature.map(([, value]) => value)).toEqual([229.8, 231.5]);
    expect((await hub.readings("oven-1", "door")).map(([, value]) => value)).toEqual([false]);
  });

  it("names every option with its default", () => {
    const rows = [...readme.matchAll(/^\| `--(\w+)` *\|([^|]*)\|/gm)].map(([, name, value]) => [
      name,
      value?.replaceAll("`", "").trim(),
    ]);
    const defaults = Object.entries(readOptions([])).map(([name, value]) => [
      name,
      value === false ? "" : String(value),
    ]);
    expect(Object.fromEntries(rows)).toEqual({
      duration: "until Ctrl-C",
      token: "none",
      profile: "greenhouse",
      tickers: "5, with --profile 0",
      ...Object.fromEntries(defaults),
    });
  });
});
