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

  it("gets all that is left among others that send as much: no time is left idle", async () => {
    for (const count of [2, 8, 16]) {
      const { sender, run } = world();
      const heavy = Array.from({ length: count }, () => sender());
      await run(200, heavy);
      expect(heavy.reduce((sum, one) => sum + one.taken, 0)).toBeGreaterThanOrEqual(400);
      expect(heavy.some((one) => one.waits)).toBe(false);
    }
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
    clock.advance(250);
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
  function floodOfPosts() {
    const world_ = world();
    const { clock, turns, sender, read } = world_;
    const posts = new PostTurns(turns);
    read(sender(), 0.05);
    posts.took("a", 20);
    const told: string[] = [];
    const begin = (name: string, key: string) =>
      posts.begin(key).then(
        () => void told.push(name),
        (error: unknown) => void told.push(`${name} ${error instanceof Error ? error.message : ""}`),
      );
    return { clock, posts, told, begin };
  }
  const turnOfLoop = () => new Promise<void>((resolve) => setImmediate(resolve));

  it("wait unread for their turn, in order, while others' are taken at once", async () => {
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

  it("are refused with the limit and its setting where one waited for five seconds", async () => {
    const { clock, told, begin } = floodOfPosts();
    const late = begin("a1", "a");
    clock.stall(6_000);
    await late;
    expect(told[0]).toMatch(/^a1 .*the limit senderShare is 25 \(setting --limit-sender-share\)/);
  });

  it("are refused at once where 256 of them wait", async () => {
    const { told, begin } = floodOfPosts();
    for (let post = 0; post < 256; post++) void begin(`a${post}`, "a");
    await begin("one more", "a");
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(/^one more this sender posts more than it gets/);
  });
});
