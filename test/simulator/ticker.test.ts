import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { deviceMeta } from "../../server/protocol/index.ts";
import { allMarketHours, Calendar } from "../../simulator/market/calendar.ts";
import { Ticker } from "../../simulator/market/ticker.ts";
import type { Report } from "../../simulator/model.ts";
import { column, correlation, hashOf, reportsUntil } from "./models.ts";

const minute = 60_000;
const hour = 60 * minute;
const device = "market/ACME";
/** Five minutes after an opening. */
const from = Date.UTC(2026, 10, 24, 12, 7);
const everyHours = fc.constantFrom(...allMarketHours);

/** Changes of state, each with its time. */
function changesIn(reports: readonly Report[]): { time: number; state: unknown }[] {
  return reports.flatMap(({ time, readings }) =>
    readings.filter(([metric]) => metric === "state").map(([, state]) => ({ time, state })),
  );
}

describe("ticker", () => {
  it("[S1] repeats itself for the same seed, and differs for another seed or symbol", () => {
    const run = (seed: number, name = device) =>
      hashOf(reportsUntil(new Ticker({ device: name, seed, from }), from + hour));
    expect(run(7)).toBe(run(7));
    expect(new Set([run(7), run(8), run(7, "market/BORU")]).size).toBe(3);
  });

  it("[S3] reports the ticks that it has always reported: a hub that holds a past gets no other one by a newer program (seed 7)", () => {
    const [short, real] = allMarketHours;
    const streams = [
      { recorded: "f2c1058c40258b96", days: 0.3, options: { marketHours: short } },
      { recorded: "f9261a9abaaea2d8", days: 3, options: { marketHours: real, rate: 0.2 } },
      { recorded: "92cac9d542195467", days: 20, stride: 700, options: { marketHours: short, device: "market/BORU" } },
      { recorded: "d167422d2b1e6dc4", days: 20, stride: 9_000, options: { marketHours: real, rate: 3 } },
    ];
    const found = streams.map(({ days, stride = 1, options }) => {
      // What holds at the begin is told first, and held by a test of its own.
      const [, ...ticks] = reportsUntil(
        new Ticker({ device, seed: 7, from, ...options }),
        from + days * 24 * hour,
        stride,
      );
      return hashOf(ticks);
    });
    expect(found).toEqual(streams.map(({ recorded }) => recorded));
  });

  it("[S6] tells at its begin which state holds since when, and the last trade with it only where none came after it", () => {
    const found = allMarketHours.flatMap((marketHours) => {
      const begin = (start: number) => new Ticker({ device, seed: 7, from: start, marketHours });
      const changes = reportsUntil(begin(from), from + 10 * marketHours.dayMs, 9_000).filter(
        (report) => changesIn([report]).length > 0,
      );
      return changes.slice(1).map((change) => {
        const [, state] = change.readings.at(-1) ?? [];
        const expected = state === "open" ? { time: change.time, readings: [["state", state]] } : change;
        const start = change.time + marketHours.haltMs / 2;
        const model = begin(start);
        expect(model.report()).toEqual(expected);
        expect(model.nextTime).toBeGreaterThanOrEqual(start);
        return `${state} ${change.readings.length}`;
      });
    });
    expect([...new Set(found)].sort()).toEqual(["auction 1", "closed 5", "halted 5", "open 5"]);
  });

  it("[S3] reports the same ticks at the same times, wherever it was begun, after the change of state that holds there", () => {
    fc.assert(
      fc.property(
        everyHours,
        fc.integer({ min: 0, max: 1e6 }),
        fc.integer({ min: 1, max: 9 * hour }),
        (marketHours, seed, later) => {
          const begin = (start: number) => new Ticker({ device, seed, from: start, marketHours });
          const early = reportsUntil(begin(from), from + later + 20 * minute);
          const [holding, ...late] = reportsUntil(begin(from + later), from + later + 20 * minute);
          const held = changesIn(early).findLast(({ time }) => time <= from + later);
          expect(changesIn([holding as Report])).toEqual([held]);
          expect(late).toEqual(early.filter(({ time }) => time >= from + later && time !== holding?.time));
        },
      ),
      { numRuns: 12, seed: 7 },
    );
  });

  it("[S8] thins out a past by leaving ticks out, makes none up, and leaves out no change of state (seed 7)", () => {
    for (const marketHours of allMarketHours) {
      const to = from + 2 * marketHours.dayMs;
      const begin = () => new Ticker({ device, seed: 7, from, marketHours });
      const whole = reportsUntil(begin(), to);
      const all = new Set(whole.map((report) => JSON.stringify(report)));
      for (const stride of [7, 3_599, 20_000]) {
        const thinned = reportsUntil(begin(), to, stride);
        expect(thinned.filter((report) => !all.has(JSON.stringify(report)))).toEqual([]);
        expect(changesIn(thinned)).toEqual(changesIn(whole));
        const changes = changesIn(whole).length;
        expect(thinned.length).toBeLessThan(whole.length / stride / 0.5 + 2 * changes + 2);
        expect(thinned.length).toBeGreaterThan(whole.length / stride / 2);
      }
    }
  });

  it("[S5] gives each tick a ms of its own, rising, also where ticks crowd and where blocks join", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), fc.constantFrom(0.5, 1, 30, 300), (seed, rate) => {
        const model = new Ticker({ device, seed, from, rate });
        let last = Number.NEGATIVE_INFINITY;
        for (let tick = 0; tick < 12_000; tick++) {
          const { time } = model.report();
          expect(Number.isInteger(time) && time > last).toBe(true);
          last = time;
        }
      }),
      { numRuns: 12, seed: 7 },
    );
  });

  it("[S6] trades at the bid or the ask, in whole cents and whole shares, the bid below the ask", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: 0, max: 4e12 }), (seed, start) => {
        const model = new Ticker({ device, seed, from: start });
        for (let tick = 0; tick < 300; tick++) {
          const { readings } = model.report();
          if (readings.length === 1) continue;
          const values = Object.fromEntries(readings) as Record<"price" | "bid" | "ask" | "size", number>;
          expect(values.bid).toBeGreaterThan(0);
          expect(values.ask).toBeGreaterThan(values.bid);
          expect([values.bid, values.ask]).toContain(values.price);
          expect(Number.isInteger(values.size) && values.size >= 1).toBe(true);
          for (const amount of [values.bid, values.ask]) expect(Number(amount.toFixed(2))).toBe(amount);
        }
      }),
      { numRuns: 40, seed: 7 },
    );
  });

  it("[S6] has lively and calm spells: the size of a step tells of the next steps (seed 7, 24 h)", () => {
    const reports = reportsUntil(new Ticker({ device, seed: 7, from }), from + 24 * hour);
    const asks = column(reports, "ask");
    const middle = column(reports, "bid").map(({ value }, index) => value + (asks[index]?.value ?? Number.NaN));
    const signed = middle.slice(1).map((value, index) => Math.log(value / (middle[index] as number)));
    const steps = signed.map(Math.abs);
    const lagged = correlation(steps.slice(0, -5), steps.slice(5));
    expect(lagged).toBeGreaterThan(0.07);
    expect(Math.abs(correlation(signed.slice(0, -5), signed.slice(5)))).toBeLessThan(0.03);
  });

  it("[S6] jumps at times, yet not where its pieces join (seed 7)", () => {
    const model = new Ticker({ device, seed: 7, from });
    const calendar = new Calendar(allMarketHours[0], 1);
    const prices = column(reportsUntil(model, from + 24 * hour), "bid");
    const pieces = Math.ceil((55 * minute) / (model.intervalMs * calendar.openPart * 3_600));
    const place = (time: number) => (time - calendar.dayAt(time).openAt) / (55 * minute);
    const steps = prices.slice(1).map(({ time, value }, index) => {
      const before = prices[index] as { time: number; value: number };
      const joins = Math.floor(place(time) * pieces) !== Math.floor(place(before.time) * pieces);
      return { part: place(time), joins, size: Math.abs(Math.log(value / before.value)), after: time - before.time };
    });
    const inDay = steps.filter(({ part, after }) => part > 0.001 && part < 0.999 && after < 30_000);
    const sizes = inDay.map(({ size }) => size).sort((a, b) => a - b);
    const usual = sizes[Math.floor(sizes.length * 0.7)] as number;
    expect(sizes.at(-1)).toBeGreaterThan(12 * usual);
    const joints = inDay.filter(({ joins }) => joins);
    expect(joints.length).toBeGreaterThan(15);
    expect(joints.reduce((sum, { size }) => sum + size, 0) / joints.length).toBeLessThan(4 * usual);
  });

  it("[S6] opens with a gap and an auction, closes with one, and rests after large news (6 seeds, 10 days)", () => {
    for (const marketHours of allMarketHours) {
      const gaps: number[] = [];
      let halts = 0;
      for (let seed = 0; seed < 6; seed++) {
        const reports = reportsUntil(
          new Ticker({ device, seed, from, rate: 0.1, marketHours }),
          from + 10 * marketHours.dayMs,
          400,
        );
        const changes = changesIn(reports);
        changes.slice(1).forEach(({ time, state }, index) => {
          const before = changes[index] as { time: number; state: unknown };
          const then = {
            closed: ["auction"],
            halted: ["open"],
            open: ["halted", "auction"],
            auction: ["open", "closed"],
          };
          expect(then[before.state as keyof typeof then]).toContain(state);
          if (state === "halted") halts++;
          if (before.state === "halted") {
            expect(time - before.time).toBe(marketHours.haltMs);
            expect(reports.filter((report) => report.time > before.time && report.time < time)).toEqual([]);
          }
        });
        // Nothing is traded between the close of a day and the opening auction of the next one.
        const prints = reports.filter(({ readings }) => readings.length === 5);
        prints.slice(1).forEach(({ readings }, index) => {
          const [price, state] = [Number(readings[0]?.[1]), readings[4]?.[1]];
          const before = prints[index]?.readings;
          if (state === "open" && before?.[4]?.[1] === "closed")
            gaps.push(Math.abs(Math.log(price / Number(before[0]?.[1]))));
        });
      }
      expect(gaps.length).toBeGreaterThan(25);
      const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
      expect(mean).toBeGreaterThan(0.002);
      expect(mean).toBeLessThan(0.05);
      expect(halts).toBeGreaterThan(6);
      expect(halts).toBeLessThan(40);
    }
  });

  it("[S6] trades most at the begin and at the end of a day, least at noon (seed 7, 48 hours)", () => {
    const calendar = new Calendar(allMarketHours[0], device.charCodeAt(device.indexOf("/") + 1));
    const volume = [0, 0, 0, 0, 0];
    for (const { time, readings } of reportsUntil(new Ticker({ device, seed: 7, from }), from + 48 * hour)) {
      const { openAt, closingAt } = calendar.dayAt(time);
      const part = (time - openAt) / (closingAt - openAt);
      if (part > 0 && part < 1 && readings.length === 4) {
        const fifth = Math.floor(part * 5);
        volume[fifth] = (volume[fifth] ?? 0) + Number(readings[1]?.[1]);
      }
    }
    const [first = 0, second = 0, noon = 0, fourth = 0, last = 0] = volume;
    expect(first).toBeGreaterThan(1.4 * second);
    expect(last).toBeGreaterThan(1.4 * fourth);
    expect(Math.max(second, noon, fourth)).toBeLessThan(1.4 * Math.min(second, noon, fourth));
  });

  it("keeps its pace on average, at any rate, over whole weeks (seed 7)", () => {
    for (const marketHours of allMarketHours) {
      for (const rate of [0.2, 1]) {
        const model = new Ticker({ device, seed: 7, from, rate, marketHours });
        const count = reportsUntil(model, from + marketHours.weekMs).length;
        expect(marketHours.weekMs / count / model.intervalMs).toBeGreaterThan(0.85);
        expect(marketHours.weekMs / count / model.intervalMs).toBeLessThan(1.15);
      }
    }
  });

  it("introduces itself in words of the contract, with a role for each of its metrics", () => {
    const { meta } = new Ticker({ device, seed: 7, from });
    expect(deviceMeta.parse(meta)).toEqual(meta);
    expect(Object.values(meta.metrics ?? {}).map(({ role }) => role)).toEqual([
      ...["price", "volume", "bid", "ask"],
      undefined,
    ]);
  });
});
