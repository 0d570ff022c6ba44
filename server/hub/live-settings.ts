/** Settings of the viewer side and of questions about the past, each with its unit, default and consequence. */
export interface LiveSettings {
  /** ms between the empty updates that move a quiet set's offset (5,000). Viewers take a longer silence for a dead connection. */
  readonly heartbeatMs: number;
  /** Presence and metadata changes of a device are told at most once in so many ms (250). */
  readonly announceMs: number;
  /** A viewer with more unsent bytes than this gets only the newest reading of each series (1 MiB). */
  readonly slowViewerBytes: number;
  /** A viewer over `slowViewerBytes` that takes nothing for so many ms is cut (5,000). */
  readonly slowViewerMs: number;
  /** Readings kept in order for a viewer that waits for its history; beyond it the newest of each series (10,000). */
  readonly joinReadings: number;
  /** The list of devices and series of a selection is made once for all viewers that come within so many ms (1,000). */
  readonly snapshotMs: number;
}

export const defaultLiveSettings: LiveSettings = {
  heartbeatMs: 5_000,
  announceMs: 250,
  slowViewerBytes: 1024 * 1024,
  slowViewerMs: 5_000,
  joinReadings: 10_000,
  snapshotMs: 1_000,
};

export interface HistorySettings {
  /** Readings or changes that one page of an answer holds; bounds memory, not the answer (5,000). */
  readonly pageReadings: number;
  /** Most series in one answer (1,000). */
  readonly seriesPerAnswer: number;
  /** Most buckets of one series where the width is given by `every` (50,000). */
  readonly bucketsPerSeries: number;
  /** Most readings in one raw answer, all its series together (2,000,000). */
  readonly readingsPerAnswer: number;
}

export const defaultHistorySettings: HistorySettings = {
  pageReadings: 5_000,
  seriesPerAnswer: 1_000,
  bucketsPerSeries: 50_000,
  readingsPerAnswer: 2_000_000,
};
