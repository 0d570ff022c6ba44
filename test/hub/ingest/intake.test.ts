import { describe, expect, it } from "vitest";
import { Intake, Valve } from "../../../server/hub/ingest/intake.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { FakePeer } from "../../support/fake-peer.ts";

const limits = { undecidedFrames: 10, undecidedBytes: 1_000, undecidedBytesTotal: 1_500 };

function world() {
  const clock = new FakeClock();
  const intake = new Intake(limits, clock);
  const sender = () => {
    const peer = new FakePeer();
    return { peer, valve: new Valve(peer, intake) };
  };
  return { clock, intake, sender };
}

describe("intake", () => {
  it("[P36] a sender is paused at its limit of frames and read again at half of it", () => {
    const { valve, peer } = world().sender();
    for (let count = 0; count < 9; count++) valve.take(1);
    expect(peer.paused).toBe(false);
    valve.take(1);
    expect(peer.paused).toBe(true);
    valve.settle(4, 4);
    expect(peer.paused).toBe(true);
    valve.settle(1, 1);
    expect(peer.paused).toBe(false);
  });

  it("[P36] a sender is paused at its limit of bytes", () => {
    const { valve, peer } = world().sender();
    valve.take(999);
    expect(peer.paused).toBe(false);
    valve.take(1);
    expect(peer.paused).toBe(true);
    valve.settle(1, 999);
    expect(peer.paused).toBe(false);
  });

  it("[P36] beyond the limit of all senders whoever sends is paused, and all are read again together", () => {
    const { intake, sender } = world();
    const [a, b, c] = [sender(), sender(), sender()];
    a.valve.take(900);
    b.valve.take(700);
    c.valve.take(1);
    expect([a.peer.paused, b.peer.paused, c.peer.paused, intake.full]).toEqual([false, true, true, true]);
    a.valve.settle(1, 900);
    expect([b.peer.paused, intake.full]).toEqual([false, false]);
    expect(c.peer.paused).toBe(false);
    b.valve.settle(1, 700);
    c.valve.settle(1, 1);
    expect(intake.bytes).toBe(0);
  });

  it("[P36] a sender stays paused as long as one reason is left", () => {
    const { valve, peer } = world().sender();
    valve.hold("greeting");
    valve.take(1_000);
    valve.release("greeting");
    expect(peer.paused).toBe(true);
    valve.settle(1, 1_000);
    expect(peer.paused).toBe(false);
  });

  it("[P36] a sender that does not read its answers is not read, and cut where it takes nothing for long", () => {
    const { clock, sender } = world();
    const { valve, peer } = sender();
    peer.stalled = true;
    peer.send("x".repeat(1_100_000));
    valve.watchUnread();
    expect(peer.paused).toBe(true);
    peer.take(700_000);
    clock.advance(200);
    expect(peer.paused).toBe(false);
    peer.send("x".repeat(1_100_000));
    valve.watchUnread();
    for (let seconds = 0; seconds < 120; seconds++) {
      peer.take(10);
      clock.advance(1_000);
    }
    expect([peer.paused, peer.terminated]).toEqual([true, false]);
    clock.advance(31_000);
    expect(peer.terminated).toBe(true);
  });

  it("a sender that is gone leaves no timer", () => {
    const { clock, sender } = world();
    const { valve, peer } = sender();
    peer.stalled = true;
    peer.send("x".repeat(1_100_000));
    valve.watchUnread();
    expect(clock.pending).toBe(1);
    valve.close();
    expect(clock.pending).toBe(0);
  });
});
