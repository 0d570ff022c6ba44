/** Where what a hub has meets what it tells: nothing is recorded twice there, and no hole is told of that is none. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { SeriesBook } from "../../../simulator/record/known-series.ts";
import { hubsOfTest } from "../../support/start-hub.ts";
import { socketUrl } from "../replay/playing.ts";
import { Line } from "./line.ts";
import { Listening } from "./listening.ts";

const hubs = hubsOfTest();
const first = Date.UTC(2026, 0, 1);

const rows = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => ({ metric: "a", value: from + index, time: first + from + index }));

describe("[Y13] a recorder", () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it("writes once what came while it asked for the past, and finds nothing missing after the next cut", async () => {
    const [hub, line] = [await hubs(), new Line()];
    const listening = new Listening({ url: socketUrl(hub), WebSocket: line.WebSocket });
    await listening.listens();
    const client = await hub.welcomed("d");
    let ids = 0;
    const send = async (from: number, to: number): Promise<void> => {
      const id = ++ids;
      client.send({ type: "readings", id, readings: rows(from, to) });
      await client.until((answer) => answer.type === "ack" && answer.id === id);
    };
    await send(0, 10);
    await listening.has(10);
    line.cut();
    await send(10, 20);
    const ask = globalThis.fetch;
    vi.spyOn(globalThis, "fetch").mockImplementationOnce(async (...request) => {
      await send(20, 30);
      return ask(...request);
    });
    line.mend();
    await listening.listens(2);
    await send(30, 40);
    await listening.has(40);
    expect(listening.readings.map(([, , , value]) => value)).toEqual([...Array(40).keys()]);
    line.cut();
    await send(40, 50);
    line.mend();
    await listening.listens(3);
    expect(listening.readings).toHaveLength(50);
    expect(listening.holes).toEqual([]);
    listening.close();
  });

  it("takes a reading that it is told of twice, or that another one replaced, for one", () => {
    const book = new SeriesBook();
    const entry = (lastTime: number, count: number) =>
      ({ series: 1, device: "d", metric: "a", lastTime, count }) as Parameters<SeriesBook["take"]>[0];
    book.take(entry(first, 5));
    const series = book.get(1);
    if (!series) throw new Error("the series is not known");
    book.add(series, first);
    book.add(series, first + 1);
    expect(book.gap(entry(first + 1, 6))).toBeUndefined();
  });
});
