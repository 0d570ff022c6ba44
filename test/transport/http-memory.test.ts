/** An export of any length costs the hub the memory of a page, however slowly it is read. */
import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ChaosWorld } from "../chaos/world.ts";
import { programArgs } from "../support/built.ts";
import { Client } from "../support/client.ts";
import { websocketTransport } from "../support/websocket-wire.ts";

/** From its sources, so that what is tested is what stands there. */
const program = programArgs("server/main");
const series = 4;
const framesOfSeries = 100;
const readingsPerFrame = 5_000;
const readings = series * framesOfSeries * readingsPerFrame;
const at = Date.UTC(2026, 0, 1);
const mib = 1024 ** 2;
/** Well below what the hub waits for a client that takes nothing. */
const patienceMs = 10_000;

let world: ChaosWorld;
let url: string;

beforeAll(async () => {
  world = new ChaosWorld();
  url = await world.startHub({ program }).url();
  const device = await Client.open(websocketTransport, url);
  device.send({ type: "hello", device: "boiler-1" });
  await device.next("welcome");
  for (let frame = 0; frame < series * framesOfSeries; frame++) {
    const first = at + (frame % framesOfSeries) * readingsPerFrame;
    const times = Array.from({ length: readingsPerFrame }, (_, index) => first + index);
    const metric = `temperature-${Math.floor(frame / framesOfSeries)}`;
    device.send({
      type: "samples",
      seq: frame + 1,
      times,
      values: { [metric]: times.map((time) => (time % 997) / 10) },
    });
    if (frame % 10 === 9) await device.until((answer) => answer.type === "ack" && answer.seq === frame + 1);
  }
  device.wire.close();
  // What an export needs at any length (its code, its first pages, the memory of the store's reader) is there before it is measured.
  await (await fetch(`${url}${question("csv", 50 * readingsPerFrame)}`)).text();
});

afterAll(() => world.end());

function question(format: string, span: number): string {
  return `/api/v1/readings?device=boiler-1&metric=*&from=${at}&to=${at + span}&format=${format}`;
}

async function residentBytes(): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^process_resident_memory_bytes (\S+)$/m.exec(text)?.[1]);
}

describe("an answer of two million readings", () => {
  it.each([
    ["csv", 1],
    ["ndjson", 0],
  ])(
    "as %s goes to a slow reader whole, and the hub holds a page of it",
    { timeout: 300_000 },
    async (format, heads) => {
      const before = await residentBytes();
      const [answer] = (await once(
        get(`${url}${question(format, framesOfSeries * readingsPerFrame)}`),
        "response",
      )) as [IncomingMessage];
      let highest = 0;
      let bytes = 0;
      let lines = 0;
      let next = 0;
      for await (const part of answer as AsyncIterable<Buffer>) {
        bytes += part.length;
        for (let place = part.indexOf(10); place >= 0; place = part.indexOf(10, place + 1)) lines += 1;
        if (bytes < next) continue;
        // Nothing is taken while the hub is asked: what it makes meanwhile it must hold. The first time it has long enough to
        // make all of it, and not so long that it would cut who takes nothing.
        const startedMs = performance.now();
        let asked = next === 0 ? 0 : 499;
        do highest = Math.max(highest, await residentBytes());
        while (++asked < 500 && performance.now() - startedMs < patienceMs);
        next += 4 * mib;
      }
      expect(lines).toBe(readings + heads);
      expect(bytes).toBeGreaterThan(90 * mib);
      console.log(
        `${format}: ${(bytes / mib).toFixed(0)} MiB, memory from ${(before / mib).toFixed(0)} to ${(highest / mib).toFixed(0)} MiB`,
      );
      // Much less than all of it. How much garbage lies about meanwhile depends on when the machine has time to collect it.
      expect(highest - before).toBeLessThan(bytes * 0.75);
    },
  );
});
