/** A link through random histories: cuts, restarts, restores, refusals, full buffers, and limits on the way. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Link, type LinkStats } from "../../simulator/link.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { linkPorts } from "../support/link-ports.ts";
import { printedSeed } from "../support/seed.ts";
import { PaperHub } from "./paper-hub.ts";

type Step =
  | { do: "send"; rows: number; columns: boolean; long: boolean }
  | { do: "flush" | "open" | "talk" | "commit" | "restart" | "backUp" | "restore" | "fill" | "empty" | "describe" }
  | { do: "up" | "down" | "pass"; count: number }
  | { do: "lose"; code: number }
  | { do: "jump"; ms: number }
  | { do: "replace"; lastSeq: number }
  | { do: "limit"; readings: number };

const words = [
  "flush",
  "open",
  "talk",
  "talk",
  "commit",
  "restart",
  "backUp",
  "restore",
  "fill",
  "empty",
  "describe",
] as const;
const small = fc.integer({ min: 1, max: 12 });

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant("send" as const), rows: small, columns: fc.boolean(), long: fc.boolean() }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constantFrom(...words) }) },
  { weight: 10, arbitrary: fc.record({ do: fc.constantFrom("up" as const, "down" as const), count: small }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant("pass" as const), count: fc.constantFrom(10, 100, 1_000, 30_000) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("lose" as const), code: fc.constantFrom(1006, 1012, 1001, 1009, 4408) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("jump" as const), ms: fc.integer({ min: -4e12, max: 4e12 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("replace" as const), lastSeq: fc.integer({ min: 0, max: 60 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("limit" as const), readings: fc.integer({ min: 1, max: 9 }) }) },
);

const world = fc.record({
  steps: fc.array(step, { minLength: 5, maxLength: 120 }),
  overflow: fc.constantFrom("refuse-newest" as const, "drop-oldest" as const),
  bufferReadings: fc.constantFrom(10, 40, 10_000),
  batchReadings: fc.constantFrom(1, 3, 500),
  window: fc.constantFrom(1, 2, 32),
  wireBytes: fc.constantFrom(300, 1_000, Number.POSITIVE_INFINITY),
  refusesRow: fc.constantFrom(2, 7, 1_000_000),
  refusesFrame: fc.constantFrom(11, 1_000_000),
});
type World = typeof world extends fc.Arbitrary<infer One> ? One : never;

class History {
  readonly clock = new FakeClock();
  readonly hub: PaperHub;
  readonly link: Link;
  /** Readings given to the link; the n-th has the time n. */
  given = 0;
  /** Times of the readings that were told to be refused. */
  readonly told: number[] = [];
  readonly drops: number[] = [];
  flushes = 0;
  flushed = 0;
  /** A flush was over before what it waited for. */
  early = false;

  constructor({ wireBytes, refusesRow, refusesFrame, steps: _, ...options }: World) {
    this.hub = new PaperHub({
      wireBytes,
      refusesRow: (time) => time % refusesRow === 0,
      refusesFrame: (time) => time % refusesFrame === refusesFrame - 1,
    });
    this.link = new Link("ws://paper", {
      device: "oven-1",
      WebSocket: this.hub.WebSocket,
      ports: linkPorts(this.clock, () => 0.5),
      ...options,
      onRejected: ({ time = -1 }) => this.told.push(time),
      onDropped: (count) => this.drops.push(count),
    });
  }

  take(one: Step): void {
    const { hub, link, clock } = this;
    if (one.do === "send") this.#send(one.rows, one.columns, one.long);
    else if (one.do === "flush") {
      this.flushes++;
      const later = this.given;
      void link.flush().then(() => {
        this.flushed++;
        // What is undecided was given since.
        this.early ||= link.stats.pending > this.given - later;
      });
    } else if (one.do === "up") hub.letUp(one.count);
    else if (one.do === "down") hub.letDown(one.count);
    else if (one.do === "pass") clock.advance(one.count);
    else if (one.do === "jump") clock.jump(one.ms);
    else if (one.do === "replace") hub.replace(one.lastSeq);
    else if (one.do === "lose") hub.lose(one.code);
    else if (one.do === "limit") {
      hub.limits = { ...hub.limits, readingsPerFrame: one.readings };
      hub.restart();
    } else if (one.do === "fill") hub.full = true;
    else if (one.do === "empty") hub.full = false;
    else if (one.do === "describe") link.describe("field", { name: "Field" });
    else hub[one.do]();
  }

  #send(rows: number, columns: boolean, long: boolean): void {
    const times = Array.from({ length: rows }, () => ++this.given);
    if (columns) {
      const cells = (even: boolean) => times.map((time) => ((time % 2 === 0) === even ? time : null));
      this.link.sendSamples(times, { even: cells(true), odd: cells(false) });
    } else for (const time of times) this.link.send("row", long ? "x".repeat(250) : time, time);
  }

  /** The hub is well, and the wires hold. */
  async settle(): Promise<void> {
    this.hub.full = false;
    for (let round = 0; round < 3_000 && this.link.stats.pending > 0; round++) {
      this.hub.open();
      this.hub.letUp(1_000);
      this.hub.commit();
      this.hub.letDown(1_000);
      // Longer than any back-off.
      this.clock.advance(30_001);
    }
    await Promise.resolve();
  }
}

function expectBalance({ sent, stored, rejected, dropped, pending }: LinkStats, given: number): void {
  expect(sent).toBe(given);
  expect(stored + rejected + dropped + pending).toBe(sent);
  expect(Math.min(stored, rejected, dropped, pending)).toBeGreaterThanOrEqual(0);
}

const seed = printedSeed("link-cuts");

describe("link: random histories", () => {
  it("[L1] each reading is stored once and in order, refused by name, or counted as dropped", async () => {
    await fc.assert(
      fc.asyncProperty(world, async (one) => {
        const history = new History(one);
        const { hub, link, clock, told, drops } = history;
        for (const each of one.steps) {
          history.take(each);
          await Promise.resolve();
          expectBalance(link.stats, history.given);
          expect(link.stats.pending).toBeLessThanOrEqual(one.bufferReadings);
        }
        await history.settle();
        const { stats } = link;
        expectBalance(stats, history.given);
        expect(stats.pending).toBe(0);
        expect(history.flushed).toBe(history.flushes);
        expect(history.early).toBe(false);
        const stored = new Set(hub.stored);
        const decided = new Set([...stored, ...hub.refused, ...hub.forgotten, ...told]);
        expect(history.given - decided.size, "neither stored nor refused").toBe(stats.dropped);
        expect(drops.at(-1) ?? 0).toBe(stats.dropped);
        const first = [...stored];
        expect(first, "in order").toEqual([...first].sort((a, b) => a - b));
        const numberedAnew = one.steps.some(({ do: what }) => ["restore", "replace", "limit", "lose"].includes(what));
        if (!numberedAnew && one.wireBytes === Number.POSITIVE_INFINITY) expect(hub.stored).toHaveLength(stored.size);
        expect(new Set(told).size, "told once").toBe(told.length);
        expect(stats.rejected).toBe(told.length);
        link.close();
        expect(clock.pending, "timers left").toBe(0);
      }),
      { numRuns: 600, seed },
    );
  });
});
