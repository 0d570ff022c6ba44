/** `.ci/run` as a server runs it, on a checkout whose scripts stand in for the long ones. */
import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { outcomeOf } from "./checkout.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "hub-ci-"));
  mkdirSync(join(folder, ".ci"));
  cpSync(join(import.meta.dirname, "../../.ci/run"), join(folder, ".ci/run"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function runWith(scripts: { check: string; test: string }) {
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "ci", version: "1.0.0", scripts }));
  const { code, stdout } = await outcomeOf(spawn(join(folder, ".ci/run"), { cwd: tmpdir() }));
  return { code, last: stdout.trimEnd().split("\n").at(-1) };
}

describe(".ci/run", () => {
  it("ends with the counts and 0 where checks and tests went well", async () => {
    const scripts = { check: "true", test: "echo '12 passed, 0 failed'" };
    expect(await runWith(scripts)).toEqual({ code: 0, last: "12 passed, 0 failed" });
  });
  it("ends with the counts and 1 where a test failed, whatever npm prints after them", async () => {
    const scripts = { check: "true", test: "echo '11 passed, 1 failed'; exit 1" };
    expect(await runWith(scripts)).toEqual({ code: 1, last: "11 passed, 1 failed" });
  });
  it("runs the tests and ends with 1 where a check failed", async () => {
    const scripts = { check: "false", test: "echo '12 passed, 0 failed'" };
    expect(await runWith(scripts)).toEqual({ code: 1, last: "12 passed, 0 failed" });
  });
  it("takes tests that broke off without counts for a failure", async () => {
    expect(await runWith({ check: "true", test: "true" })).toEqual({ code: 1, last: "0 passed, 1 failed" });
  });
});
