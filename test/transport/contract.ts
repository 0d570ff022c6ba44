/**
 * The device side of the contract as transcripts, run over every transport and every store engine. Each test is titled
 * with the number of its transcript, and with the rules of `server/protocol/README.md` that it holds.
 */
import { afterEach, describe, expect, it } from "vitest";
import type { Client, Transport } from "../support/client.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { type Engine, startHub, type TestHub, type TestHubOptions } from "../support/start-hub.ts";

const start = Date.UTC(2026, 10, 24, 8);

/** One frame of one reading. */
function frame(seq: number, value: number = seq, metric = "temperature") {
  return { type: "readings", seq, readings: [{ metric, value, time: start + seq }] };
}

/** Waits for the acknowledgement that covers `seq`, and adds up what the acknowledgements on the way stored. */
async function ackedThrough(client: Client, seq: number): Promise<number> {
  let stored = 0;
  for (;;) {
    const ack = await client.next("ack");
    stored += (ack.stored as number) ?? 0;
    if ((ack.seq as number) >= seq) return stored;
  }
}

export function transportContract(transport: Transport, engine: Engine): void {
  describe(`${transport.name} over ${engine}`, () => {
    let hub: TestHub;

    async function open(options: TestHubOptions = {}): Promise<TestHub> {
      hub = await startHub({ transport, engine, ...options });
      return hub;
    }

    afterEach(() => hub.stop());

    it("[T1] [P19] [P28] first hello, readings, ack", async () => {
      await open();
      const client = await hub.device("boiler-1", {
        session: "s1",
        name: "Boiler",
        metrics: { temperature: { unit: "°C" } },
      });
      expect(await client.next()).toMatchObject({
        ...{ type: "welcome", device: "boiler-1", protocol: 1, lastSeq: 0, durability: "fsync", heartbeat: 25_000 },
        limits: { readingsPerFrame: 5_000, frameBytes: 524_288, undecidedFrames: 1_024 },
      });
      client.send({
        ...{ type: "readings", seq: 1 },
        readings: [
          { metric: "temperature", value: 21.5, time: start },
          { metric: "burning", value: true, time: start },
          { metric: "state", value: "heating", time: start },
        ],
      });
      expect(await client.next()).toEqual({ type: "ack", seq: 1, stored: 3 });
      expect(await hub.readings("boiler-1", "temperature")).toEqual([[start, 21.5]]);
      expect(await hub.readings("boiler-1", "burning")).toEqual([[start, true]]);
      expect(await hub.readings("boiler-1", "state")).toEqual([[start, "heating"]]);
      const { body } = await hub.http("GET", "devices/boiler-1");
      expect(body).toMatchObject({ name: "Boiler", state: "online", metrics: { temperature: { unit: "°C" } } });
    });

    it("[T2] [P27] [P28] a frame resent after a cut is acknowledged again and stored once", async () => {
      await open();
      const first = await hub.welcomed("boiler-1", { session: "s1" });
      first.send(frame(1), frame(2));
      await ackedThrough(first, 2);
      first.wire.cut();
      const second = await hub.device("boiler-1", { session: "s1" });
      expect(await second.next("welcome")).toMatchObject({ lastSeq: 2 });
      second.send(frame(2, 99), frame(3));
      expect(await second.next()).toEqual({ type: "ack", seq: 2, stored: 0 });
      expect(await second.next()).toEqual({ type: "ack", seq: 3, stored: 1 });
      expect(await hub.readings("boiler-1", "temperature")).toEqual([1, 2, 3].map((seq) => [start + seq, seq]));
    });

    it("[T2] [P27] a cut while the frame is on its way to the disk: lastSeq waits for it", async () => {
      await open();
      const first = await hub.welcomed("boiler-1", { session: "s1" });
      const release = hub.store.holdAppends();
      first.send(frame(1));
      await hub.store.appends(1);
      first.wire.cut();
      const second = await hub.device("boiler-1", { session: "s1" });
      const witness = await hub.connect();
      // Round trips behind the hello: it was read, and is not answered as long as the commit is pending.
      for (let round = 0; round < 3; round++) await witness.settled();
      expect(second.waiting).toEqual([]);
      release();
      expect(await second.next("welcome")).toMatchObject({ lastSeq: 1 });
    });

    it("[T3] [P17] [P18] a bad row is rejected by name, and its rejection stays readable when the ack is lost", async () => {
      await open();
      const readings = [
        { metric: "temperature", value: 1, time: start },
        { metric: "no good", value: 2, time: start },
        { metric: "temperature", value: 3, time: start + 3 },
      ];
      const client = await hub.welcomed("boiler-1", { session: "s1" });
      client.wire.pause();
      client.send({ type: "readings", seq: 1, readings });
      await hub.store.appends(1);
      client.wire.cut();
      const again = await hub.device("boiler-1", { session: "s1" });
      expect(await again.next("welcome")).toMatchObject({ lastSeq: 1 });
      expect(await hub.readings("boiler-1", "temperature")).toEqual([
        [start, 1],
        [start + 3, 3],
      ]);
      const { body } = await hub.http("GET", "devices/boiler-1/refused");
      expect(body.refused).toMatchObject([{ code: "invalid_name", row: JSON.stringify(readings[1]) }]);
      again.send({ type: "readings", seq: 2, readings: [readings[1]] });
      expect(await again.next("ack")).toMatchObject({
        ...{ seq: 2, stored: 0, rejectedCount: 1 },
        rejected: [{ seq: 2, index: 0, metric: "no good", code: "invalid_name" }],
      });
    });

    it("[T4] [P29] frame n refused for now: later ones are dropped until n comes again, nothing lost or doubled", async () => {
      await open();
      const client = await hub.welcomed("boiler-1", { session: "s1" });
      client.send(frame(1));
      await ackedThrough(client, 1);
      hub.store.failNextAppend();
      client.send(frame(2));
      expect(await client.next()).toMatchObject({ type: "error", code: "store_unavailable", seq: 2, retryable: true });
      client.send(frame(3), frame(4));
      expect(await client.next()).toMatchObject({ type: "error", code: "resend_from", seq: 2, retryable: true });
      await client.settled();
      expect(client.waiting).toEqual([]);
      client.send(frame(2), frame(3), frame(4));
      expect(await ackedThrough(client, 4)).toBe(3);
      expect(await hub.readings("boiler-1", "temperature")).toEqual([1, 2, 3, 4].map((seq) => [start + seq, seq]));
    });

    it("[T4] [P29] frames behind n in the same refused batch, and in the one that was filling, are dropped too", async () => {
      await open();
      const client = await hub.welcomed("boiler-1", { session: "s1" });
      const release = hub.store.holdAppends();
      hub.store.failNextAppend();
      client.send(frame(1));
      await hub.store.appends(1);
      client.send(frame(2), frame(3));
      await client.settled();
      release();
      expect(await client.next()).toMatchObject({ code: "store_unavailable", seq: 1 });
      expect(await client.next()).toMatchObject({ code: "resend_from", seq: 1 });
      client.send(frame(1), frame(2), frame(3));
      expect(await ackedThrough(client, 3)).toBe(3);
      expect(client.waiting).toEqual([]);
      expect(await hub.readings("boiler-1", "temperature")).toHaveLength(3);
    });

    it("[T4] [P29] a sender that gave n up sends it empty and goes on", async () => {
      await open();
      const client = await hub.welcomed("boiler-1", { session: "s1" });
      hub.store.failNextAppend();
      client.send(frame(5));
      expect(await client.next()).toMatchObject({ code: "store_unavailable", seq: 5 });
      client.send({ type: "readings", seq: 5, readings: [] }, frame(6));
      expect(await ackedThrough(client, 6)).toBe(1);
    });

    it("[T5] [P36] a sender far ahead is paused, not killed, and resumes", async () => {
      const clock = new FakeClock(start + 3_600_000);
      const frames = 20_000;
      await open({ clock, limits: { undecidedFrames: 16, undecidedBytes: 16_384 } });
      const client = await hub.welcomed("boiler-1", { session: "s1" });
      const other = await hub.welcomed("boiler-2");
      const release = hub.store.holdAppends();
      for (let seq = 1; seq <= frames; seq++) client.send(frame(seq));
      await hub.store.appends(1);
      for (let round = 0; round < 20; round++) await other.settled();
      // A whole round of pings goes unanswered by the paused socket, whose pong lies behind its frames.
      clock.advance(25_000);
      await other.settled();
      clock.advance(10_000);
      release();
      expect(await ackedThrough(client, frames)).toBe(frames);
      // What one read of the socket brought is taken; nothing is read beyond it.
      const mostBytesAhead = 16_384 + 65_536;
      const frameBytes = JSON.stringify(frame(frames)).length;
      expect(Math.max(...hub.store.appended)).toBeLessThan(mostBytesAhead / frameBytes + 16);
      expect(await hub.readings("boiler-1", "temperature")).toHaveLength(frames);
    });

    it("[T6] [P31] a second connection takes a device over, after the pending commit of the first", async () => {
      await open();
      const first = await hub.welcomed("boiler-1", { session: "s1" });
      const release = hub.store.holdAppends();
      first.send(frame(1));
      await hub.store.appends(1);
      const second = await hub.device("boiler-1", { session: "s1" });
      expect(await first.closed).toMatchObject({ code: 4409 });
      expect(second.waiting).toEqual([]);
      second.send(frame(1), frame(2));
      release();
      expect(await second.next()).toMatchObject({ type: "welcome", lastSeq: 1 });
      expect(await second.next()).toEqual({ type: "ack", seq: 1, stored: 0 });
      expect(await second.next()).toEqual({ type: "ack", seq: 2, stored: 1 });
      expect(await hub.readings("boiler-1", "temperature")).toHaveLength(2);
      const { body } = await hub.http("GET", "devices/boiler-1");
      expect(body).toMatchObject({ state: "online", reason: "connected" });
    });

    it("[T7] [P27] everything sealed, and after a restart an old frame that is resent is stored once", async () => {
      await open();
      const first = await hub.welcomed("boiler-1", { session: "s1" });
      for (let seq = 1; seq <= 50; seq++) first.send(frame(seq));
      await ackedThrough(first, 50);
      await hub.sealAll();
      await hub.restart();
      expect((await first.closed).code).toBe(1012);
      const second = await hub.device("boiler-1", { session: "s1" });
      expect(await second.next("welcome")).toMatchObject({ lastSeq: 50 });
      second.send(frame(7, 99));
      expect(await second.next("ack")).toEqual({ type: "ack", seq: 50, stored: 0 });
      const kept = await hub.readings("boiler-1", "temperature");
      expect(kept).toEqual(Array.from({ length: 50 }, (_, index) => [start + index + 1, index + 1]));
    });

    it("[T11] [P14] a type mismatch says which type there is, and DELETE mends it", async () => {
      await open();
      const client = await hub.welcomed("boiler-1", { session: "s1" });
      const text = { type: "readings", readings: [{ metric: "temperature", value: "21,5", time: start + 2 }] };
      client.send(frame(1), { ...text, seq: 2 });
      const mismatch = await client.until((answer) => answer.rejected !== undefined);
      expect(mismatch.rejected).toMatchObject([{ seq: 2, index: 0, metric: "temperature", code: "type_mismatch" }]);
      const { message } = (mismatch.rejected as { message: string }[])[0] ?? { message: "" };
      expect(message).toContain("is a number");
      const mending = /DELETE \/api\/v1\/(\S+)/.exec(message)?.[1] ?? "";
      expect(await hub.http("DELETE", `${mending}&from=${start - 1}&to=${start + 10}`)).toMatchObject({ status: 200 });
      client.send({ ...text, seq: 3 });
      expect(await client.next("ack")).toEqual({ type: "ack", seq: 3, stored: 1 });
      expect(await hub.readings("boiler-1", "temperature")).toEqual([[start + 2, "21,5"]]);
    });

    it("[T13] [P23] [P55] a gateway describes and speaks for two devices, then leaves", async () => {
      await open();
      const gateway = await hub.welcomed("gateway", { session: "s1" });
      gateway.send(
        { type: "describe", id: 1, device: "mote/1", name: "Mote 1", metrics: { humidity: { unit: "%" } } },
        { type: "describe", device: "mote/2", metrics: { humidity: { label: "Humidity" } } },
        { type: "describe", id: 2, device: "mote/2", metrics: { humidity: { unit: "%" } } },
        {
          ...{ type: "readings", seq: 1, device: "mote/1" },
          readings: [
            { metric: "humidity", value: 40, time: start },
            { metric: "humidity", value: 50, time: start, device: "mote/2" },
            { metric: "uptime", value: 5, time: start, device: "gateway" },
          ],
        },
      );
      expect(await gateway.next()).toEqual({ type: "ack", id: 1, stored: 0 });
      expect(await gateway.next()).toEqual({ type: "ack", id: 2, stored: 0 });
      expect(await gateway.next()).toEqual({ type: "ack", seq: 1, stored: 3 });
      expect(await hub.readings("mote/1", "humidity")).toEqual([[start, 40]]);
      expect(await hub.readings("mote/2", "humidity")).toEqual([[start, 50]]);
      expect(await hub.readings("gateway", "uptime")).toEqual([[start, 5]]);
      const second = (await hub.http("GET", "devices/mote%2F2")).body;
      expect(second).toMatchObject({
        ...{ via: "gateway", state: "online", reason: "connected" },
        metrics: { humidity: { label: "Humidity", unit: "%" } },
      });
      gateway.wire.cut();
      await gateway.closed;
      for (const id of ["mote%2F1", "mote%2F2"]) {
        await expect
          .poll(async () => (await hub.http("GET", `devices/${id}`)).body)
          .toMatchObject({ state: "offline", reason: "gateway_offline" });
      }
    });

    it("[T14] [P2] plain text is told what a first valid frame looks like, and then that frame works", async () => {
      await open();
      const client = await hub.connect();
      client.send("Hello Server");
      const refusal = await client.next();
      expect(refusal).toMatchObject({ type: "error", code: "invalid_json", retryable: false });
      const shown = /\{.*\}/.exec(refusal.message as string)?.[0] ?? "";
      client.send(shown);
      expect(await client.next()).toEqual({ type: "ack", stored: 1 });
      const { body } = await hub.http("GET", "latest");
      expect(body.latest).toMatchObject([{ device: "my-sensor", metric: "temperature", value: 21.5 }]);
    });
  });
}
