import { expect, it } from "vitest";
import type { Series } from "../../server/hub/catalog.ts";
import type { HistoryPage } from "../../server/hub/history/query.ts";
import type { ReadingsQuery } from "../../server/protocol/query.ts";
import { oneSeries } from "../../server/transport/http/readings-json.ts";

const series = {
  device: { id: "a", metricMeta: new Map() },
  metric: "t",
  type: "number",
  number: 1,
} as unknown as Series;
const query = { fromMs: 0, toMs: 10 } as ReadingsQuery;

it("[P13] reads one page of a series of many where only the head of the answer is asked for, and all of it for its body", async () => {
  let read = 0;
  let ended = 0;
  async function* pages(): AsyncGenerator<HistoryPage> {
    try {
      for (let page = 1; page <= 3; page++) {
        read += 1;
        const times = Float64Array.of(page);
        yield {
          everyMs: null,
          tier: "raw",
          columns: { times, values: times },
          done: page === 3,
        } as unknown as HistoryPage;
      }
    } finally {
      ended += 1;
    }
  }
  const head = await oneSeries(series, query, pages(), true);
  expect([read, ended, "pieces" in head]).toEqual([1, 1, true]);
  const whole = await oneSeries(series, query, pages(), false);
  expect([read, ended]).toEqual([4, 2]);
  expect("text" in whole).toBe(true);
});
