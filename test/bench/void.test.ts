import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { answerEnd } from "./connections.ts";
import { checkStored, withSystem } from "./experiment.ts";
import type { Running, System } from "./systems/system.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

describe("a run that means nothing", () => {
  function systemThatHolds(readings: number): { system: System; told: string[]; parent: string } {
    const parent = mkdtempSync(join(tmpdir(), "void-"));
    folders.push(parent);
    const told: string[] = [];
    const running: Running = {
      ...{ pid: 1, port: 1 },
      stored: () => Promise.resolve(readings),
      stop: () => Promise.resolve(void told.push("stopped")),
      kill: () => void told.push("killed"),
    };
    const route = { over: "websocket", acks: true } as const;
    return { system: { name: "leaky", route, start: () => Promise.resolve(running) }, told, parent };
  }

  it("ends with an error where a system holds other than it acknowledged, and leaves neither it nor its data", async () => {
    const { system, told, parent } = systemThatHolds(99);
    await expect(withSystem(parent, system, (running) => checkStored(system, running, 100))).rejects.toThrow(
      "leaky acknowledged 100 readings and holds 99",
    );
    expect(told).toEqual(["killed"]);
    expect(readdirSync(parent)).toEqual([]);
  });

  it("is none where a system shows the last ones late, as it says of itself", async () => {
    const { system, parent } = systemThatHolds(100);
    let asked = 0;
    const late = (running: Running): Running => ({ ...running, stored: async () => (++asked < 3 ? 60 : 100) });
    await withSystem(parent, system, async (running) => {
      await checkStored({ ...system, visibleWithinMs: 10_000 }, late(running), 100);
      asked = 0;
      await expect(checkStored(system, late(running), 100)).rejects.toThrow("holds 60");
    });
  });

  it("is none where it holds them all: then it is stopped in good order, and its files are looked at", async () => {
    const { system, told, parent } = systemThatHolds(100);
    await withSystem(
      parent,
      system,
      (running) => checkStored(system, running, 100),
      () => void told.push("looked at"),
    );
    expect(told).toEqual(["stopped", "looked at"]);
    expect(readdirSync(parent)).toEqual([]);
  });

  it("ends at an answer over HTTP that is no success; others are counted however they come in pieces", () => {
    const empty = "HTTP/1.1 204 No Content\r\nDate: now\r\n\r\n";
    const withBody = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    expect(answerEnd(empty + withBody, 0)).toBe(empty.length);
    expect(answerEnd(empty + withBody, empty.length)).toBe(empty.length + withBody.length);
    for (const whole of [empty, withBody])
      for (let length = 0; length < whole.length; length++)
        expect(answerEnd(whole.slice(0, length), 0)).toBeUndefined();
    expect(() => answerEnd("HTTP/1.1 400 Bad Request\r\nContent-Length: 4\r\n\r\noops", 0)).toThrow("400 Bad Request");
    expect(() => answerEnd("HTTP/1.1 200 OK\r\n\r\n", 0)).toThrow("without a length");
  });
});
