import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Checkout } from "./checkout.ts";

const sqlite = "node_modules/better-sqlite3/index.js";
const forTests = "node_modules/for-tests/index.js";

describe("the set-up before a script", () => {
  let template: Checkout;
  let checkout: Checkout;
  const holders: ChildProcess[] = [];
  beforeAll(async () => {
    template = await Checkout.create();
  });
  afterAll(() => template.remove());
  beforeEach(() => {
    checkout = template.copy();
  });
  afterEach(() => {
    for (const holder of holders.splice(0)) holder.kill("SIGKILL");
    checkout.remove();
  });

  /** When a file of the install came into being; another install makes another. */
  const born = (path: string) => statSync(join(checkout.root, path)).ctimeMs;

  it("installs what the script needs into an empty folder, and nothing the second time", async () => {
    const first = await checkout.setUp("check");
    expect(first).toMatchObject({ code: 0 });
    expect(first.stdout).toContain("installing packages: nothing is installed yet");
    expect(checkout.has(forTests)).toBe(true);
    const before = born(sqlite);
    expect(await checkout.setUp("check")).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(born(sqlite)).toBe(before);
  });

  it("brings the packages of development whatever NODE_ENV says", async () => {
    expect(await checkout.setUp("check", { NODE_ENV: "production" })).toMatchObject({ code: 0 });
    expect(checkout.has(forTests)).toBe(true);
  });

  it("installs again once the lock has changed", async () => {
    await checkout.setUp("check");
    await checkout.pack("for-tests", "2.0.0", "");
    await checkout.lock({ "better-sqlite3": "1.0.0" }, { "for-tests": "2.0.0" });
    const again = await checkout.setUp("check");
    expect(again).toMatchObject({ code: 0 });
    expect(again.stdout).toContain("package-lock.json has changed");
    expect(checkout.versionOf("for-tests")).toBe("2.0.0");
    expect(await checkout.setUp("check")).toMatchObject({ code: 0, stdout: "" });
  });

  it("believes a lock that only looks different", async () => {
    await checkout.setUp("check");
    const lock = join(checkout.root, "package-lock.json");
    const before = born(sqlite);
    writeFileSync(lock, `${readFileSync(lock, "utf8")}\n`);
    expect(await checkout.setUp("check")).toMatchObject({ code: 0, stdout: "" });
    expect(born(sqlite)).toBe(before);
  });

  it("never changes packages under a running hub, and says who runs", async () => {
    await checkout.setUp("check");
    const before = born(sqlite);
    const hub = await checkout.startHolder();
    holders.push(hub);
    expect(await checkout.setUp("check"), "nothing to change, nothing to refuse").toMatchObject({ code: 0 });
    await checkout.pack("for-tests", "2.0.0", "");
    await checkout.lock({ "better-sqlite3": "1.0.0" }, { "for-tests": "2.0.0" });
    const refused = await checkout.setUp("check");
    expect(refused.code).toBe(1);
    expect(refused.stderr.trim()).toBe(
      `A hub runs from this folder (process ${hub.pid}, http://localhost:8080) and its packages would have to change (package-lock.json has changed): stop it with Ctrl-C or "kill ${hub.pid}", then run the same command again.`,
    );
    expect(born(sqlite)).toBe(before);
    // Killed, so that its file stays behind: a crash must not lock the folder for ever.
    hub.kill("SIGKILL");
    await once(hub, "exit");
    expect(await checkout.setUp("check")).toMatchObject({ code: 0 });
    expect(checkout.versionOf("for-tests")).toBe("2.0.0");
  });

  it("installs once when two start together", async () => {
    const both = await Promise.all([checkout.setUp("check"), checkout.setUp("check")]);
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    expect(both.filter(({ stdout }) => stdout.includes("installing packages"))).toHaveLength(1);
  });

  it("takes over from a set-up that was killed", async () => {
    mkdirSync(join(checkout.root, "dist"));
    writeFileSync(join(checkout.root, "dist/setup.lock"), JSON.stringify({ pid: 2 ** 22 + 1, script: "setup.mjs" }));
    expect(await checkout.setUp("check")).toMatchObject({ code: 0 });
  });

  it("says that the network is needed where npm cannot reach its registry", async () => {
    writeFileSync(
      join(checkout.root, "package-lock.json"),
      JSON.stringify({
        name: "checkout",
        version: "1.0.0",
        lockfileVersion: 3,
        packages: {
          "": { name: "checkout", version: "1.0.0", dependencies: { ws: "8.23.0" } },
          "node_modules/ws": { version: "8.23.0" },
        },
      }),
    );
    writeFileSync(
      join(checkout.root, "package.json"),
      JSON.stringify({ name: "checkout", version: "1.0.0", dependencies: { ws: "8.23.0" } }),
    );
    const refused = await checkout.setUp("check", {
      npm_config_offline: "false",
      npm_config_registry: "http://127.0.0.1:9/",
      npm_config_fetch_retries: "0",
    });
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain("The package registry could not be reached");
  });

  it("asks for the script's name where it is called without", async () => {
    const refused = await checkout.setUp("");
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain("say for what: start,");
  });
});
