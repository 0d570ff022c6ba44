/** [S9] What becomes of a hub's companions when they end. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { afterEach, describe, expect, it } from "vitest";
import { type Companion, startCompanion } from "../../server/main/companion.ts";
import { silentLog } from "../../server/ports.ts";
import { faultExitCode } from "../../simulator/terminal.ts";
import { FakeClock } from "../support/fake-clock.ts";

const within = { timeout: 60_000, interval: 20 };

describe("[S9] a companion", () => {
  const ends: (() => unknown)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });

  function programOf(source: string): string {
    const folder = mkdtempSync(join(tmpdir(), "companion-"));
    ends.push(() => rmSync(folder, { recursive: true, force: true }));
    const script = join(folder, "program.mjs");
    writeFileSync(script, source);
    return script;
  }

  /** A companion whose program is `source`, with what the hub's log says of it. */
  function started(source: string): { companion: Companion; clock: FakeClock; lines: string[] } {
    const script = programOf(source);
    const [clock, lines]: [FakeClock, string[]] = [new FakeClock(), []];
    const log = { ...silentLog, warn: (message: string) => lines.push(message) };
    const options = { name: "the watch", script, flags: [], url: "http://127.0.0.1:9", token: "t" };
    const companion = startCompanion(options, { clock, log });
    ends.push(() => companion.stop());
    return { companion, clock, lines };
  }

  it("that is killed is started again, each time later, up to five minutes", async () => {
    const { companion, clock, lines } = started("process.kill(process.pid, 'SIGKILL');");
    let begun = 0;
    for (const waitMs of [1_000, 4_000, 16_000, 64_000, 256_000, 300_000, 300_000]) {
      await expect.poll(() => lines.length, within).toBe(++begun);
      expect(lines.at(-1)).toBe(`the watch ended; the hub goes on, and starts it again in ${waitMs / 1_000} s`);
      clock.advance(waitMs - 1);
      expect(clock.pending).toBe(1);
      clock.advance(1);
      expect(clock.pending).toBe(0);
    }
    await expect.poll(() => lines.length, within).toBe(++begun);
    await companion.stop();
    expect(clock.pending).toBe(0);
  });

  it("that has run for long is started again at once", async () => {
    const { clock, lines } = started(
      "process.on('message', () => process.kill(process.pid, 'SIGKILL')); process.send('usage');",
    );
    await expect.poll(() => lines.length, within).toBe(1);
    clock.advance(1_000);
    // It runs, but is no more than a moment old yet.
    await expect.poll(() => lines.length, within).toBe(2);
    expect(lines[1]).toMatch(/again in 4 s$/);
    clock.advance(4_000);
    clock.advance(600_000);
    await expect.poll(() => lines.length, within).toBe(3);
    expect(lines[2]).toMatch(/again in 1 s$/);
  });

  it.each([0, 1, 2])("that ends by itself with %i, having been sent away, is not", async (code) => {
    const { clock, lines } = started(`process.exit(${code});`);
    await expect.poll(() => lines, within).toEqual(["the watch ended; the hub goes on"]);
    expect(clock.pending).toBe(0);
  });

  it("that ends by a fault of its own is started again, each time later", async () => {
    const { companion, clock, lines } = started(`process.exit(${faultExitCode});`);
    await expect.poll(() => lines.length, within).toBe(1);
    expect(lines[0]).toBe("the watch ended; the hub goes on, and starts it again in 1 s");
    clock.advance(1_000);
    await expect.poll(() => lines.length, within).toBe(2);
    expect(lines[1]).toMatch(/again in 4 s$/);
    await companion.stop();
    expect(clock.pending).toBe(0);
  });

  it("that could not start is started again, each time later: there may be room for it then", async () => {
    const { execPath } = process;
    ends.push(() => {
      process.execPath = execPath;
    });
    process.execPath = join(tmpdir(), "not-there");
    const { clock, lines } = started("process.exit(0);");
    await expect.poll(() => lines.length, within).toBe(1);
    expect(lines[0]).toBe("the watch could not start; the hub goes on, and starts it again in 1 s");
    clock.advance(1_000);
    await expect.poll(() => lines.length, within).toBe(2);
    expect(lines[1]).toMatch(/again in 4 s$/);
    process.execPath = execPath;
    clock.advance(4_000);
    await expect.poll(() => lines.length, within).toBe(3);
    expect(lines[2]).toBe("the watch ended; the hub goes on");
  });

  it("is the simulator, which tells a fault of its own by another exit code than its words", async () => {
    const simulator = new URL("../../simulator/main.ts", import.meta.url).href;
    // Once all is loaded, so that it happens in the midst of its work.
    const fault = "setTimeout(() => { throw new Error('a fault of its own'); });";
    const flags = ["--url", "ws://127.0.0.1:9/ws", "--devices", "1", "--quiet"];
    const source = `await import(${JSON.stringify(simulator)}); ${fault}`;
    const program = programOf(source);
    const child = spawn(process.execPath, ["--import", import.meta.resolve("tsx"), program, ...flags]);
    const [errors, [code]] = await Promise.all([buffer(child.stderr).then(String), once(child, "close")]);
    expect(code).toBe(faultExitCode);
    expect(errors).toMatch(/a fault of its own/);
  });

  it("is stopped while it waits to be started again", async () => {
    const { companion, clock, lines } = started("process.kill(process.pid, 'SIGKILL');");
    await expect.poll(() => lines.length, within).toBe(1);
    await companion.stop();
    clock.advance(1_000_000);
    expect(lines).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });
});
