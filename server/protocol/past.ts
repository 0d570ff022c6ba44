/** Answers about the past, in columns: the same over the socket and over HTTP. */
import { z } from "zod";
import { tierNames } from "./tiers.ts";
import { value } from "./values.ts";
import { zoneNamed } from "./zones.ts";

export const aggregateNames = ["first", "last", "min", "max", "mean", "sum", "count"] as const;
export const aggregate = z.enum(aggregateNames);
/** What happens from reading to reading: `GET readings` alone has them. */
export const stepNames = ["rate", "increase", "integral"] as const;
/** Of the devices of a fleet: `GET readings` with `across` alone has them. */
export const percentileNames = ["p5", "p50", "p95", "p99"] as const;
export type Aggregate = (typeof aggregateNames | typeof stepNames | typeof percentileNames)[number];

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

/** What `GET readings` may have beside these. */
export const stepColumns = z.object({
  /** A counter's increase a second, from the last reading before the bucket to its last. */
  rate: numbers.optional(),
  /** How far a counter rose: nothing is guessed beyond the readings, a fall is a reset and counts from 0. */
  increase: numbers.optional(),
  /** The area under the line, value × hours (Wh of W); none over a silence. */
  integral: numbers.optional(),
});

/** A fleet in common buckets: `min`, `max` and `count` of all readings; all else of the means of its devices. */
export const fleetColumns = z.object({
  times: numbers,
  min: numbers.optional(),
  max: numbers.optional(),
  mean: numbers.optional(),
  sum: numbers.optional(),
  count: numbers.optional(),
  p5: numbers.optional(),
  p50: numbers.optional(),
  p95: numbers.optional(),
  p99: numbers.optional(),
});
