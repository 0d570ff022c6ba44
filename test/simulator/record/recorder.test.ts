/** A recorder that is cut off: what came meanwhile is asked for, and where that cannot be told, it says so. */
import { afterEach, describe, expect, it } from "vitest";
import { Random } from "../../../simulator/random.ts";
import type { Client } from "../../support/client.ts";
import { printedSeed } from "../../support/seed.ts";
import { hubsOfTest, type TestHub } from "../../support/start-hub.ts";
import { Cable } from "../cable.ts";
import { everything, socketUrl } from "../replay/playing.ts";
import { Line } from "./line.ts";
import { Listening } from "./listening.ts";

const hubs = hubsOfTest();
const first = Date.UTC(2026, 0, 1);

describe("a recorder", () => {
  const listenings: Listening[] = [];
  afterEach(() => {
    for (const listening of listenings.splice(0)) listening.close();
  });

  async function listen(hub: TestHub, line: Line, url = socketUrl(hub)): Promise<Listening> {
    const listening = new Listening({ url, WebSocket: line.WebSocket });
    listenings.push(listening);
    await listening.listens();
    return listening;
  }

  let ids = 0;
  /** Sends readings and waits until they are on disk. */
  async function send(client: Client, readings: object[]): Promise<void> {
    const id = ++ids;
    client.send({ type: "readings", id, readings });
    await client.until((answer) => answer.type === "ack" && answer.id === id);
  }

  const rows = (metric: string, from: number, to: number) =>
    Array.from({ length: to - from }, (_, index) => ({ metric, value: from + index, time: first + from + index }));

  /** What is recorded, as the hub would show it: of two of one ms the later one stays. */
  function recorded({ readings }: Listening): Record<string, [number, unknown][]> {
    const all: Record<string, Map<number, unknown>> = {};
    for (const [device, metric, time, value] of readings) {
      all[`${device} ${metric}`] ??= new Map();
      all[`${device} ${metric}`]?.set(time, value);
    }
    return Object.fromEntries(
      Object.entries(all).map(([name, values]) => [name, [...values].sort(([one], [other]) => one - other)]),
    );
  }

  it("[Y13] asks after a cut for what came meanwhile, of series that are new as well", async () => {
    const [hub, line] = [await hubs(), new Line()];
    const listening = await listen(hub, line);
    const client = await hub.welcomed("d");
    await send(client, rows("a", 0, 10));
    await listening.has(10);
    line.cut();
    await send(client, [...rows("a", 10, 110), ...rows("new", 0, 20)]);
    line.mend();
    await listening.listens(2);
    await send(client, rows("a", 110, 120));
    await listening.has(140);
    expect(recorded(listening)).toEqual(await everything(hub));
    expect(listening.readings).toHaveLength(140);
    expect(listening.holes).toEqual([]);
    expect(listening.recorder.totals).toEqual({ readings: 140, filled: 120 });
  });

  it("[Y13] does so where the hub was started again meanwhile", async () => {
    const hub = await hubs({ engine: "sqlite" });
    const cable = await Cable.lay(() => hub.url);
    const line = new Line();
    const listening = await listen(hub, line, cable.url);
    await send(await hub.welcomed("d"), rows("a", 0, 10));
    await listening.has(10);
    line.cut();
    await hub.restart();
    await send(await hub.welcomed("d"), rows("a", 10, 30));
    line.mend();
    await listening.listens(2);
    expect(recorded(listening)).toEqual(await everything(hub));
    expect(listening.holes).toEqual([]);
    listening.close();
    cable.pull();
  });

  it("[Y13] says so where a reading came during the cut with a time before others: it cannot be told apart", async () => {
    const [hub, line] = [await hubs(), new Line()];
    const listening = await listen(hub, line);
    const client = await hub.welcomed("d");
    await send(client, rows("a", 10, 20));
    await listening.has(10);
    line.cut();
    await send(client, [...rows("a", 5, 7), ...rows("a", 20, 25)]);
    line.mend();
    await listening.listens(2);
    expect(listening.readings).toHaveLength(15);
    expect(listening.holes).toEqual([
      "Of d a, 2 may be missing: what came during the cut with a time before 2026-01-01T00:00:00.019Z cannot be told apart.",
    ]);
    // Said once: after the next cut nothing is missing.
    line.cut();
    await send(client, rows("a", 25, 30));
    line.mend();
    await listening.listens(3);
    expect(listening.readings).toHaveLength(20);
    expect(listening.holes).toHaveLength(1);
  });

  it("[Y13] says so where the hub came back with another database, and goes on with that", async () => {
    let hub = await hubs();
    const cable = await Cable.lay(() => hub.url);
    const line = new Line();
    const listening = await listen(hub, line, cable.url);
    line.cut();
    hub = await hubs();
    line.mend();
    await listening.listens(2);
    expect(listening.holes).toEqual([
      "The hub came back with another database: what it took since the cut is not recorded.",
    ]);
    await send(await hub.welcomed("d"), rows("a", 0, 3));
    await listening.has(3);
    listening.close();
    cable.pull();
  });

  it("[Y13] asks for what the hub left out, where it could not keep up", async () => {
    const [hub, line] = [await hubs(), new Line()];
    const listening = await listen(hub, line);
    const client = await hub.welcomed("d");
    await send(client, rows("a", 0, 10));
    await listening.has(10);
    line.mergeNext();
    await send(client, rows("a", 10, 60));
    await listening.listens(2);
    await send(client, rows("a", 60, 70));
    await listening.has(70);
    expect(recorded(listening)).toEqual(await everything(hub));
    expect(listening.recorder.totals.filled).toBe(50);
    expect(listening.holes).toEqual([]);
  });

  it("[Y13] has every reading whatever cuts come, where each series comes in order", async () => {
    const seed = printedSeed("a recorder that is cut");
    const random = new Random(seed);
    const [hub, line] = [await hubs(), new Line()];
    const listening = await listen(hub, line);
    const client = await hub.welcomed("d");
    const next = new Map<string, number>();
    for (let step = 0; step < 60; step++) {
      const metric = `m${Math.floor(random.between(0, 6))}`;
      const from = next.get(metric) ?? 0;
      next.set(metric, from + 1 + Math.floor(random.between(0, 50)));
      const sent = send(client, rows(metric, from, next.get(metric) as number));
      if (random.between(0, 1) < 0.3) line.cut();
      await sent;
      line.mend();
      if (random.between(0, 1) < 0.2) {
        line.cut();
        line.mend();
      }
    }
    // Whether or not it is cut off right now, the last ones are there in the end.
    const total = [...next.values()].reduce((sum, count) => sum + count, 0);
    await listening.has(total);
    expect(recorded(listening)).toEqual(await everything(hub));
    expect(listening.holes).toEqual([]);
  });
});
