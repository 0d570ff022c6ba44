import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { readOptions } from "../../simulator/options.ts";
import { profiles } from "../../simulator/profiles.ts";
import { readReplayOptions, replayHelp } from "../../simulator/replay/options.ts";

const folder = fileURLToPath(new URL("../../simulator/", import.meta.url));
const readme = readFileSync(`${folder}README.md`, "utf8");

describe("simulator/README.md", () => {
  /** The options of a section's table, with their defaults. */
  function optionsOf(title: string): Record<string, string> {
    const section = readme.split(/^## /m).find((text) => text.startsWith(`${title}\n`)) ?? "";
    const rows = [...section.matchAll(/^\| `--([\w-]+)` *\|([^|]*)\|/gm)].map(([, name = "", value = ""]) => [
      name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase()),
      value.replaceAll("`", "").trim(),
    ]);
    return Object.fromEntries(rows);
  }

  it("names every option with its default", () => {
    const defaults = Object.entries(readOptions([])).map(([name, value]) => [
      name,
      value === false ? "" : String(value),
    ]);
    expect(optionsOf("Simulate")).toEqual({
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

  it("names every option of a replay with its default", () => {
    const rows = optionsOf("Replay");
    const named = Object.keys(rows).map((name) => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`));
    const help = replayHelp();
    const known = [...help.matchAll(/^ {2}--([\w-]+)/gm)].map(([, name]) => name);
    expect([...named, "url", "token", "duration", "quiet", "help"].sort()).toEqual(known.sort());
    expect(readReplayOptions(["--replay", "a.csv"])).toMatchObject({ speed: "max", shiftToNow: false, loop: false });
    expect(readReplayOptions(["--replay", "a.csv", "--loop", "--shift-to-now"])).toMatchObject({ speed: 1 });
    expect(rows).toMatchObject({ speed: "max, 1 with --loop", shiftToNow: "", loop: "", skipWrong: "" });
  });

  it("names every profile, and says how each is laid out in the demo", () => {
    const rows = [...readme.matchAll(/^\| `(\w+)` +\| `([\w/-]+)` +\| (\d+) +\|/gm)].map(([, ...cells]) => cells);
    expect(rows).toEqual(profiles.map(({ name, device, demo }) => [name, device(0), String(demo)]));
  });
});
