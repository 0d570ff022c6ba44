/** What people ask of one series beyond its metadata: its other names, and another series that it becomes a part of. */
import { z } from "zod";
import { decodeObject } from "./edit.ts";
import type { DecodeLimits } from "./envelope.ts";
import type { Refusal } from "./errors.ts";
import { atLeast, atMost } from "./lengths.ts";
import { read } from "./query.ts";
import { deviceName, metricName, time } from "./values.ts";

/** `DELETE series/{n}/aliases`. */
export const aliasQuery = z.strictObject({
  device: z.array(deviceName).check(atLeast(1), atMost(1)),
  metric: z.array(metricName).check(atLeast(1), atMost(1)),
});

/** Reads the query of `DELETE series/{n}/aliases`. Throws a `Refusal`. */
export function parseAliasQuery(parameters: URLSearchParams): { readonly device: string; readonly metric: string } {
  const { device, metric } = read(aliasQuery, parameters);
  return { device: device[0] as string, metric: metric[0] as string };
}

/** `POST series/{n}/merge`. */
export const mergeOrder = z.strictObject({
  into: z.int().positive().describe("the number of the series that it becomes a part of"),
});

export const mergeAnswer = z.object({
  series: z.int(),
  into: z.int(),
  /** Readings that are of `into` now. */
  moved: z.int(),
  /** Readings that went, since `into` has one of the same millisecond. */
  dropped: z.int(),
});
export type MergeAnswer = z.infer<typeof mergeAnswer>;

/** `GET series/{n}/merge`. */
export const mergeQuery = z.strictObject({ into: z.string().regex(/^[1-9]\d{0,14}$/, "a series is a whole number") });

/** What a merge would do. */
export const mergePreview = z.object({
  series: z.int(),
  into: z.int(),
  /** Readings of the series that would go. */
  readings: z.int(),
  firstTime: time.nullable(),
  lastTime: time.nullable(),
  /** How many of them would be dropped, since `into` has one of the same millisecond. */
  dropped: z.int(),
});
export type MergePreview = z.infer<typeof mergePreview>;

/** Reads the body of `POST series/{n}/merge`. */
export function decodeMergeOrder(text: string, limits: DecodeLimits): z.output<typeof mergeOrder> | Refusal {
  return decodeObject(text, mergeOrder, '{"into":2}', limits);
}

/** Reads the query of `GET series/{n}/merge`: the number of the other series. Throws a `Refusal`. */
export function parseMergeQuery(parameters: URLSearchParams): number {
  return Number(read(mergeQuery, parameters).into);
}
