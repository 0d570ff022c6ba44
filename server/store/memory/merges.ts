/** Merges of the reference engine: a few readings with each step. */
import type { Merge, MergeObstacle, MergeStore } from "../merges.ts";
import type { MemoryData, MemorySeries } from "./data.ts";
import { putAlias } from "./names.ts";

/** Those under way. */
export function openMerges({ merges }: MemoryData): Pick<Merge, "series" | "into">[] {
  return [...merges.values()].filter(({ open }) => open).map(({ series, into }) => ({ series, into }));
}

export function memoryMerges(data: MemoryData, forget: (series: number) => void): MergeStore {
  const put = (merge: Merge) => {
    data.merges.set(merge.series, merge);
    return merge;
  };
  return {
    begin: async (series, into) => {
      const known = data.merges.get(series);
      if (known?.open) return known;
      const [from, to] = [data.series.get(series), data.series.get(into)];
      if (!from || !to || from === to || from.type !== to.type) return null;
      if (isHidden(data, from, to)) return "hidden";
      data.wholeAfter = data.commit + 1;
      putAlias(data, { device: from.device, metric: from.metric, toDevice: to.device, toMetric: to.metric });
      return put({ series, into, moved: 0, dropped: 0, open: true });
    },
    step: async (series): Promise<Merge | MergeObstacle | null> => {
      const merge = data.merges.get(series);
      if (!merge?.open) return merge ?? null;
      const [from, to] = [data.series.get(series), data.series.get(merge.into)];
      if (!from || !to) return put({ ...merge, open: false });
      if (isHidden(data, from, to)) {
        put({ ...merge, open: false });
        return "hidden";
      }
      let { moved, dropped } = merge;
      for (const timeMs of [...from.readings.keys()].sort((a, b) => a - b).slice(0, data.movedAtOnce)) {
        const reading = from.readings.get(timeMs);
        from.readings.delete(timeMs);
        for (const one of [series, merge.into]) data.ledger.changed({ series: one, fromMs: timeMs, toMs: timeMs + 1 });
        if (reading === undefined || to.readings.has(timeMs)) dropped += 1;
        else {
          to.readings.set(timeMs, reading);
          moved += 1;
        }
      }
      data.wholeAfter = data.commit + 1;
      const open = from.readings.size > 0;
      if (!open) forget(series);
      return put({ ...merge, moved, dropped, open });
    },
    find: async (series) => data.merges.get(series) ?? null,
  };
}

function isHidden({ masks }: MemoryData, from: MemorySeries, to: MemorySeries): boolean {
  const times = [...from.readings.keys()];
  const [firstMs, lastMs] = [Math.min(...times), Math.max(...times)];
  return [...masks.values()].some(
    (mask) =>
      mask.series === from.series || (mask.series === to.series && mask.fromMs <= lastMs && mask.toMs > firstMs),
  );
}
