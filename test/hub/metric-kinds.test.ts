import { describe, expect, it } from "vitest";
import { Catalog, describeMetric } from "../../server/hub/catalog.ts";
import { editedWith, saidAlone } from "../../server/hub/described.ts";
import { mergeMetadata, saidIn } from "../../server/hub/devices/metadata.ts";
import { OpenBatch } from "../../server/hub/ingest/batch.ts";
import { MetricKinds } from "../../server/hub/metric-kinds.ts";
import { MemoryStore } from "../../server/store/memory/memory-store.ts";
import type { StoreState } from "../../server/store/store.ts";

/** As JSON, so that each is an object of its own. */
const climate = () =>
  JSON.parse('{"metrics":{"temperature":{"unit":"°C"},"humidity":{"unit":"%"}}}') as { metrics: object };

async function world(change: Partial<StoreState> = {}) {
  const state = await new MemoryStore().open();
  const catalog = new Catalog({ ...state, ...change });
  const say = (id: string, said: object) =>
    mergeMetadata(catalog.device(id, 0), saidIn(said, catalog.kinds), new OpenBatch(1));
  return { catalog, say, device: (id: string) => catalog.device(id, 0) };
}

describe("what devices say of their metrics", () => {
  it("is held once by all who say the same, also when they come back", async () => {
    const { say, device } = await world();
    for (const id of ["a", "b"]) expect(say(id, climate())).toBe(true);
    expect(device("b").metricsOwn).toBe(device("a").metricsOwn);
    expect(device("b").metricMeta).toBe(device("a").metricMeta);
    expect(say("a", climate())).toBe(false);
    expect(device("b").metricsOwn).toBe(device("a").metricsOwn);
  });

  it("is held once by those that the store knew", async () => {
    const meta = { unit: "°C" };
    const metrics = ["a", "b"].map((device) => ({ device, metric: "temperature", meta }));
    const { say, device } = await world({ metrics });
    expect(device("b").metricsOwn).toBe(device("a").metricsOwn);
    expect(say("a", { metrics: { temperature: meta } })).toBe(false);
    expect([...device("a").metricMeta]).toEqual([["temperature", meta]]);
  });

  it("is a device's own where it says more, or a person changed something", async () => {
    const { say, device } = await world();
    for (const id of ["a", "b", "c"]) say(id, climate());
    expect(say("b", { metrics: { pressure: { unit: "hPa" } } })).toBe(true);
    describeMetric(device("c"), "humidity", editedWith(saidAlone({ unit: "%" }), { label: "Air" }));
    expect(say("c", climate())).toBe(false);
    expect([...device("a").metricMeta.keys()]).toEqual(["temperature", "humidity"]);
    expect([...device("b").metricMeta.keys()]).toEqual(["temperature", "humidity", "pressure"]);
    expect(device("a").metricMeta.get("humidity")).toEqual({ unit: "%" });
    expect(device("c").metricMeta.get("humidity")).toEqual({ unit: "%", label: "Air" });
  });

  it("is remembered of 256 kinds that are not long, the last that were met", () => {
    const kinds = new MetricKinds();
    const of = (label: string) => kinds.of({ m: { label } });
    const [first, second] = [of("0"), of("1")];
    for (let kind = 2; kind < 256; kind++) of(String(kind));
    expect(of("0")).toBe(first);
    of("256");
    expect(of("0")).toBe(first);
    expect(of("1")).not.toBe(second);
    expect(of("x".repeat(5_000))).not.toBe(of("x".repeat(5_000)));
  });
});
