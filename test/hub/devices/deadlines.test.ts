import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Deadlines, type Waiting } from "../../../server/hub/devices/deadlines.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { printedSeed } from "../../support/seed.ts";

interface Item extends Waiting {
  readonly id: number;
}

const item = (id: number): Item => ({ id, deadlineMs: Number.POSITIVE_INFINITY, place: -1 });

describe("deadlines", () => {
  it("call each item at its own moment, whatever was set and taken back before, with one timer", () => {
    const step = fc.oneof(
      { weight: 5, arbitrary: fc.record({ set: fc.nat(59), inMs: fc.nat(5_000) }) },
      { weight: 3, arbitrary: fc.record({ drop: fc.nat(59) }) },
      { weight: 1, arbitrary: fc.record({ pass: fc.nat(300) }) },
    );
    fc.assert(
      fc.property(fc.array(step, { minLength: 50, maxLength: 300 }), (steps) => {
        const clock = new FakeClock();
        const items = Array.from({ length: 60 }, (_, id) => item(id));
        const wanted = new Map<number, number>();
        const due: [id: number, atMs: number][] = [];
        const deadlines = new Deadlines<Item>(clock, ({ id }) => {
          expect(wanted.get(id)).toBe(clock.monotonic());
          wanted.delete(id);
          due.push([id, clock.monotonic()]);
        });
        for (const one of steps) {
          if ("set" in one) {
            wanted.set(one.set, clock.monotonic() + one.inMs);
            deadlines.set(items[one.set] as Item, clock.monotonic() + one.inMs);
          } else if ("drop" in one) {
            wanted.delete(one.drop);
            deadlines.set(items[one.drop] as Item, Number.POSITIVE_INFINITY);
          } else clock.advance(one.pass);
          expect(clock.pending).toBeLessThanOrEqual(1);
          expect(Math.min(...wanted.values())).toBeGreaterThanOrEqual(clock.monotonic());
        }
        clock.advance(10_000);
        expect([...wanted.keys()]).toEqual([]);
        expect(deadlines.size).toBe(0);
        expect(due.map(([, atMs]) => atMs)).toEqual(due.map(([, atMs]) => atMs).sort((a, b) => a - b));
      }),
      { seed: printedSeed("deadlines"), numRuns: 300 },
    );
  });

  it("may be set again by what they call", () => {
    const clock = new FakeClock();
    const times: number[] = [];
    const deadlines: Deadlines<Item> = new Deadlines<Item>(clock, (one) => {
      times.push(clock.monotonic());
      if (times.length < 3) deadlines.set(one, clock.monotonic() + 70);
    });
    deadlines.set(item(1), 50);
    clock.advance(1_000);
    expect(times).toEqual([50, 120, 190]);
  });

  it("wait longer than a timer can hold", () => {
    const clock = new FakeClock();
    const waits: number[] = [];
    const watched = {
      now: () => clock.now(),
      monotonic: () => clock.monotonic(),
      every: (ms: number, call: () => void) => clock.every(ms, call),
      after(ms: number, call: () => void) {
        waits.push(ms);
        return clock.after(ms, call);
      },
    };
    const due: number[] = [];
    const month = 30 * 86_400_000;
    new Deadlines<Item>(watched, ({ id }) => due.push(id)).set(item(7), month);
    clock.advance(month - 1);
    expect(due).toEqual([]);
    clock.advance(1);
    expect(due).toEqual([7]);
    expect(Math.max(...waits)).toBeLessThan(2 ** 31);
  });

  it("call nobody once they are stopped", () => {
    const clock = new FakeClock();
    const deadlines = new Deadlines<Item>(clock, () => expect.unreachable());
    deadlines.set(item(1), 50);
    deadlines.stop();
    clock.advance(100);
    expect(clock.pending).toBe(0);
  });
});
