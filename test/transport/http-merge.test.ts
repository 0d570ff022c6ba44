/** Merging two series over HTTP: a sensor was replaced by a new one. */
import { describe, expect, it, vi } from "vitest";
import { mergeAnswer, mergePreview } from "../../server/protocol/series.ts";
import { StoreError } from "../../server/store/store.ts";
import { engines, hubsOfTest, type TestHub } from "../support/start-hub.ts";

const start = hubsOfTest();
const at = Date.UTC(2026, 10, 24);

async function sensor(hub: TestHub, device: string, metric: string) {
  const client = await hub.welcomed(device);
  let seq = 0;
  return async (...rows: [number, number | string][]) => {
    seq += 1;
    const readings = rows.map(([after, value]) => ({ metric, value, time: at + after }));
    client.send({ type: "readings", seq, readings });
    return client.until((answer) => answer.seq === seq);
  };
}

const listed = async (hub: TestHub) => (await hub.http("GET", "series")).body.series;

/** The old sensor's series is 1, the new one's 2. */
async function replaced(hub: TestHub) {
  const old = await sensor(hub, "boiler-1", "temp");
  const fresh = await sensor(hub, "boiler-2", "temp");
  await old([1, 10], [2, 20], [3, 30], [4, 40]);
  await fresh([4, 44], [5, 55]);
  return { old, fresh };
}

