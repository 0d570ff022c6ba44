import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TimerWheel, type Waiting } from "../../../server/hub/devices/timer-wheel.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { printedSeed } from "../../support/seed.ts";

interface Item extends Waiting {
  readonly id: number;
}

const item = (id: number): Item => ({ id, deadlineMs: Number.POSITIVE_INFINITY, slot: -1 });

describe("the timer wheel", () => {
  it("call each item at its own moment, whatever was set and taken back before, with one timer", () => {
    const step = fc.oneof(
      {
        weight: 5,
        arbitrary: fc.record({ set: fc.nat(59), inMs: fc.oneof(fc.nat(100), fc.nat(5_000), fc.nat(600_000)) }),
      },
      { weight: 3, arbitrary: fc.record({ drop: fc.nat(59) }) },
      { weight: 1, arbitrary: fc.record({ pass: fc.oneof(fc.nat(300), fc.nat(70_000)) }) },
    );
    fc.assert(
      fc.property(fc.nat(300_000), fc.array(step, { minLength: 50, maxLength: 300 }), (begin, steps) => {
        const clock = new FakeClock();
        clock.advance(begin);
        const items = Array.from({ length: 60 }, (_, id) => item(id));
        const wanted = new Map<number, number>();
        const due: [id: number, atMs: number][] = [];
        const wheel = new TimerWheel<Item>(clock, ({ id }) => {
          expect(wanted.get(id)).toBe(clock.monotonic());
          wanted.delete(id);
          due.push([id, clock.monotonic()]);
        });
        for (const one of steps) {
          if ("set" in one) {
            wanted.set(one.set, clock.monotonic() + one.inMs);
            wheel.set(items[one.set] as Item, clock.monotonic() + one.inMs);
          } else if ("drop" in one) {
            wanted.delete(one.drop);
            wheel.set(items[one.drop] as Item, Number.POSITIVE_INFINITY);
          } else clock.advance(one.pass);
          expect(clock.pending).toBeLessThanOrEqual(1);
          expect(Math.min(...wanted.values())).toBeGreaterThanOrEqual(clock.monotonic());
        }
        clock.advance(700_000);
        expect([...wanted.keys()]).toEqual([]);
        expect(wheel.size).toBe(0);
        expect(due.map(([, atMs]) => atMs)).toEqual(due.map(([, atMs]) => atMs).sort((a, b) => a - b));
      }),
      { seed: printedSeed("timer wheel"), numRuns: 150 },
    );
  });

  it("may be set again by what they call", () => {
    const clock = new FakeClock();
    const times: number[] = [];
    const wheel: TimerWheel<Item> = new TimerWheel<Item>(clock, (one) => {
      times.push(clock.monotonic());
      if (times.length < 3) wheel.set(one, clock.monotonic() + 70);
    });
    wheel.set(item(1), 50);
    clock.advance(1_000);
    expect(times).toEqual([50, 120, 190]);
  });

  it("calls what is due in hours in its very millisecond, also where moments have fractions", () => {
    const clock = new FakeClock();
    clock.advance(12_345.678);
    const due: number[] = [];
    const wheel = new TimerWheel<Item>(clock, () => due.push(clock.monotonic()));
    const hours = 6 * 3_600_000;
    const deadlines = [hours, hours + 0.2, hours + 64].map((ms) => clock.monotonic() + ms);
    for (const deadlineMs of deadlines) wheel.set(item(1), deadlineMs);
    // Of no concern to anybody now, and no trouble to the wheel.
    for (const year of [1, 100, 1_000]) wheel.set(item(2), year * 365.25 * 86_400_000);
    clock.advance(hours + 100);
    expect(due.length).toBe(3);
    for (const [index, deadlineMs] of deadlines.entries()) {
      expect(due[index]).toBeGreaterThanOrEqual(deadlineMs);
      expect(due[index]).toBeLessThanOrEqual(deadlineMs + 1);
    }
    expect(wheel.size).toBe(3);
  });

  it("[P75] stands still while the hub does, whoever notices it first", () => {
    for (const noticed of [false, true]) {
      const clock = new FakeClock();
      const due: number[] = [];
      const wheel = new TimerWheel<Item>(clock, () => due.push(clock.monotonic()));
      wheel.set(item(1), 10_000);
      clock.advance(5_000);
      clock.stall(60_000, () => {
        if (noticed) expect(wheel.now()).toBe(6_000);
      });
      expect(wheel.now()).toBe(6_000);
      clock.advance(3_999);
      expect(due).toEqual([]);
      clock.advance(1);
      expect(due).toEqual([69_000]);
      // A moment in which it was busy is none of this.
      wheel.set(item(2), wheel.now() + 10_000);
      clock.advance(500);
      clock.stall(1_400);
      clock.advance(8_099);
      expect(due.length).toBe(1);
      clock.advance(1);
      expect(due.length).toBe(2);
    }
  });

  it("call nobody once they are stopped", () => {
    const clock = new FakeClock();
    const wheel = new TimerWheel<Item>(clock, () => expect.unreachable());
    wheel.set(item(1), 50);
    wheel.stop();
    expect(wheel.size).toBe(0);
    clock.advance(100);
    expect(clock.pending).toBe(0);
  });
});
