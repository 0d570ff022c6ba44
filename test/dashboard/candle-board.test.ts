import { beforeEach, describe, expect, it } from "vitest";
import { HubClient } from "../../dashboard/client/hub-client.ts";
import { HubView } from "../../dashboard/client/hub-view.ts";
import { CandleBoard, tickersOf } from "../../dashboard/data/candle-board.ts";
import type { HistoryRequest, LiveSeriesEntry, Subscribe } from "../../server/protocol/index.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { FakeSocket } from "./fake-socket.ts";

type Role = NonNullable<LiveSeriesEntry["role"]>;

describe("the board of all prices", () => {
  let clock: FakeClock;
  let socket: FakeSocket;
  let view: HubView;
  let board: CandleBoard;
  let sent: number;

  beforeEach(() => {
    clock = new FakeClock();
    socket = new FakeSocket();
    const client = new HubClient({ open: () => socket, timers: clock, random: () => 0 });
    client.start();
    socket.accept();
    view = new HubView(client);
    view.start();
    socket.say({ type: "subscribed", id: 1, set: 1, ...about() });
    const api = { get: () => Promise.reject(new Error("not asked")) };
    board = new CandleBoard({ client, api, timers: clock });
    sent = socket.sent.length;
  });

  const about = () => ({ epoch: "e", offset: 0, resumed: false, hubTime: clock.now(), heartbeat: 5_000 });
  function appears(series: number, device: string, metric: string, role: Role): void {
    const entry = { device, state: "online", reason: "connected", since: 0, lastSeen: 0, seriesCount: 1 };
    socket.say({ type: "devices", set: 1, devices: [{ ...entry, reportInterval: 0 }] });
    const more = { type: "number", reportInterval: 0, firstTime: clock.now(), lastTime: clock.now(), count: 1 };
    socket.say({ type: "series", set: 1, series: [{ series, device, metric, role, ...more }] });
  }
  /** What the page does each second. */
  function follows(seconds = 1): void {
    for (let second = 0; second < seconds; second++) {
      board.follow(tickersOf(view));
      clock.advance(1_000);
    }
  }
  /** What was asked for since the last look: metrics of candles and of quotes. */
  function asked(): { candles: string[]; quotes: string[] } {
    const subscribes = socket.sent.slice(sent).filter(({ type }) => type === "subscribe") as unknown as Subscribe[];
    sent = socket.sent.length;
    const everyDay = ({ history }: Subscribe) => (history as HistoryRequest | undefined)?.every !== undefined;
    return {
      candles: subscribes.filter(everyDay).flatMap(({ metrics }) => metrics ?? []),
      quotes: subscribes.filter(({ history }) => !history).flatMap(({ metrics }) => metrics ?? []),
    };
  }

  it("asks for the volume of a symbol that appears after its price", () => {
    appears(1, "ACME", "price", "price");
    follows();
    expect(asked()).toEqual({ candles: ["price"], quotes: [] });
    appears(2, "ACME", "traded", "volume");
    follows(3);
    expect(asked()).toEqual({ candles: ["price", "traded"], quotes: [] });
    follows(200);
    expect(asked()).toEqual({ candles: [], quotes: [] });
  });

  it("asks for what is bid and asked of a symbol whose day it knows already", () => {
    appears(1, "ACME", "price", "price");
    follows();
    asked();
    appears(2, "ACME", "best_bid", "bid");
    appears(3, "ACME", "best_ask", "ask");
    follows(3);
    expect(asked()).toEqual({ candles: [], quotes: ["best_ask", "best_bid"] });
  });

  it("asks for all that appears within a while together", () => {
    appears(1, "A0", "price", "price");
    follows();
    asked();
    for (let at = 1; at < 60; at++) {
      appears(10 * at, `A${at}`, "price", "price");
      appears(10 * at + 1, `A${at}`, `volume${at}`, "volume");
      follows();
    }
    const { candles } = asked();
    expect(candles.filter((metric) => metric === "price").length).toBeLessThan(15);
    follows(120);
    expect(candles.concat(asked().candles)).toContain("volume59");
  });
});
