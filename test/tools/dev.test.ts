/** `npm run dev` on a copy of the sources, which the test may edit. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterEach, beforeEach, expect, it } from "vitest";
import { texts } from "../../dashboard/texts/index.ts";
import { launchChromium } from "../support/browser.ts";

const root = join(import.meta.dirname, "../..");
let copy: string;
let dev: ChildProcess | undefined;
let browser: Browser | undefined;
beforeEach(() => {
  copy = mkdtempSync(join(tmpdir(), "hub-dev-"));
  for (const part of ["server", "dashboard", "simulator", "package.json", "tsconfig.json", "vite.config.ts"]) {
    cpSync(join(root, part), join(copy, part), { recursive: true });
  }
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
});
afterEach(async () => {
  await browser?.close();
  if (dev && dev.exitCode === null) {
    dev.kill("SIGTERM");
    await once(dev, "exit");
  }
  rmSync(copy, { recursive: true, force: true });
});

it("npm run dev serves hub and page at one address; a save restarts the one and reloads the other", async () => {
  const flags = ["--port", "0", "--data", join(copy, "data")];
  const child = spawn(process.execPath, ["--import", "tsx", "server/tools/dev.ts", ...flags], {
    cwd: copy,
    stdio: ["ignore", "pipe", "inherit"],
  });
  dev = child;
  let output = "";
  child.stdout.on("data", (bytes) => {
    output += bytes;
  });
  const within = { timeout: 90_000, interval: 100 };
  await expect.poll(() => output, within).toMatch(/in development: http:\S+/);
  const [url = ""] = /http:\S+/.exec(output) ?? [];
  const startedAt = async () => {
    const answer = await fetch(new URL("/api/v1/status", url));
    return answer.ok ? ((await answer.json()) as { startedAt: number }).startedAt : 0;
  };
  await expect.poll(startedAt, within).toBeGreaterThan(0);
  const first = await startedAt();
  expect(await (await fetch(url)).text()).toContain("/@vite/client");

  appendFileSync(join(copy, "server/ports.ts"), "\n// saved\n");
  await expect.poll(startedAt, within).toBeGreaterThan(first);

  browser = await launchChromium();
  const page = await browser.newPage();
  const printed: string[] = [];
  page.on("console", (message) => printed.push(message.text()));
  await page.goto(url);
  await page.getByRole("heading", { name: texts.connect.emptyHeading }).waitFor(within);
  appendFileSync(join(copy, "dashboard/main.ts"), "\nconsole.log('saved');\n");
  await expect.poll(() => printed, within).toContain("saved");

  expect(output.match(/http:\S+/g), "one address is enough").toEqual([url]);
  child.kill("SIGTERM");
  expect(await once(child, "exit")).toEqual([0, null]);
}, 600_000);
