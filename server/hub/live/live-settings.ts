/** Settings of the viewer side and of questions about the past: those that have a flag, and those that need none. */
import { defaultViewing, type Viewing } from "../../protocol/viewing.ts";

export interface LiveSettings
  extends Pick<
    Viewing,
    "heartbeatMs" | "slowViewerBytes" | "slowViewerMs" | "viewersBytes" | "resumeBytes" | "resumeMs"
  > {
  /** Presence and metadata changes of a device are told at most once in so many ms (250). */
  readonly announceMs: number;
  /** Readings kept in order for a viewer that waits for its history; beyond it the newest of each series (10,000). */
  readonly joinReadings: number;
  /** A viewer that was cut and missed more readings of a selection than this is told everything anew (100,000). */
  readonly resumeReadings: number;
  /** The list of devices and series of a selection is made once for all viewers that come within so many ms (1,000). */
  readonly snapshotMs: number;
}

export const defaultLiveSettings: LiveSettings = {
  ...defaultViewing,
  announceMs: 250,
  joinReadings: 10_000,
  resumeReadings: 100_000,
  snapshotMs: 1_000,
};

export interface HistorySettings extends Pick<Viewing, "seriesPerAnswer" | "bucketsPerSeries" | "readingsPerAnswer"> {
  /** Readings or changes that one page of an answer holds; bounds memory, not the answer (5,000). */
  readonly pageReadings: number;
  /** Readings that one question may look at one by one, 30 to 60 ns each in the store's reader (50,000,000). */
  readonly readingsOneByOne: number;
}

export const defaultHistorySettings: HistorySettings = {
  ...defaultViewing,
  pageReadings: 5_000,
  readingsOneByOne: 50_000_000,
};
