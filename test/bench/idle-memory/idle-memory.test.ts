/**
 * What an idle device costs, beside `ws` with a map of sockets, each in a process of its own. `npm run bench -- idle-memory`
 * measures it for 10,000; what is counted here are objects after collections, which no busy machine changes.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { settle } from "../process-figures.ts";
import { IdleDevices } from "./devices.ts";
import { Weighed } from "./weighed.ts";

const count = 2_000;
const settleMs = 10_000;
const missing = process.platform === "linux" ? undefined : "the CPU of other processes is read from Linux's /proc";
const ends: (() => void | Promise<void>)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** Heap of each device after it connected, said hello and sent once, bytes. */
async function heapOfEach(
  start: (data: string) => Promise<Weighed>,
): Promise<Record<"silent" | "hello" | "sent", number>> {
  const data = mkdtempSync(join(tmpdir(), "idle-test-"));
  ends.push(() => rmSync(data, { recursive: true, force: true, maxRetries: 5 }));
  const server = await start(data);
  ends.push(() => server.kill());
  const devices = new IdleDevices();
  ends.push(() => devices.close());
  // Code that is compiled when it first runs is nobody's connection: some come before, and stay.
  const first = new IdleDevices("first");
  ends.push(() => first.close());
  await first.connect(server.port, 200);
  await first.hello();
  await first.send();
  // What is still to be written is no connection's either.
  const heapBytes = async () => {
    await settle(server.pid, settleMs);
    return (await server.weigh()).heapBytes;
  };
  const before = await heapBytes();
  const each = async () => ((await heapBytes()) - before) / count;
  await devices.connect(server.port, count);
  const silent = await each();
  await devices.hello();
  const hello = await each();
  await devices.send();
  return { silent, hello, sent: await each() };
}

it.skipIf(missing)(`a device that idles holds little beside its socket${missing ? `: ${missing}` : ""}`, async () => {
  const hub = await heapOfEach((data) => Weighed.hub(data));
  const bare = await heapOfEach(() => Weighed.bare());
  const ratios = { silent: hub.silent / bare.silent, hello: hub.hello / bare.hello, sent: hub.sent / bare.sent };
  console.log({ hub, bare, ratios });
  expect(ratios.silent).toBeLessThan(1.3);
  expect(ratios.hello).toBeLessThan(1.9);
  expect(ratios.sent).toBeLessThan(3);
});
