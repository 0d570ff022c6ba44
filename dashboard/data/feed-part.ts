/** Which part of a device a feed follows, and how finely. */
import type { SubscriptionRequest } from "../client/hub-client.ts";
import type { DeviceView, SeriesView } from "../client/hub-view.ts";
import type { DataSpan } from "./ranges.ts";

/** Without any of it: all of the device, as wide as a card. */
export interface FeedPart {
  readonly metrics?: readonly string[];
  /** The readings that the window of a range is laid over, where it is shared with other devices. */
  readonly span?: () => DataSpan;
  /** Buckets wanted of each series, asked at each request. */
  readonly points?: () => number;
  /** So many readings came, wherever the window stands. */
  readonly arrived?: (readings: number) => void;
}

export function selectionOf({ entry }: DeviceView, { metrics }: FeedPart): SubscriptionRequest {
  return { devices: [entry.device], ...(metrics ? { metrics } : {}) };
}

export function seriesOf({ series }: DeviceView, { metrics }: FeedPart): SeriesView[] {
  return [...series.values()].filter(({ entry }) => !metrics || metrics.includes(entry.metric));
}
