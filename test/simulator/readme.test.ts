import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { readOptions } from "../../simulator/options.ts";

const folder = fileURLToPath(new URL("../../simulator/", import.meta.url));
const readme = readFileSync(`${folder}README.md`, "utf8");

describe("simulator/README.md", () => {
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
