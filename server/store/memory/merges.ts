/** Merges of the reference engine: a few readings with each step. */
import type { Interval } from "../intervals.ts";
import { hiddenAlone, type Merge, type MergeObstacle, type MergeStore, masksFor } from "../merges.ts";
import type { MemoryData, MemorySeries } from "./data.ts";
import { addMask, masksOf } from "./masks.ts";
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
      const [masks, others] = [masksOf(data, [series]), masksOf(data, [into])];
      if (isInTheWay(data, from, to)) return "hidden";
      for (const mask of masksFor(into, masks, others)) addMask(data, mask);
      data.wholeAfter = data.commit + 1;
      putAlias(data, { device: from.device, metric: from.metric, toDevice: to.device, toMetric: to.metric });
      return put({ series, into, moved: 0, dropped: 0, open: true });
    },
    step: async (series): Promise<Merge | MergeObstacle | null> => {
      const merge = data.merges.get(series);
      if (!merge?.open) return merge ?? null;
      const [from, to] = [data.series.get(series), data.series.get(merge.into)];
      if (!from || !to) return put({ ...merge, open: false });
      const [masks, others] = [masksOf(data, [series]), masksOf(data, [merge.into])];
      if (hasAnyIn(from, [...hiddenAlone(masks, others), ...hiddenAlone(others, masks)])) {
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
    check: async (series, into) => {
      const [from, to] = [data.series.get(series), data.series.get(into)];
      return from && to && isInTheWay(data, from, to) ? { obstacle: "hidden", at: null } : null;
    },
    find: async (series) => data.merges.get(series) ?? null,
  };
}

/** Whether a mask of one would hide what is shown of the other. */
function isInTheWay(data: MemoryData, from: MemorySeries, to: MemorySeries): boolean {
  const [masks, others] = [masksOf(data, [from.series]), masksOf(data, [to.series])];
  return hasAnyIn(to, hiddenAlone(masks, others)) || hasAnyIn(from, hiddenAlone(others, masks));
}

function hasAnyIn({ readings }: MemorySeries, spans: readonly Interval[]): boolean {
  return [...readings.keys()].some((timeMs) => spans.some(({ fromMs, toMs }) => timeMs >= fromMs && timeMs < toMs));
}
