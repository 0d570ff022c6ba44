/** The shapes of `GET storage` and `GET storage/preview`: what the data takes on the disk, and what a removal would give back. */
import { z } from "zod";
import { deviceName, metricName, time } from "./values.ts";

/** What the largest `limit` series are found by; the greatest first, names in order. */
export const storageSorts = ["bytes", "bytesPerDay", "readings", "span", "name"] as const;
export type StorageSort = (typeof storageSorts)[number];

/** Raw readings that went because the budget was reached, since the hub was started. */
export const thinnedReadings = z.object({
  readings: z.int(),
  /** Compressed, bytes. */
  bytes: z.int(),
  /** Device time of the newest of them. */
  through: time,
  /** Those of which nothing is left, since no tier of hours holds them. */
  lost: z.int(),
});

export const storageAnswer = z.object({
  hubTime: time,
  /** What counts against the budget, bytes: the database without the free pages of its file. */
  used: z.int(),
  /** Of it the journal, in which the newest readings stand uncompressed, bytes. */
  journal: z.int(),
  /** `--budget`, bytes; null for as much as the disk has. */
  budget: z.int().nullable(),
  diskFree: z.int(),
  /** `--min-free`: below it no readings are taken, bytes. */
  minFree: z.int(),
  /** What a day adds, bytes; null while that is not known yet, which takes a day. */
  bytesPerDay: z.number().nullable(),
  /** Until the budget, or the disk, is full at that rate; null where it is not known, or where the data does not grow. */
  daysLeft: z.number().nullable(),
  thinned: thinnedReadings.nullable(),
  series: z.array(
    z.object({
      series: z.int(),
      device: deviceName,
      metric: metricName,
      /** Compressed readings with their part of the pages, and the series' part of the journal. */
      bytes: z.int(),
      readings: z.int(),
      firstTime: time,
      lastTime: time,
      /** At the rate of the last seven days, or of those it has; null of less than an hour. */
      bytesPerDay: z.number().nullable(),
    }),
  ),
  /** Series that match and are not among them. */
  others: z.object({ series: z.int(), bytes: z.int(), readings: z.int() }),
});
export type StorageAnswer = z.infer<typeof storageAnswer>;
export type StorageEntry = StorageAnswer["series"][number];

/** About what `DELETE readings` with the same query takes away. */
export const storagePreviewAnswer = z.object({
  /** Series that have any. */
  series: z.int(),
  readings: z.int(),
  /** What becomes free on the disk, a while later. */
  bytes: z.int(),
});
export type StoragePreviewAnswer = z.infer<typeof storagePreviewAnswer>;
