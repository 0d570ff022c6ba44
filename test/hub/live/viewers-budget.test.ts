import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { defaultLiveSettings, type LiveSettings } from "../../../server/hub/live/live-settings.ts";
import { Outbox } from "../../../server/hub/live/outbox.ts";
import { Points } from "../../../server/hub/live/points.ts";
import { type Account, type CommonHold, ViewersBudget } from "../../../server/hub/live/viewers-budget.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { printedSeed } from "../../support/seed.ts";
import { liveWorld, type TestReading } from "./live-world.ts";
import { at, subscribe, type World, watching } from "./viewers.ts";

const mebibyte = 1024 ** 2;

/** So many texts, each of some 250 bytes on the wire. */
function texts(count: number, metric = "text"): TestReading[] {
  return Array.from({ length: count }, (_, index) => [`boiler-1/${metric}`, at + index, `${"x".repeat(230)}${index}`]);
}

/** What was made for all viewers that come at about the same time is kept no longer. */
function forgetShared({ clock }: World): void {
  clock.advance(defaultLiveSettings.snapshotMs);
}

/** A hub of so many series, of which each takes some 200 bytes to tell. */
async function worldOf(series: number, settings: Partial<LiveSettings>) {
  const world = await liveWorld({ slowViewerBytes: 16_384, ...settings });
  await world.commit(...Array.from({ length: series }, (_, index): TestReading => [`boiler-1/m${index}`, at, index]));
  return world;
}

/** Comes and reads nothing, so that it is told a first page or two. */
function stalled(world: World, address: string) {
  const made = world.viewer(address);
  made.peer.stalled = true;
  made.session.receive(subscribe(1));
  return made;
}

/** A budget with viewers of so many bytes each, beside lists that are kept and that several share. */
function sharing(limitBytes: number) {
  const clock = new FakeClock();
  const budget = new ViewersBudget(limitBytes, clock);
  const cut: string[] = [];
  const common = (bytes: number): CommonHold => {
    const hold = budget.share(() => hold.keep(false));
    hold.keep(true);
    hold.size(bytes);
    return hold;
  };
  const viewer = (name: string, bytes: number, shared: readonly CommonHold[] = []): void => {
    for (const hold of shared) hold.take();
    const account = budget.open({
      unsentBytes: () => bytes,
      sharedBytes: () => shared.reduce((sum, { part }) => sum + part, 0),
      cut: () => {
        cut.push(name);
        for (const hold of shared) hold.leave();
        account.close();
      },
    });
    account.recount();
  };
  return { budget, clock, cut, common, viewer };
}

