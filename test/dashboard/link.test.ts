import { beforeEach, describe, expect, it } from "vitest";
import { backoffMs } from "../../dashboard/client/backoff.ts";
import { Link, type LinkState } from "../../dashboard/client/link.ts";
import { closeRules } from "../../server/protocol/index.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { FakeSocket } from "./fake-socket.ts";

const backoff = { firstMs: 500, mostMs: 30_000 };
const heartbeat = { quietMs: 4_000, answerMs: 4_000 };

describe("the link to the hub", () => {
  let clock: FakeClock;
  let sockets: FakeSocket[];
  let states: LinkState["state"][];
  let heard: string[];
  let jitter: number;
  let link: Link;
  const last = () => sockets.at(-1) as FakeSocket;
  /** Lets the wait pass; returns the number of the attempt that it was before. */
  function waited(): number {
    const state = link.state;
    if (state.state !== "waiting") throw new Error(`not waiting but ${state.state}`);
    clock.advance(state.retryAt - clock.now());
    return state.attempt;
  }

  beforeEach(() => {
    clock = new FakeClock();
    sockets = [];
    states = [];
    heard = [];
    jitter = 0.999999;
    link = new Link({
      open: () => {
        const socket = new FakeSocket();
        sockets.push(socket);
        return socket;
      },
      timers: clock,
      random: () => jitter,
      opened: () => {},
      message: (text) => heard.push(text),
      changed: ({ state }) => states.push(state),
      ping: () => JSON.stringify({ type: "ping", id: 1, time: 0 }),
      backoff,
      heartbeat,
    });
    link.start();
  });

  it("opens, hears and says", () => {
    expect(link.send("too early")).toBe(false);
    last().accept();
    last().say({ type: "pong" });
    expect(link.send('{"type":"x"}')).toBe(true);
    expect(states).toEqual(["connecting", "open"]);
    expect(heard).toEqual(['{"type":"pong"}']);
    expect(last().sent).toEqual([{ type: "x" }]);
  });

  it("tells of a cut at once and comes back after waits that double up to 30 s", () => {
    last().accept();
    last().end(1006);
    expect(link.state).toMatchObject({ state: "waiting", code: 1006, attempt: 0 });
    const waits: number[] = [];
    for (let attempt = 0; attempt < 9; attempt++) {
      const state = link.state;
      if (state.state !== "waiting") throw new Error(`not waiting but ${state.state}`);
      const wait = state.retryAt - clock.now();
      waits.push(wait);
      clock.advance(wait - 1);
      expect(sockets).toHaveLength(attempt + 1);
      clock.advance(1);
      expect(sockets).toHaveLength(attempt + 2);
      last().end(1006);
    }
    expect(waits).toEqual([499, 999, 1999, 3999, 7999, 15999, 29999, 29999, 29999]);
  });

  it("starts again with short waits once it was open", () => {
    for (let round = 0; round < 5; round++) {
      last().end(1006);
      clock.advance(30_000);
    }
    last().accept();
    last().say({ type: "subscribed" });
    clock.advance(5_000);
    last().end(1012);
    expect(link.state).toMatchObject({ state: "waiting", attempt: 0 });
  });

  it.each([
    ["lets in and closes at once", () => {}],
    ["lets in, says something and closes", () => last().say({ type: "error" })],
    ["lets in and is never heard", () => clock.advance(8_000)],
  ])("does not hammer a hub that %s: the waits go on doubling", (_, meanwhile) => {
    const attempts: number[] = [];
    for (let round = 0; round < 5; round++) {
      last().accept();
      meanwhile();
      if (link.state.state === "open") last().end(1006);
      attempts.push(waited());
    }
    expect(attempts).toEqual([0, 1, 2, 3, 4]);
  });

  it("goes on with the attempt under way when the network is back, and makes the next one soon where that breaks it", () => {
    for (let round = 0; round < 6; round++) {
      last().end(1006);
      waited();
    }
    // A hub that is hard to reach: it would be tried again in half a minute.
    const connecting = sockets.length;
    expect(link.state).toMatchObject({ state: "connecting", attempt: 6 });
    link.wake();
    expect([sockets.length, last().closed]).toEqual([connecting, false]);
    // The browser gives up what was begun over the old network.
    last().end(1006);
    clock.advance(500);
    expect(sockets).toHaveLength(connecting + 1);
    last().accept();
    expect(link.state.state).toBe("open");
  });

  it("spreads pages over the whole wait, so that they do not come back together", () => {
    expect(backoffMs(6, () => 0.5, backoff)).toBe(15_000);
    expect(backoffMs(6, () => 0, backoff)).toBe(100);
    expect(backoffMs(1_000, () => 0.5, backoff)).toBe(15_000);
  });

  it.each(Object.entries(closeRules))("close code %s: comes back as the table says", (code, { comeBack }) => {
    last().accept();
    last().end(Number(code), "why");
    expect(link.state.state).toBe(comeBack ? "waiting" : "ended");
    clock.advance(600_000);
    expect(sockets.length > 1).toBe(comeBack);
  });

  it("stays away where the hub said so, until a person asks", () => {
    last().accept();
    last().end(4403, "not allowed");
    link.wake();
    expect(sockets).toHaveLength(1);
    link.retry();
    expect(sockets).toHaveLength(2);
  });

  it("asks a quiet hub, and is content with any answer", () => {
    last().accept();
    clock.advance(3_999);
    expect(last().of("ping")).toHaveLength(0);
    clock.advance(1);
    expect(last().of("ping")).toHaveLength(1);
    clock.advance(3_000);
    last().say({ type: "update" });
    clock.advance(3_000);
    expect(link.state.state).toBe("open");
  });

  it("takes a hub that does not answer for lost within 8 s of its last word", () => {
    last().accept();
    const silent = last();
    clock.advance(1_000);
    silent.say({ type: "update" });
    clock.advance(7_999);
    expect(link.state.state).toBe("open");
    clock.advance(1);
    expect(link.state.state).toBe("waiting");
    expect(silent.closed).toBe(true);
    expect(silent.onmessage).toBeNull();
  });

  it("never asks a hub that talks", () => {
    last().accept();
    for (let second = 0; second < 60; second++) {
      clock.advance(1_000);
      last().say({ type: "update" });
    }
    expect(last().of("ping")).toHaveLength(0);
  });

  it("tries at once when the network is back or the page is seen again", () => {
    last().accept();
    last().end(1006);
    link.wake();
    expect(link.state.state).toBe("connecting");
    expect(sockets).toHaveLength(2);
    last().accept();
    link.wake();
    expect(last().of("ping")).toHaveLength(1);
    clock.advance(4_000);
    expect(link.state.state).toBe("waiting");
  });

  it("doubts at once where the network is said to be gone, and the hub's next word ends it", () => {
    last().accept();
    link.doubt();
    expect(link.state.state).toBe("doubtful");
    expect(last().of("ping")).toHaveLength(1);
    expect(link.send('{"type":"x"}')).toBe(true);
    last().say({ type: "pong" });
    expect(link.state.state).toBe("open");
    link.doubt();
    clock.advance(4_000);
    expect(link.state.state).toBe("waiting");
    expect(states).toEqual(["connecting", "open", "doubtful", "open", "doubtful", "waiting"]);
  });

  it.each([
    ["counts the sleep in its timers", () => clock.stall(3_600_000)],
    ["counts it on the wall alone", () => clock.jump(3_600_000)],
  ])("doubts after sleep, on a machine that %s, and not where the hub was heard a moment ago", (_, night) => {
    last().accept();
    clock.advance(2_000);
    link.wake();
    expect(link.state.state).toBe("open");
    last().say({ type: "pong" });
    night();
    link.wake();
    expect(link.state.state).toBe("doubtful");
    last().say({ type: "pong" });
    expect(link.state.state).toBe("open");
  });

  it("gives up a connection that does not come about", () => {
    clock.advance(10_000);
    expect(sockets[0]?.closed).toBe(true);
    expect(link.state.state).toBe("waiting");
  });

  it("stops for good", () => {
    last().accept();
    link.stop();
    expect(last().closed).toBe(true);
    clock.advance(600_000);
    expect(sockets).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });
});
