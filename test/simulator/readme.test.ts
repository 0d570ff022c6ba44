import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { readOptions } from "../../simulator/options.ts";
import { profiles } from "../../simulator/profiles.ts";

const folder = fileURLToPath(new URL("../../simulator/", import.meta.url));
const readme = readFileSync(`${folder}README.md`, "utf8");

describe("simulator/README.md", () => {
  it("names every option with its default", () => {
    const rows = [...readme.matchAll(/^\| `--([\w-]+)` *\|([^|]*)\|/gm)].map(([, name = "", value]) => [
      name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase()),
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
      devices: "10, with --faults 0",
      tickers: "5, else 0",
      faults: "none",
      ...Object.fromEntries(defaults),
      marketHours: "short",
    });
  });

  it("names every profile, and says how each is laid out in the demo", () => {
    const rows = [...readme.matchAll(/^\| `(\w+)` +\| `([\w/-]+)` +\| (\d+) +\|/gm)].map(([, ...cells]) => cells);
    expect(rows).toEqual(profiles.map(({ name, device, demo }) => [name, device(0), String(demo)]));
  });
});
