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
/** The smallest that can be set. */
const alarmMib = 96;
const rowsPerFrame = 5_000;
const framesUnderWay = 4;

async function health(url: string): Promise<unknown> {
  return (await fetch(`${url}/health`)).json();
}

async function walBytes(url: string): Promise<number> {
  const status = (await (await fetch(`${url}/api/v1/status`)).json()) as { store: { walBytes: number } };
  return status.store.walBytes;
}

it("[P22] is bounded while readings come in beside a long reader, told by status and by an alarm, and shrinks after it", {
  timeout: 300_000,
}, async () => {
  const world = new ChaosWorld();
  const flags = ["--journal-budget", "4MiB", "--min-free", "0", "--wal-alarm", `${alarmMib}MiB`];
  const hub = world.startHub({ flags });
  const url = await hub.url();
  const alarms = () => hub.lines.filter((line) => line.includes("write-ahead log"));
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

  await vi.waitFor(() => expect(acked).toBeGreaterThan(0), { timeout: 60_000 });
  const reader = new Database(join(world.data, "hub.db"), { readonly: true });
  reader.exec("BEGIN");
  reader.prepare("SELECT count(*) FROM meta").get();
  await vi.waitFor(async () => expect(await walBytes(url)).toBeGreaterThan(alarmMib * mib), {
    timeout: 60_000,
    interval: 100,
  });
  const grown = await walBytes(url);
  const sentence =
    /write-ahead log has \d+ MiB, more than 96 MiB \(--wal-alarm\): another program probably holds an old state/;
  await vi.waitFor(
    async () =>
      expect(await health(url)).toMatchObject({ status: "degraded", reason: expect.stringMatching(sentence) }),
    { timeout: 60_000, interval: 100 },
  );
  expect(alarms()).toEqual([expect.stringMatching(sentence)]);
  const commitsAgo = acked;
  await vi.waitFor(() => expect(acked).toBeGreaterThan(commitsAgo), { timeout: 60_000 });
  expect(grown).toBeLessThan(512 * mib);
  expect(grown).toBeLessThanOrEqual(statSync(join(world.data, "hub.db-wal")).size);
  reader.exec("COMMIT");
  reader.close();
  const releasedAt = performance.now();
  // Under the same load: nobody has to stop for it.
  await vi.waitFor(async () => expect(await walBytes(url)).toBeLessThanOrEqual(keptBytes), {
    timeout: 60_000,
    interval: 100,
  });
  await vi.waitFor(async () => expect(await health(url)).toEqual({ status: "ok" }), { timeout: 60_000, interval: 100 });
  expect(alarms()).toEqual([expect.stringMatching(sentence), expect.stringContaining("short again")]);
  console.log({ grownMiB: Math.round(grown / mib), shrunkAfterMs: Math.round(performance.now() - releasedAt), acked });
  goal = seq;
  await vi.waitFor(() => expect(acked).toBe(seq), { timeout: 60_000 });
  socket.terminate();
  await world.end();
});
