import fc from "fast-check";
import { expect, it } from "vitest";
import { jsonText } from "../../server/formats/json.ts";
import { Catalog, describeMetric } from "../../server/hub/catalog.ts";
import { saidAlone } from "../../server/hub/described.ts";
import { MemoryStore } from "../../server/store/memory/memory-store.ts";
import { getLatest } from "../../server/transport/http/latest.ts";
import type { ApiRequest } from "../../server/transport/http/route.ts";
import { printedSeed } from "../support/seed.ts";

it("[P123] GET latest tells a series as it stands now, whatever was told of it before", async () => {
  const catalog = new Catalog(await new MemoryStore().open());
  const device = catalog.device("boiler-1", 0);
  const series = catalog.addSeries(device, "a", "number");
  series.committed = true;
  const hubTime = 5;
  let stale = false;
  const context = { catalog, clock: { now: () => hubTime }, presence: { isStale: () => stale } };
  const asked = { context, query: new URLSearchParams() } as unknown as ApiRequest;
  const standing = fc.record({
    metric: fc.constantFrom("a", "b"),
    unit: fc.constantFrom(undefined, "°C"),
    value: fc.constantFrom(0, -0, 1, "1", true),
    time: fc.constantFrom(1, 2),
    received: fc.constantFrom(3, 4),
    stale: fc.boolean(),
  });
  const told = fc.asyncProperty(fc.array(standing, { minLength: 2, maxLength: 60, size: "max" }), async (turns) => {
    for (const { metric, unit, value, time, received, stale: isStale } of turns) {
      if (metric !== series.metric) catalog.rename(series, metric);
      describeMetric(device, metric, saidAlone(unit === undefined ? {} : { unit }));
      stale = isStale;
      Object.assign(series, { latestTimeMs: time, latestValue: value, latestReceivedMs: received });
      const entry = { series: 1, device: "boiler-1", metric, ...(unit && { unit }), value, time, received, stale };
      expect(await getLatest(asked)).toEqual({ text: jsonText({ hubTime, latest: [entry], next: null }) });
    }
  });
  await fc.assert(told, { numRuns: 50, seed: printedSeed("latest") });
});
