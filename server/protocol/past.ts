/** Answers about the past, in columns: the same over the socket and over HTTP. */
import { z } from "zod";
import { value } from "./values.ts";
import { zoneNamed } from "./zones.ts";

export const aggregateNames = ["first", "last", "min", "max", "mean", "sum", "count"] as const;
export const aggregate = z.enum(aggregateNames);
export type Aggregate = z.infer<typeof aggregate>;

/** What an answer may be made from, the finest first: readings, or what was summed up of them before. */
export const tierNames = ["raw", "minute", "15m", "hour", "day"] as const;
export const tier = z.enum(tierNames);

/** By whose clocks hours, days and weeks begin. */
export const zoneName = z
  .string()
  .refine((name) => zoneNamed(name) !== undefined)
  .describe("an IANA time zone, such as Europe/Berlin or Asia/Kathmandu");

/** Most buckets a series may be asked in. */
export const maxPoints = 5_000;

const numbers = z.array(z.number());

/** Columns of one length: `values` of readings, or the aggregates asked for of buckets. Empty buckets are left out. */
export const pastColumns = z.object({
  /** Reading times, or bucket starts. */
  times: numbers,
  values: z.array(value).optional(),
  /** Of changes: the time of the last reading that confirmed each; what comes later than that was not told. */
  until: numbers.optional(),
  first: numbers.optional(),
  last: numbers.optional(),
  min: numbers.optional(),
  max: numbers.optional(),
  mean: numbers.optional(),
  sum: numbers.optional(),
  count: numbers.optional(),
});
