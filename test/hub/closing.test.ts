/** A stop has one deadline for all of its parts (F22): whatever hangs, the process is told in time that it has to end. */
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import WebSocket from "ws";
import { createApp } from "../../server/app.ts";
import { makeConfig } from "../../server/config.ts";
import { closeInSteps, StopTime, stopMs } from "../../server/hub/closing.ts";
import { silentLog } from "../../server/ports.ts";
import { MemoryStore } from "../../server/store/memory/memory-store.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { SwitchedStore } from "../support/switched-store.ts";

const never = new Promise<never>(() => {});
const stepMs = 100;

/** Takes readings until it is told to hold them, and then answers nothing any more. */
class StuckStore extends SwitchedStore {
  closes: unknown[] = [];

  override appendPresence(): Promise<void> {
    return never;
  }

  override close(...asked: unknown[]): Promise<void> {
    this.closes.push(...asked);
    return never;
  }
}

/** Lets all go on that waits for nothing but its turn. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

async function pass(clock: FakeClock, ms: number): Promise<void> {
  for (let gone = 0; gone < ms; gone += stepMs) {
    clock.advance(stepMs);
    await turn();
  }
}

it("[F22] commits that never settle, presence that is never written, a store that does not close and a socket that does not answer hold up a stop for 8 s together", async () => {
  const clock = new FakeClock();
  const store = new StuckStore(new MemoryStore());
  const config = makeConfig({ port: 0, data: join(tmpdir(), "hub-closing"), minFreeBytes: 0 });
  const app = await createApp(config, { clock, log: silentLog }, { store, onFatal: () => {} });
  const socket = new WebSocket(new URL("/ws", app.url.replace("http", "ws")));
  await once(socket, "open");
  store.holdAppends();
  socket.send(JSON.stringify({ type: "reading", device: "d", metric: "m", value: 1 }));
  await store.appends(1);
  // It reads nothing, and so no close, either.
  socket.pause();
  const stopped = app.stop().then(
    () => "stopped",
    (error: Error) => error.message,
  );
  await turn();
  await pass(clock, stopMs);
  // From here on no time passes.
  expect(await stopped).toMatch(/^the store was not closed after \d+ ms/);
  expect(store.closes).toHaveLength(1);
  expect(store.closes[0]).toBeGreaterThan(0);
  socket.terminate();
});

it("[F22] connections are closed in steps, and all at once when what they sent is not through in time", async () => {
  const clock = new FakeClock();
  let shut = 0;
  const shutDown = () => {
    shut += 1;
  };
  const connections = Array.from({ length: 1_000 }, () => ({ shutDown }));
  let settles = 0;
  const settled = () => (++settles === 1 ? Promise.resolve() : never);
  const closed = closeInSteps(connections, settled, new StopTime(1_000, clock));
  await turn();
  expect(shut).toBe(250);
  await pass(clock, 400);
  expect(shut).toBe(250);
  await pass(clock, 100);
  expect(shut).toBe(1_000);
  await closed;
});