/** Until nothing that was begun is under way any more. */
async function quiet(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

describe("the memory held for viewers", () => {
  it("[P74] cuts whoever holds most where all together hold too much, and tells it why", async () => {
    const world = await liveWorld({ viewersBytes: mebibyte, slowViewerBytes: mebibyte });
    const viewers = [];
    for (const [index, metric] of ["text", "text", "other", "text"].entries()) {
      viewers.push(await watching(world, { metrics: [metric] }, `10.0.0.${index}:50000`));
    }
    forgetShared(world);
    for (const { peer } of viewers.slice(1)) peer.stalled = true;
    await world.commit(...texts(500, "other"));
    world.clock.advance(0);
    await world.commit(...texts(1_000));
    expect(world.budget.bytes).toBeLessThan(mebibyte);
    await world.commit(...texts(3_000));
    // Who reads what waits until the turn ends holds nothing.
    viewers[1]?.peer.take(1e9);
    world.clock.advance(0);
    expect(viewers.map(({ peer }) => peer.terminated)).toEqual([false, false, false, true]);
    expect(world.budget.bytes).toBe(viewers[2]?.peer.bufferedBytes());
    const again = await watching(world, { metrics: ["text"] }, "10.0.0.3:50001");
    const drop = again.peer.of("subscribed")[0]?.lastDrop as { code: string; reason: string };
    expect(drop.code).toBe("4429");
    expect(drop.reason).toMatch(/cut: \d+ bytes waited for it, .* passed 1048576 bytes \(setting --viewers-bytes\)\.$/);
  });

  it("[P74] counts what waits for the seam and for room, news among it", async () => {
    const world = await liveWorld({ slowViewerBytes: 16_384 });
    const { peer, session } = await watching(world);
    forgetShared(world);
    peer.stalled = true;
    await world.commit(...texts(400));
    const unsent = peer.bufferedBytes();
    expect(world.budget.bytes).toBe(unsent);
    await world.commit(...texts(1));
    const held = world.budget.bytes - unsent;
    expect(held).toBeGreaterThan(230);
    await world.commit(...texts(100));
    const newest = world.budget.bytes - unsent;
    expect(newest).toBeLessThan(2 * held);
    await world.commit(["boiler-2/n", at, 1]);
    expect(world.budget.bytes - unsent).toBeGreaterThan(newest + 200);
    peer.take(unsent);
    expect(world.budget.bytes).toBeGreaterThan(0);
    world.clock.advance(50);
    peer.take(peer.bufferedBytes());
    expect(world.budget.bytes).toBe(0);
    session.closed();
    expect(world.budget.bytes).toBe(0);
  });

  it("[P74] counts what viewers are told together once, as long as one of them needs it or one may come for it", async () => {
    const world = await worldOf(3_000, {});
    const alone = stalled(world, "10.0.0.1:50000");
    await quiet();
    const one = world.budget.bytes - alone.peer.bufferedBytes();
    expect(one).toBeGreaterThan(300_000);
    const others = Array.from({ length: 9 }, (_, index) => stalled(world, `10.0.0.${index + 2}:50000`));
    await quiet();
    const unsent = () => [alone, ...others].reduce((sum, { peer }) => sum + peer.bufferedBytes(), 0);
    expect(world.budget.bytes - unsent()).toBeLessThan(one + 10 * 20_000);
    forgetShared(world);
    expect(world.budget.bytes - unsent()).toBeGreaterThanOrEqual(one);
    for (const { session } of others) session.closed();
    for (const { peer } of others) peer.take(1e9);
    expect(world.budget.bytes - alone.peer.bufferedBytes()).toBeGreaterThanOrEqual(one);
    alone.session.closed();
    expect(world.budget.bytes).toBe(0);
  });

  it("[P74] lets what is kept for viewers to come go before it cuts one that is there", async () => {
    const world = await worldOf(3_000, { viewersBytes: mebibyte, slowViewerBytes: mebibyte });
    const { peer } = await watching(world, { metrics: ["text"] });
    for (const metric of ["m*", "m1*", "m2*"]) await watching(world, { metrics: [metric] });
    const kept = world.budget.bytes;
    expect(kept).toBeGreaterThan(400_000);
    peer.stalled = true;
    await world.commit(...texts(2_500));
    world.clock.advance(0);
    expect(peer.bufferedBytes()).toBeGreaterThan(mebibyte - kept);
    expect(peer.terminated).toBe(false);
    expect(world.budget.bytes).toBeLessThan(mebibyte);
  });

  it("[P74] keeps nothing of a selection that nobody watches any more", async () => {
    const world = await worldOf(1_000, {});
    for (let time = 0; time < 50; time++) {
      const { session } = await watching(world, { interval: time });
      session.receive({ type: "unsubscribe", id: 1 });
    }
    await quiet();
    expect(world.budget.bytes).toBe(0);
  });

  it("[P74] cuts viewers that hold too much together, and none that has read it", async () => {
    const world = await worldOf(8_000, { viewersBytes: mebibyte, slowViewerBytes: 262_144 });
    const reader = await watching(world, { metrics: ["m1"] });
    const slow = [1, 2, 3].map((index) => stalled(world, `10.0.0.${index}:50000`));
    await quiet();
    world.clock.advance(0);
    expect(slow.map(({ peer }) => peer.terminated)).toEqual([true, true, true]);
    expect(reader.peer.terminated).toBe(false);
    forgetShared(world);
    expect(world.budget.bytes).toBe(0);
  });

  it("[P74] counts to nothing once everybody has read or is gone, whatever happened before", async () => {
    const operation = fc.oneof(
      { weight: 5, arbitrary: fc.record({ do: fc.constant("commit" as const), texts: fc.nat(40), metric: fc.nat(9) }) },
      { weight: 3, arbitrary: fc.record({ do: fc.constant("join" as const), past: fc.boolean() }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant("stall" as const), viewer: fc.nat(5) }) },
      {
        weight: 2,
        arbitrary: fc.record({ do: fc.constant("read" as const), viewer: fc.nat(5), bytes: fc.nat(9_000) }),
      },
      { weight: 1, arbitrary: fc.record({ do: fc.constant("unsubscribe" as const), viewer: fc.nat(5) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant("leave" as const), viewer: fc.nat(5) }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant("wait" as const), ms: fc.nat(3_000) }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant("turn" as const) }) },
    );
    let most = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(operation, { minLength: 5, maxLength: 50 }),
        fc.boolean(),
        async (operations, leave) => {
          const world = await liveWorld({ slowViewerBytes: 4_000, slowViewerMs: 5_000, joinReadings: 20 });
          const viewers: ReturnType<typeof world.viewer>[] = [];
          for (const op of operations) {
            const viewer = "viewer" in op ? viewers[op.viewer % Math.max(1, viewers.length)] : undefined;
            if (op.do === "commit") await world.commit(...texts(op.texts, `m${op.metric}`));
            else if (op.do === "join") {
              const made = world.viewer();
              made.session.receive(subscribe(1, op.past ? { history: { from: at } } : {}));
              viewers.push(made);
            } else if (op.do === "stall" && viewer) viewer.peer.stalled = true;
            else if (op.do === "read") viewer?.peer.take(op.bytes);
            else if (op.do === "unsubscribe") viewer?.session.receive({ type: "unsubscribe", id: 1 });
            else if (op.do === "leave") viewer?.session.closed();
            else if (op.do === "wait") world.clock.advance(op.ms);
            else await new Promise((resolve) => setImmediate(resolve));
            most = Math.max(most, world.budget.bytes);
          }
          for (let round = 0; round < 40; round++) {
            for (const { peer, session } of viewers) {
              peer.stalled = false;
              peer.take(peer.bufferedBytes());
              if (leave) session.closed();
            }
            world.clock.advance(60);
            await new Promise((resolve) => setImmediate(resolve));
          }
          expect(world.budget.bytes).toBe(0);
        },
      ),
      { numRuns: 60, endOnFailure: true, seed: printedSeed("the memory held for viewers") },
    );
    // Not vacuous.
    expect(most).toBeGreaterThan(10_000);
  });

  it("[P74] cuts no more than it has to, the largest first", () => {
    const clock = new FakeClock();
    const budget = new ViewersBudget(1_000, clock);
    const cut: number[] = [];
    const accounts: Account[] = [100, 500, 300, 400].map((bytes) => {
      const account = budget.open({
        unsentBytes: () => 0,
        sharedBytes: () => 0,
        cut: () => {
          cut.push(bytes);
          account.close();
        },
      });
      account.waiting(bytes);
      return account;
    });
    clock.advance(0);
    expect(cut).toEqual([500]);
    for (const account of accounts) account.waiting(1e6);
    for (const account of accounts) account.close();
    clock.advance(0);
    expect(cut).toEqual([500]);
    expect(budget.bytes).toBe(0);
  });

  it("[P74] cuts nobody for what nobody needs once those that held most are gone", () => {
    const { budget, clock, cut, common, viewer } = sharing(130);
    const list = common(100);
    viewer("shares", 5, [list]);
    viewer("small", 15);
    viewer("large", 20);
    clock.advance(0);
    expect(cut).toEqual(["shares"]);
    expect(budget.bytes).toBe(35);
  });

  it("[P74] counts to those that are left the whole of what they share with one that was cut", () => {
    const { budget, clock, cut, common, viewer } = sharing(150);
    const list = common(100);
    viewer("shares", 5, [list]);
    viewer("shares more", 10, [list]);
    viewer("alone", 57);
    clock.advance(0);
    expect(cut).toEqual(["shares more", "shares"]);
    expect(budget.bytes).toBe(57);
  });

  it("[P74] an outbox counts what it holds, however it came to hold it", () => {
    const value = fc.oneof(fc.string({ maxLength: 20 }), fc.nat());
    const reading = fc.tuple(fc.integer({ min: 1, max: 4 }), fc.nat(9), value);
    const step = fc.oneof(fc.array(reading, { maxLength: 6 }), fc.integer({ min: 1, max: 4 }));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), fc.nat(12), (steps, capacity) => {
        const outbox = new Outbox(capacity);
        for (const [index, one] of steps.entries()) {
          if (typeof one === "number") index % 2 === 0 ? outbox.drop(one) : outbox.leaveOut(one);
          else {
            const points = new Points();
            for (const [series, timeMs, held] of one) points.push(series, timeMs, held);
            outbox.hold(points);
          }
          expect(outbox.copy().bytes).toBe(outbox.bytes);
        }
        const copy = outbox.copy();
        for (const series of [1, 2, 3, 4]) copy.drop(series);
        expect(copy.bytes).toBe(0);
        outbox.take();
        expect(outbox.bytes).toBe(0);
      }),
    );
  });
});
