import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "../..");
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "hub-reporter-"));
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs vitest itself on the given test files and gives all lines that it printed, the last of them, and its exit code. */
function runWhole(files: Record<string, string>) {
  mkdirSync(join(folder, "test"));
  for (const [name, code] of Object.entries(files)) {
    writeFileSync(join(folder, "test", name), `import { expect, it, beforeAll } from "vitest";\n${code}`);
  }
  const reporter = join(root, "test/support/plain-reporter.ts");
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const { stdout, status } = spawnSync(process.execPath, [vitest, "run", "--root", folder, "--reporter", reporter], {
    encoding: "utf8",
    env: { ...process.env, VITEST: undefined },
  });
  const lines = stdout.trimEnd().split("\n");
  return { lines, last: lines.at(-1), code: status };
}

function run(files: Record<string, string>): { last: string | undefined; code: number | null } {
  const { last, code } = runWhole(files);
  return { last, code };
}

describe("the last line of a test run", () => {
  it("counts what passed and what failed, over all files", () => {
    const one = `it("a", () => {}); it("b", () => {}); it.skip("c", () => {});`;
    const two = `it("d", () => expect(1).toBe(2));`;
    expect(run({ "one.test.ts": one, "two.test.ts": two })).toEqual({ last: "2 passed, 1 failed", code: 1 });
  });

  it("counts a file that cannot be loaded, and a hook that throws, as failures", () => {
    const broken = `import "./nowhere.ts"; it("a", () => {});`;
    const hook = `beforeAll(() => { throw new Error("no"); }); it("b", () => {});`;
    expect(run({ "broken.test.ts": broken, "hook.test.ts": hook })).toEqual({ last: "0 passed, 2 failed", code: 1 });
  });

  it("counts a rejection that nobody awaited", () => {
    const stray = `it("a", () => { Promise.reject(new Error("nobody")); });`;
    expect(run({ "stray.test.ts": stray })).toEqual({ last: "1 passed, 1 failed", code: 1 });
  });

  it("is preceded by the names of tests that passed only when they ran again", () => {
    const again = `let runs = 0; it("second", { retry: 1 }, () => expect(++runs).toBe(2)); it("first", { retry: 1 }, () => {});`;
    const { lines, last, code } = runWhole({ "again.test.ts": again });
    expect(lines.filter((line) => line.startsWith("passed only"))).toEqual([
      "passed only when it ran again: test/again.test.ts > second",
    ]);
    expect({ last, code }).toEqual({ last: "2 passed, 0 failed", code: 0 });
  });

  it("never shows a run without tests as a good one", () => {
    expect(run({})).toEqual({ last: "0 passed, 1 failed", code: 1 });
  });
});
