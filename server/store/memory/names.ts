/** Other names of the memory engine. */
import type { Alias, NameStore } from "../names.ts";
import type { MemoryData } from "./data.ts";

export function memoryNames(data: MemoryData): NameStore {
  return {
    rename: async (number, metric) => {
      const series = data.series.get(number);
      if (!series || series.metric === metric) return;
      data.series.set(number, { ...series, metric });
      const { device, metric: before } = series;
      const known = data.metrics.get(JSON.stringify([device, before]));
      if (known) {
        data.metrics.delete(JSON.stringify([device, before]));
        data.metrics.set(JSON.stringify([device, metric]), { ...known, metric });
      }
      putAlias(data, { device, metric: before, toDevice: device, toMetric: metric });
    },
    removeAlias: async (device, metric) => {
      data.aliases = data.aliases.filter((one) => one.device !== device || one.metric !== metric);
    },
  };
}

export function putAlias(data: MemoryData, alias: Alias): void {
  const { device, metric, toDevice, toMetric } = alias;
  const led = data.aliases
    .filter((one) => one.device !== toDevice || one.metric !== toMetric)
    .filter((one) => one.device !== device || one.metric !== metric)
    .map((one) => (one.toDevice === device && one.toMetric === metric ? { ...one, toDevice, toMetric } : one));
  data.aliases = [...led, alias].sort((a, b) => compare([a.device, a.metric], [b.device, b.metric]));
}

function compare(a: readonly string[], b: readonly string[]): number {
  const at = a.findIndex((text, index) => text !== b[index]);
  return at < 0 ? 0 : (a[at] as string) < (b[at] as string) ? -1 : 1;
}
