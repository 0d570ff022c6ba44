/** Settings of what the hub tells: to viewers, and as answers about the past. A flag and a variable each, as every limit has. */
import { z } from "zod";

export const viewing = z.object({
  /** Time between two empty updates of a quiet selection, ms; a longer silence tells a viewer that its connection is dead. */
  heartbeatMs: z.int().min(100).max(60_000).default(5_000),
  /** A viewer that leaves more bytes than this unread gets only the newest reading of each series. */
  slowViewerBytes: z
    .int()
    .min(16 * 1024)
    .max(1024 ** 3)
    .default(1024 ** 2),
  /** A viewer over `slowViewerBytes` that takes nothing for so long is cut, ms. */
  slowViewerMs: z.int().min(100).max(600_000).default(5_000),
  /** Memory for what all viewers together have not read yet, bytes; beyond it the one that holds most is cut. */
  viewersBytes: z
    .int()
    .min(1024 ** 2)
    .max(64 * 1024 ** 3)
    .default(256 * 1024 ** 2),
  /** Memory for the newest commits, from which viewers that were cut go on, bytes. */
  resumeBytes: z
    .int()
    .min(0)
    .max(16 * 1024 ** 3)
    .default(64 * 1024 ** 2),
  /** A viewer that was cut for longer is told everything anew, ms. */
  resumeMs: z.int().min(0).max(86_400_000).default(120_000),
  /** Most series in one answer about the past. */
  seriesPerAnswer: z.int().min(1).max(1_000_000).default(1_000),
  /** Most buckets of one series where their width is given. */
  bucketsPerSeries: z.int().min(1).max(10_000_000).default(50_000),
  /** Most readings in one raw answer, all its series together. */
  readingsPerAnswer: z.int().min(1).max(100_000_000).default(1_000_000),
});
export type Viewing = z.infer<typeof viewing>;
export const defaultViewing: Viewing = viewing.parse({});

export const viewingHelp: Readonly<Record<keyof Viewing, string>> = {
  heartbeatMs: "time between two signs of life to viewers of what is quiet, ms",
  slowViewerBytes: "unread bytes beyond which a viewer gets the newest reading of each series only",
  slowViewerMs: "a viewer beyond that which takes nothing for so long is cut, ms",
  viewersBytes: "memory for what all viewers together have not read; beyond it the one that holds most is cut",
  resumeBytes: "memory for the newest readings, from which viewers that were cut go on",
  resumeMs: "a viewer that was cut for longer is told everything anew, ms",
  seriesPerAnswer: "most series in one answer about the past",
  bucketsPerSeries: "most buckets of a series where their width is given",
  readingsPerAnswer: "most readings in one raw answer; more costs memory, 16 bytes each",
};
