/** Turns between senders: who floods waits, and all others don't; alone, and among others like it, it gets all. */
import { describe, expect, it } from "vitest";
import { PostTurns } from "../../../server/hub/ingest/post-turns.ts";
import { Turn, Turns } from "../../../server/hub/ingest/turns.ts";
import { FakeClock } from "../../support/fake-clock.ts";

/** A hub in which each slice takes `sliceMs`, with senders that always have more to send. */
function world({ sliceMs = 0.5, senderShare = 25, framesPerSecond = 0 } = {}) {
  const clock = new FakeClock();
  const turns = new Turns({ senderShare, framesPerSecond }, clock);
  const sender = (turn = new Turn(turns)) => ({ turn, taken: 0, waits: false });
  type Sender = ReturnType<typeof sender>;
  const read = (one: Sender, ms = sliceMs) => {
    turns.begin();
    clock.advance(ms);
    one.turn.frame();
    one.taken += 1;
    if (!turns.end(one.turn)) return;
    one.waits = true;
    one.turn.wait(() => {
      one.waits = false;
    });
  };
  /** Each that does not wait is read in turn, for so long; where all wait, or nobody is there, time passes. */
  const run = async (ms: number, heavy: readonly Sender[], light: readonly Sender[] = [], lightEachMs = 10) => {
    const endMs = clock.monotonic() + ms;
    let dueMs = clock.monotonic();
    while (clock.monotonic() < endMs) {
      if (clock.monotonic() >= dueMs) {
        for (const one of light) read(one, 0.05);
        dueMs += lightEachMs;
      }
      for (const one of heavy) if (!one.waits) read(one);
      if (heavy.every((one) => one.waits)) clock.advance(0.25);
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
  };
  return { clock, turns, sender, read, run };
}

describe("[F15] a sender that floods", () => {
  it("a sender that rests is like a new one once it owes nothing, took nothing of late and has all its frames again", async () => {
    const { clock, sender, read, run } = world({ framesPerSecond: 100 });
    const [flood, quiet] = [sender(), sender()];
    expect(flood.turn.isLikeNew(clock.monotonic())).toBe(true);
    await run(1_000, [flood], [quiet]);
    expect(flood.turn.isLikeNew(clock.monotonic())).toBe(false);
    clock.advance(60_000);
    await new Promise<void>((resolve) => setImmediate(resolve));
    expect(flood.turn.isLikeNew(clock.monotonic())).toBe(true);
    read(flood, 0.01);
    expect(flood.turn.isLikeNew(clock.monotonic())).toBe(false);
    clock.advance(250);
    expect(flood.turn.isLikeNew(clock.monotonic())).toBe(true);
  });

  it("is read without a pause where nobody else sends", async () => {
    const { sender, run } = world();
    const lone = sender();
    await run(200, [lone]);
    expect(lone.taken).toBe(400);
  });

  it("gets its share of the time beside others that send little, and they never wait", async () => {
    const { sender, run } = world();
    const flood = sender();
    const light = [sender(), sender(), sender()];
    await run(100, [flood], light);
    const before = flood.taken;
    await run(1_000, [flood], light);
    // A quarter of a second, half a millisecond each.
    expect(flood.taken - before).toBeGreaterThan(400);
    expect(flood.taken - before).toBeLessThan(560);
    expect(light.map((one) => one.waits)).toEqual([false, false, false]);
  });

  it("is held beside some small ones also where several flood at once", async () => {
    for (const [floods, small] of [
      [2, 3],
      [3, 15],
      [5, 20],
    ] as const) {
      // A slice of all of them is less than the time that is left to the others.
      const { sender, run } = world({ senderShare: 10, sliceMs: 0.2 });
      const heavy = Array.from({ length: floods }, () => sender());
      const light = Array.from({ length: small }, () => sender());
      await run(200, heavy, light, 50);
      const before = heavy.map((one) => one.taken);
      await run(1_000, heavy, light, 50);
      for (const [index, one] of heavy.entries())
        expect((one.taken - (before[index] as number)) * 0.2, `${floods} beside ${small}`).toBeLessThan(140);
      expect(light.some((one) => one.waits)).toBe(false);
    }
  });

  it("stays held however long it has to wait for what one frame took, and is not read without a pause behind that", async () => {
    for (const [frameMs, senderShare] of [
      [4, 10],
      [30, 10],
      [4, 1],
    ] as const) {
      const { sender, run } = world({ senderShare, sliceMs: frameMs });
      const flood = sender();
      const light = Array.from({ length: 20 }, () => sender());
      await run(200, [flood], light, 50);
      const before = flood.taken;
      await run(4_000, [flood], light, 50);
      const shareMs = (4_000 * senderShare) / 100;
      expect((flood.taken - before) * frameMs, `${frameMs} ms each, ${senderShare} %`).toBeLessThan(
        shareMs + 2 * frameMs,
      );
    }
  });

  it("is not held where it takes less than its share, however much that is beside the others", async () => {
    const { sender, read, run } = world({ senderShare: 25 });
    const [gateway, light] = [sender(), [sender(), sender(), sender()]];
    // 2 ms of each 10 ms.
    for (let round = 0; round < 200; round++) {
      if (!gateway.waits) read(gateway, 2);
      await run(8, [], light);
    }
    expect(gateway.taken).toBeGreaterThan(190);
  });

  it("gets all that is left among others that send as much: no time is left idle", async () => {
    for (const count of [2, 8, 16]) {
      const { sender, run } = world();
      const heavy = Array.from({ length: count }, () => sender());
      await run(200, heavy);
      expect(heavy.reduce((sum, one) => sum + one.taken, 0)).toBeGreaterThanOrEqual(400);
      expect(heavy.some((one) => one.waits)).toBe(false);
    }
  });

  it("is not held for what it brought at once where others have hardly come to their turn", () => {
    const { sender, read } = world();
    const [first, other] = [sender(), sender()];
    read(other, 0.05);
    // 64 KiB, as one read brings them.
    for (let slice = 0; slice < 8; slice++) read(first, 0.2);
    expect(first.waits).toBe(false);
  });

  it("loses next to nothing by one that sends once in ten seconds", async () => {
    const { sender, run } = world();
    const [gateway, idle] = [sender(), sender()];
    await run(20_000, [gateway], [idle], 10_000);
    expect(gateway.taken / 40_000).toBeGreaterThan(0.96);
  });

  it("is read as fast as it sends again once the others are silent", async () => {
    const { sender, run } = world();
    const [flood, light] = [sender(), sender()];
    await run(500, [flood], [light]);
    await run(200, [flood]);
    const before = flood.taken;
    await run(200, [flood]);
    expect(flood.taken - before).toBe(400);
  });

  it("owes a fraction of a second at most, whatever one frame took", () => {
    const { clock, sender, read } = world();
    const [flood, light] = [sender(), sender()];
    read(light, 0.05);
    for (let frame = 0; frame < 20 && !flood.waits; frame++) read(flood, 400);
    read(light, 0.05);
    read(flood, 400);
    clock.advance(420);
    expect(flood.waits).toBe(false);
  });

  it("has one share over all its connections and requests where it has a name", async () => {
    const { turns, sender, run } = world();
    const [one, other] = [sender(turns.of("token a")), sender(turns.of("token a"))];
    expect(one.turn).toBe(other.turn);
    expect(turns.of("token b")).not.toBe(one.turn);
    const light = [sender(), sender()];
    await run(100, [one, other], light);
    const before = one.taken + other.taken;
    await run(1_000, [one, other], light);
    expect(one.taken + other.taken - before).toBeLessThan(560);
    expect(Math.min(one.taken, other.taken)).toBeGreaterThan(100);
  });

  it("is bounded by nothing where its share is 100", async () => {
    const { sender, run } = world({ senderShare: 100 });
    const [flood, light] = [sender(), sender()];
    await run(200, [flood], [light], 1_000);
    expect(flood.taken).toBeGreaterThanOrEqual(399);
  });

  it("sends no more frames in a second than it may, also alone, where that is set", async () => {
    const { sender, run } = world({ sliceMs: 0.01, framesPerSecond: 10 });
    const lone = sender();
    await run(1_000, [lone]);
    // Ten after its rest, and ten of that second.
    expect(lone.taken).toBeGreaterThanOrEqual(19);
    expect(lone.taken).toBeLessThanOrEqual(21);
  });
});

describe("[F15] posts of one sender", () => {
  /** `posts` have taken so much beside somebody who sends little that the next one has to wait. */
  function floodOfPosts({ framesPerSecond = 0, frames = 0 } = {}) {
    const { clock, turns, sender, read } = world({ framesPerSecond });
    for (let frame = 0; frame < frames; frame++) turns.of("a").frame();
    const posts = new PostTurns(turns, { undecidedBytes: 1_000 });
    read(sender(), 0.05);
    posts.took("a", 20);
    const told: string[] = [];
    const begin = (name: string, key: string, bytes = 1) =>
      posts.begin(key, bytes).then(
        () => void told.push(name),
        (error: unknown) => void told.push(`${name} ${error instanceof Error ? error.message : ""}`),
      );
    return { clock, posts, told, begin };
  }
  const turnOfLoop = () => new Promise<void>((resolve) => setImmediate(resolve));

  it("wait for their turn, in order, while others' are taken at once", async () => {
    const { clock, told, begin } = floodOfPosts();
    const waiting = [begin("a1", "a"), begin("a2", "a")];
    await begin("b1", "b");
    expect(told).toEqual(["b1"]);
    // 20 ms are owed: at a quarter they take 80.
    clock.advance(100);
    await waiting[0];
    expect(told).toEqual(["b1", "a1"]);
    await turnOfLoop();
    clock.advance(10);
    await waiting[1];
    expect(told).toEqual(["b1", "a1", "a2"]);
  });

  it("are refused with the limit and its setting where one waited for five seconds, however long its turn is away", async () => {
    const { clock, told, begin } = floodOfPosts({ framesPerSecond: 1, frames: 100 });
    const late = begin("a1", "a");
    clock.advance(5_000);
    await late;
    expect(told[0]).toMatch(/^a1 .*the limit senderShare is 25 \(setting --limit-sender-share\)/);
  });

  it("are refused at once where so many bytes of them wait as may be undecided, but for the first", async () => {
    const { clock, told, begin } = floodOfPosts();
    const first = begin("a1", "a", 2_000);
    await begin("a2", "a", 1);
    expect(told).toHaveLength(1);
    clock.advance(100);
    await first;
    expect(told[1]).toBe("a1");
  });

  it("are refused at once where 256 of them wait", async () => {
    const { told, begin } = floodOfPosts();
    for (let post = 0; post < 256; post++) void begin(`a${post}`, "a");
    await begin("one more", "a");
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(/^one more this sender posts more than it gets/);
  });
});
