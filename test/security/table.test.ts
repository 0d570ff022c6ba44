/** The table of attacks in test/README.md: each row leads to tests that are there. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "../..");
const readme = readFileSync(join(root, "test/README.md"), "utf8");

interface Row {
  readonly attack: string;
  readonly files: readonly string[];
  readonly state: string;
}
const rows = new Map<string, Row>();
for (const [, name = "", attack = "", check = "", state = ""] of readme.matchAll(
  /^\| (S\d+) +\| ([^|]*) \| ([^|]*) \| ([^|]*) \|$/gm,
)) {
  const files = [...check.matchAll(/test\/[\w/.-]+\.ts/g)].map(([file]) => file);
  rows.set(name, { attack: attack.trim(), files, state: state.trim() });
}

/** How many attacks the checklist has. */
const attacks = 37;

describe("the table of attacks", () => {
  it("has a row for each, in order, with a state", () => {
    expect([...rows.keys()]).toEqual(Array.from({ length: attacks }, (_, index) => `S${index + 1}`));
    for (const [name, { attack, state }] of rows) {
      expect(attack.length, name).toBeGreaterThan(10);
      expect(state, name).toMatch(/^(?:checked|partly: .+|open: .+)$/);
    }
  });

  it.each([...rows])("leads for %s to files whose tests bear its number", (name, { files, state }) => {
    if (state.startsWith("open")) expect(files).toEqual([]);
    else expect(files.length).toBeGreaterThan(0);
    for (const file of files) {
      expect(existsSync(join(root, file)), file).toBe(true);
      const text = readFileSync(join(root, file), "utf8");
      const titles =
        text.match(
          /\b(?:it|test|describe)(?:\.\w+(?:\([^)]*\))?)*\(\s*["'`][^\n]*|^\s*["'`]\[[^\n]*|\)\(\s*["'`][^\n]*/gm,
        ) ?? [];
      expect(
        titles.some((title) => title.includes(`[${name}]`)),
        `${file} has no title with [${name}]`,
      ).toBe(true);
    }
  });

  it("says by which command each is checked", () => {
    for (const [name, { files }] of rows) {
      if (files.length === 0) continue;
      expect(readme).toContain(`npx vitest run ${files.join(" ")} -t "\\[${name}\\]"`);
    }
  });
});
