import type { DeviceView } from "../client/hub-view.ts";
import type { DataSpan } from "./ranges.ts";

/** First and last reading over all series of a device, ms. */
export function spanOf(device: DeviceView): DataSpan {
  let firstMs: number | undefined;
  let lastMs: number | undefined;
  for (const series of device.series.values()) {
    if (series.firstMs !== undefined && (firstMs === undefined || series.firstMs < firstMs)) firstMs = series.firstMs;
    if (series.timeMs !== undefined && (lastMs === undefined || series.timeMs > lastMs)) lastMs = series.timeMs;
  }
  return { firstMs, lastMs };
}
