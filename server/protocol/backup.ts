/** `POST backup`: a copy of all data, ordered and answered. */
import { z } from "zod";
import { decodeObject } from "./edit.ts";
import type { DecodeLimits } from "./envelope.ts";
import type { Refusal } from "./errors.ts";
import { atLeast, atMost } from "./lengths.ts";

/** Longest path, characters: what Linux takes. No system takes a NUL in one. */
const path = z
  .string()
  .check(atLeast(1), atMost(4_096))
  .regex(/^[^\0]*$/);

export const backupOrder = z.strictObject({
  /** Absolute, on the hub's machine. */
  file: path,
  /** An earlier copy of that name may be replaced. */
  force: z.boolean().optional(),
  /** The folder of the data that is meant: a hub with another one answers `not_found`. */
  data: path.optional(),
});
export type BackupOrder = z.infer<typeof backupOrder>;

export const backupAnswer = z.object({
  file: z.string(),
  /** Of the copy. */
  bytes: z.int(),
  /** What it was found to hold when it was read back. */
  readings: z.int(),
  series: z.int(),
  /** How long all of it took. */
  ms: z.number(),
});
export type BackupAnswer = z.infer<typeof backupAnswer>;

/** Reads the body of `POST backup`. */
export function decodeBackupOrder(text: string, limits: DecodeLimits): BackupOrder | Refusal {
  return decodeObject(text, backupOrder, '{"file":"/mnt/disk/hub.db"}', limits);
}
