/** Turns between senders: who floods waits, and all others don't; alone it gets all. */
import { describe, expect, it } from "vitest";
import { PostTurns } from "../../../server/hub/ingest/post-turns.ts";
import { Turns, WaitingFrames } from "../../../server/hub/ingest/turns.ts";
import { FakeClock } from "../../support/fake-clock.ts";

/** Large enough that each is timed. */
const frame = (name: number): string => String(name).padEnd(4_000);

/** A hub in which each frame takes `frameMs`. */
function world({ frameMs = 0.5, senderShare = 5, framesPerSecond = 0 } = {}) {
  const clock = new FakeClock();
  const turns = new Turns({ senderShare, framesPerSecond }, clock);
  const sender = () => {
    const taken: (number | undefined)[] = [];
    const holds: boolean[] = [];
    const take = (frame: number | undefined) => {
      clock.advance(frameMs);
      taken.push(frame);
    };
    const taker = { receive: (text: string) => take(Number(text)), receiveBinary: () => take(undefined) };
    const frames = new WaitingFrames(turns, taker, { waitForTurn: (waits) => holds.push(waits) });
    return { frames, taken, holds, send: (from: number, to: number) => sendAll(frames, from, to) };
  };
  return { clock, turns, sender };
}

function sendAll(frames: WaitingFrames, from: number, to: number): void {
  for (let name = from; name <= to; name++) frames.receive(frame(name));
}

const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

describe("[F15] a sender that floods", () => {
  it("is read without a pause where nobody else sends", () => {
    const { sender } = world();
    const lone = sender();
    lone.send(1, 200);
    expect(lone.taken).toEqual(upTo(200));
    expect(lone.holds).toEqual([]);
  });

  it("waits beside others once its slice is used up, and gets its share of the time, in order", () => {
    const { clock, sender } = world();
    const honest = sender();
    const flood = sender();
    honest.send(1, 1);
    flood.send(1, 400);
    // A slice of 1 ms is two frames, and one more that it did not know the cost of.
    expect(flood.taken).toEqual(upTo(3));
    expect(flood.holds).toEqual([true]);
    for (let second = 0; second < 2; second++) {
      for (let ms = 0; ms < 1_000; ms++) clock.advance(1);
      honest.send(1, 1);
    }
    // 5 % of two seconds are 100 ms.
    expect(flood.taken.length).toBeGreaterThan(150);
    expect(flood.taken.length).toBeLessThan(250);
    expect(flood.taken).toEqual(upTo(flood.taken.length));
    for (let ms = 0; ms < 3_000; ms++) clock.advance(1);
    expect(flood.taken).toEqual(upTo(400));
    expect(flood.holds).toEqual([true, false]);
    expect(honest.holds).toEqual([]);
  });

  it("is read as fast as it sends again once the others are silent for ten seconds", () => {
    const { clock, sender } = world();
    sender().send(1, 1);
    const flood = sender();
    flood.send(1, 10);
    clock.advance(11_000);
    expect(flood.taken).toEqual(upTo(10));
    flood.send(11, 200);
    expect(flood.taken).toEqual(upTo(200));
  });

  it("has all that it sent taken where its connection ends meanwhile, the frame that is no text, too", () => {
    const { sender } = world();
    sender().send(1, 1);
    const flood = sender();
    flood.send(1, 5);
    flood.frames.receive(undefined);
    flood.frames.close();
    expect(flood.taken).toEqual([...upTo(5), undefined]);
  });

  it("is caught at small frames as well, though only some of them are timed", () => {
    const { sender } = world({ frameMs: 0.1 });
    sender().send(1, 1);
    const flood = sender();
    for (let name = 1; name <= 1_000; name++) flood.frames.receive(String(name));
    expect(flood.taken.length).toBeLessThan(100);
  });

  it("is bounded by nothing where its share is 100", () => {
    const { sender } = world({ senderShare: 100 });
    sender().send(1, 1);
    const flood = sender();
    flood.send(1, 200);
    expect(flood.taken).toEqual(upTo(200));
  });

  it("sends no more frames in a second than it may, also alone, where that is set", () => {
    const { clock, sender } = world({ frameMs: 0, framesPerSecond: 10 });
    const lone = sender();
    lone.send(1, 40);
    expect(lone.taken.length).toBeLessThanOrEqual(11);
    for (let ms = 0; ms < 1_000; ms++) clock.advance(1);
    expect(lone.taken.length).toBeGreaterThanOrEqual(19);
    expect(lone.taken.length).toBeLessThanOrEqual(22);
  });
});

describe("[F15] posts of one sender", () => {
  it("are taken one after the other beside others, and refused with 429 where one waited for five seconds", async () => {
    const { clock, turns, sender } = world();
    sender().send(1, 1);
    const posts = new PostTurns(turns);
    posts.took("a", 500);
    const told: string[] = [];
    const wait = (name: string, key: string) =>
      posts.wait(key).then(
        () => told.push(name),
        ({ code, details, message }) => told.push(`${name} ${code} ${details.retryAfter} ${message}`),
      );
    const first = wait("a1", "a");
    await wait("b1", "b");
    expect(told).toEqual(["b1"]);
    // Half a second of the hub is owed: at 5 % it takes ten.
    clock.advance(10_000);
    await first;
    expect(told[1]).toMatch(/^a1 rate_limited 1 .*the limit senderShare is 5 \(setting --limit-sender-share\)/);
    await wait("a2", "a");
    expect(told[2]).toBe("a2");
  });
});
