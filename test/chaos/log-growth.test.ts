/** A reader that holds an old state of the database keeps the log from being emptied (F9): it grows, and shrinks again. */
import { once } from "node:events";
import { statSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, it, vi } from "vitest";
import WebSocket from "ws";
import { ChaosWorld } from "./world.ts";

const mib = 2 ** 20;
/** Beyond this the log is cut back once nobody holds it: a test of shrinking has to go there. */
const keptBytes = 64 * mib;
const rowsPerFrame = 5_000;
const framesUnderWay = 4;

async function walBytes(url: string): Promise<number> {
  const status = (await (await fetch(`${url}/api/v1/status`)).json()) as { store: { walBytes: number } };
  return status.store.walBytes;
}

it("[P22] is bounded while readings come in beside a long reader, told by status, and shrinks after it", {
  timeout: 120_000,
}, async () => {
  const world = new ChaosWorld();
  const url = await world.startHub({ flags: ["--journal-budget", "4MiB", "--min-free", "0"] }).url();
  const socket = new WebSocket(`${url.replace(/^http/, "ws")}/ws`);
  await once(socket, "open");
  socket.send(JSON.stringify({ type: "hello", device: "flood", historic: true }));
  let seq = 0;
  let acked = 0;
  let goal = Number.POSITIVE_INFINITY;
  const send = (): void => {
    seq += 1;
    const times = Array.from({ length: rowsPerFrame }, (_, index) => 1_600_000_000_000 + seq * rowsPerFrame + index);
    socket.send(JSON.stringify({ type: "samples", seq, times, values: { noise: times.map(() => Math.random()) } }));
  };
  socket.on("message", (data) => {
    const message = JSON.parse(String(data)) as { type: string; seq: number };
    if (message.type === "ack") acked = message.seq;
    while (seq < goal && seq - acked < framesUnderWay) send();
  });

  await vi.waitFor(() => expect(acked).toBeGreaterThan(0), { timeout: 10_000 });
  const reader = new Database(join(world.data, "hub.db"), { readonly: true });
  reader.exec("BEGIN");
  reader.prepare("SELECT count(*) FROM meta").get();
  await vi.waitFor(async () => expect(await walBytes(url)).toBeGreaterThan(keptBytes * 1.2), {
    timeout: 60_000,
    interval: 100,
  });
  const grown = await walBytes(url);
  const commitsAgo = acked;
  await vi.waitFor(() => expect(acked).toBeGreaterThan(commitsAgo), { timeout: 10_000 });
  expect(grown).toBeLessThan(512 * mib);
  expect(grown).toBeLessThanOrEqual(statSync(join(world.data, "hub.db-wal")).size);
  reader.exec("COMMIT");
  reader.close();
  const releasedAt = performance.now();
  // Under the same load: nobody has to stop for it.
  await vi.waitFor(async () => expect(await walBytes(url)).toBeLessThanOrEqual(keptBytes), {
    timeout: 30_000,
    interval: 100,
  });
  console.log({ grownMiB: Math.round(grown / mib), shrunkAfterMs: Math.round(performance.now() - releasedAt), acked });
  goal = seq;
  await vi.waitFor(() => expect(acked).toBe(seq), { timeout: 10_000 });
  socket.terminate();
  await world.end();
});
