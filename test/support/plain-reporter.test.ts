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

/** Runs vitest itself on the given test files and gives the last line that it printed, and its exit code. */
function run(files: Record<string, string>): { last: string | undefined; code: number | null } {
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
  return { last: stdout.trimEnd().split("\n").at(-1), code: status };
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

  it("never shows a run without tests as a good one", () => {
    expect(run({})).toEqual({ last: "0 passed, 1 failed", code: 1 });
  });
});