describe.each(engines)("POST series/{n}/merge over the %s store", (engine) => {
  it("[P114] merges across devices, tells before what it would do, and stores what the old sensor goes on with", async () => {
    const hub = await start({ engine });
    const { old } = await replaced(hub);
    await hub.sealAll();
    const preview = await hub.http("GET", "series/1/merge?into=2");
    expect(mergePreview.parse(preview.body)).toEqual({
      ...{ series: 1, into: 2, readings: 4, firstTime: at + 1, lastTime: at + 4, dropped: 1 },
    });
    const viewer = await hub.viewer();
    viewer.send({ type: "subscribe", id: 1 });
    await viewer.next("ready");
    const merged = await hub.http("POST", "series/1/merge", { into: 2 });
    expect(merged.status).toBe(200);
    expect(mergeAnswer.parse(merged.body)).toEqual({ series: 1, into: 2, moved: 3, dropped: 1 });
    const gone = await viewer.until((answer) => JSON.stringify(answer.series ?? "").includes("removed"));
    expect(gone).toMatchObject({ type: "series", series: [{ series: 1, removed: true }] });
    expect(await old([6, 66])).toMatchObject({ type: "ack", stored: 1 });
    await hub.restart();
    const again = await sensor(hub, "boiler-1", "temp");
    await again([7, 77]);
    const aliases = [{ device: "boiler-1", metric: "temp" }];
    expect(await listed(hub)).toMatchObject([{ series: 2, device: "boiler-2", count: 7, aliases }]);
    expect(await hub.readings("boiler-2", "temp")).toEqual(
      [10, 20, 30, 44, 55, 66, 77].map((value, index) => [at + index + 1, value]),
    );
    expect((await hub.http("GET", "latest")).body.latest).toMatchObject([{ series: 2, value: 77 }]);
    expect(await hub.http("POST", "series/1/merge", { into: 2 })).toEqual(merged);
  });

  it("[P115] refuses two types, itself and a series that is not there, and nothing changes", async () => {
    const hub = await start({ engine });
    await replaced(hub);
    const text = await sensor(hub, "boiler-3", "state");
    await text([1, "on"]);
    const asked = async (from: number, into: unknown) => {
      const { status, body } = await hub.http("POST", `series/${from}/merge`, { into });
      return [status, body.code];
    };
    expect(await asked(1, 3)).toEqual([400, "type_mismatch"]);
    expect((await hub.http("GET", "series/1/merge?into=3")).body.code).toBe("type_mismatch");
    expect(await asked(1, 1)).toEqual([409, "conflict"]);
    expect(await asked(1, 9)).toEqual([404, "unknown_series"]);
    expect(await asked(9, 1)).toEqual([404, "unknown_series"]);
    expect((await asked(1, "2"))[0]).toBe(400);
    expect((await listed(hub)).map((one: { count: number }) => one.count)).toEqual([4, 2, 1]);
  });

  it("[P115] keeps the name that leads to the other until it is done, and tells where the other went meanwhile", async () => {
    const hub = await start({ engine });
    await replaced(hub);
    const { merges } = hub.store;
    const step = merges.step.bind(merges);
    let go = () => {};
    const tried = new Promise<void>((resolve) => {
      go = resolve;
    });
    const begun = new Promise<void>((isBegun) => {
      vi.spyOn(merges, "step").mockImplementation(async (series) => {
        isBegun();
        await tried;
        return step(series);
      });
    });
    const merged = hub.http("POST", "series/1/merge", { into: 2 });
    await begun;
    const kept = await hub.http("DELETE", "series/2/aliases?device=boiler-1&metric=temp");
    expect(kept.body).toMatchObject({ code: "conflict" });
    await hub.http("DELETE", "series/2");
    go();
    expect((await merged).body).toMatchObject({ code: "unknown_series" });
    expect(await listed(hub)).toMatchObject([{ series: 1, device: "boiler-1", count: 4 }]);
  });

  it("[P114] a merge that a stop cut goes on with the next start, and readings that come meanwhile are stored once", async () => {
    const hub = await start({ engine });
    const { old } = await replaced(hub);
    await old([8, 80]);
    expect(await hub.store.merges.begin(1, 2)).toMatchObject({ open: true });
    await hub.restart();
    const again = await sensor(hub, "boiler-1", "temp");
    await again([9, 90]);
    await expect.poll(async () => (await listed(hub)).length).toBe(1);
    expect(await hub.readings("boiler-2", "temp")).toEqual(
      [10, 20, 30, 44, 55, 80, 90].map((value, index) => [at + (index < 5 ? index + 1 : index + 3), value]),
    );
  });

  it("[P115] names the stretch of which nobody knows what would count twice, in the preview and where it is ordered", async () => {
    const hub = await start({ engine });
    await replaced(hub);
    const bucket = { fromMs: at, toMs: at + 3_600_000 };
    vi.spyOn(hub.store.merges, "check").mockResolvedValue({ obstacle: "thinned", at: bucket });
    const stretch = /from 2026-11-24T00:00:00\.000Z to 2026-11-24T01:00:00\.000Z: delete that stretch of one/;
    for (const answer of [
      await hub.http("GET", "series/1/merge?into=2"),
      await hub.http("POST", "series/1/merge", { into: 2 }),
    ])
      expect(answer).toMatchObject({
        status: 409,
        body: { code: "conflict", message: expect.stringMatching(stretch) },
      });
    expect((await listed(hub)).map((one: { count: number }) => one.count)).toEqual([4, 2]);
  });

  it("[P124] leaves no series behind where the store fails at the end of a merge, and the same order ends one that stopped", async () => {
    const hub = await start({ engine });
    await replaced(hub);
    const lost = new StoreError("store_unavailable", "The answer was lost.");
    hub.store.failNextLatest(lost);
    expect((await hub.http("POST", "series/1/merge", { into: 2 })).body).toMatchObject({ moved: 3, dropped: 1 });
    expect(await listed(hub)).toMatchObject([{ series: 2, count: 5 }]);
    const third = await sensor(hub, "boiler-3", "temp");
    await third([9, 99]);
    for (let fails = 0; fails < 2; fails++) hub.store.failNextLatest(lost);
    expect((await hub.http("POST", "series/3/merge", { into: 2 })).body.code).toBe("store_unavailable");
    expect((await hub.http("POST", "series/3/merge", { into: 2 })).body).toMatchObject({ moved: 1, dropped: 0 });
    expect(await listed(hub)).toMatchObject([{ series: 2, count: 6 }]);
  });

  it("[P124] goes on where the masks cannot be asked for once it began, and what they hide is hidden", async () => {
    const hub = await start({ engine });
    const { old } = await replaced(hub);
    const range = { device: "boiler-1", metric: "temp", from: at + 7, to: at + 9 };
    await hub.http("POST", "masks", range);
    vi.spyOn(hub.store, "masks").mockRejectedValueOnce(new StoreError("store_unavailable", "The answer was lost."));
    expect((await hub.http("POST", "series/1/merge", { into: 2 })).body).toMatchObject({ moved: 3, dropped: 1 });
    await old([8, 88]);
    expect(await listed(hub)).toMatchObject([{ series: 2, masks: 1 }]);
    expect((await hub.http("GET", "latest")).body.latest).toMatchObject([{ series: 2, value: 55 }]);
  });

  it("[P125] tells how many readings would be dropped however many there are, and reads no stretch that one of both is silent in", async () => {
    const hub = await start({ engine });
    await replaced(hub);
    const times = (everyMs: number, toMs: number) =>
      Array.from({ length: Math.floor(toMs / everyMs) }, (_, index) => 1_000 + index * everyMs);
    // Pages of 20,000: the first has 210,000 times, the other every third of them but for a hole of two thirds.
    const [a, b] = [times(2, 420_000), times(3, 420_000).filter((timeMs) => timeMs < 60_000 || timeMs > 340_000)];
    let read = 0;
    vi.spyOn(hub.store, "seriesState").mockImplementation(async () =>
      [a, b].map((all, index) => ({
        ...{ series: index + 1, device: "d", metric: "m", type: "number" as const, count: all.length },
        ...{ firstTimeMs: all[0] as number, lastTimeMs: all.at(-1) as number },
      })),
    );
    vi.spyOn(hub.store, "readRaw").mockImplementation(async ({ series, fromMs, toMs }, limit) => {
      const all = (series === 1 ? a : b).filter((timeMs) => timeMs >= fromMs && timeMs < toMs);
      const page = Float64Array.from(all.slice(0, limit));
      read += page.length;
      return { times: page, values: page, strings: [], nextFromMs: all[limit] ?? null };
    });
    const both = new Set(b);
    const dropped = a.filter((timeMs) => both.has(timeMs)).length;
    expect((await hub.http("GET", "series/1/merge?into=2")).body).toMatchObject({ readings: 210_000, dropped });
    expect(dropped).toBeGreaterThan(20_000);
    expect(read).toBeLessThan(180_000);
  });
});
