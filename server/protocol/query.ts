/**
 * The queries of the HTTP interface, each a zod schema over its parameters. A parameter may be repeated or hold a comma list
 * where it takes several; everything else is refused with `invalid_query`, naming the parameter and what is allowed.
 */
import { z } from "zod";
import { parseDuration } from "./duration.ts";
import { Refusal } from "./errors.ts";
import { atLeast, atMost } from "./lengths.ts";
import { type Aggregate, aggregateNames, maxPoints, percentileNames, stepNames, zoneName } from "./past.ts";
import { describeProblems, judge } from "./problems.ts";
import { isLiteral } from "./selector.ts";
import { storageSorts } from "./storage.ts";
import { deviceName, maxTimeMs, selector } from "./values.ts";
import { localBoundaries, type Zone, zoneNamed } from "./zones.ts";

/** Entries in a page where `limit` is missing, and the most it may ask for. */
export const defaultPageLimit = 1_000;
export const maxPageLimit = 10_000;

/** How far back `from` lies where it is missing, ms. */
const defaultSpanMs = 3_600_000;
const dayMs = 86_400_000;

/** A moment as a query gives it, before it is known what time it is. */
type Moment = { readonly atMs: number } | { readonly beforeNowMs: number };

const isoPattern = /^(?:\d{4}|[+-]\d{6})-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$/i;

/** Reads `1700000000000`, `2023-11-14T22:13:20Z` or with an offset, and `-15m`; undefined where it is none of these. */
export function parseMoment(text: string): Moment | undefined {
  const ago = /^-\d+(?:\.\d+)?(?:ms|s|m|h|d)$/.test(text) ? parseDuration(text.slice(1)) : undefined;
  if (ago !== undefined) return { beforeNowMs: Math.round(ago) };
  // A plus sign that was not percent-encoded arrives as a space.
  const plain = text.replace(/ (?=\d\d:\d\d$)/, "+");
  const atMs = /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : isoPattern.test(plain) ? Date.parse(plain) : Number.NaN;
  return Math.abs(atMs) <= maxTimeMs ? { atMs: Math.round(atMs) } : undefined;
}

const moment = z
  .string()
  .refine((text) => parseMoment(text) !== undefined)
  .describe(
    "a time: ms since the epoch, ISO 8601 with Z or an offset (2026-11-24T12:00:00Z), or a span before now (-15m)",
  )
  .transform((text) => parseMoment(text) as Moment);

function readDuration(text: string): number {
  return Math.round(parseDuration(text) ?? Number.NaN);
}

const duration = z
  .string()
  .refine((text) => readDuration(text) >= 1 && readDuration(text) <= maxTimeMs)
  .describe("a duration of at least 1 ms: ms, or with a unit such as 15s, 5m, 1h, 7d")
  .transform(readDuration);

function wholeWithin(least: number, most: number) {
  return z
    .string()
    .refine((text) => /^\d{1,15}$/.test(text) && Number(text) >= least && Number(text) <= most)
    .meta({ description: `a whole number from ${least} to ${most}`, type: "integer", minimum: least, maximum: most })
    .transform(Number);
}

const allAggregates = [...aggregateNames, ...stepNames, ...percentileNames] as const;
const aggregateList = z
  .array(z.enum(allAggregates).describe(`one of ${allAggregates.join(", ")}`))
  .transform((names): Aggregate[] => [...new Set(names)]);

const selectors = z.array(selector).check(atMost(1_000));

const page = {
  limit: wholeWithin(1, maxPageLimit).default(defaultPageLimit),
  // Two names of 128 characters, each of 4 bytes at most, in base64.
  cursor: z.string().check(atLeast(1), atMost(2_048)).describe("the next of the page before").optional(),
};

/** `device?id=`, for proxies that mangle `%2F`. */
export const deviceIdQuery = z.strictObject({ id: deviceName });

/** `GET devices`. */
export const devicesQuery = z.strictObject({ device: selectors.optional(), ...page });
export type DevicesQuery = z.output<typeof devicesQuery>;

/** `GET series`. */
export const seriesQuery = z.strictObject({ device: selectors.optional(), metric: selectors.optional(), ...page });
export type SeriesQuery = z.output<typeof seriesQuery>;

/** `GET latest`. */
export const latestFields = seriesQuery.extend({ at: moment.optional() });
export interface LatestQuery extends SeriesQuery {
  /** Undefined for now. */
  readonly atMs: number | undefined;
}

const rangeFields = {
  device: selectors.describe("a device, a selector such as *, or several of them"),
  metric: selectors.describe("a metric, a selector such as *, or several of them"),
  from: moment.optional(),
  to: moment.optional(),
};

/** `GET storage`. */
export const storageQuery = z.strictObject({
  device: selectors.optional(),
  metric: selectors.optional(),
  sort: z.enum(storageSorts).default("bytes"),
  limit: page.limit,
});

/** `GET audit`. */
export const auditQuery = z.strictObject(page);

/** `GET devices/{id}/quarantine`. */
export const quarantineQuery = z.strictObject(page);

/** `GET devices/{id}/presence`. */
export const presenceQuery = z.strictObject({ from: rangeFields.from, to: rangeFields.to });

/** Forms in which readings are answered. */
export const readingFormats = ["json", "csv", "ndjson", "parquet"] as const;
export type ReadingFormat = (typeof readingFormats)[number];

/** `GET readings`. */
export const readingsFields = z.strictObject({
  ...rangeFields,
  points: wholeWithin(1, maxPoints).optional(),
  every: duration.optional(),
  tz: zoneName.optional(),
  across: z.enum(["devices"]).optional(),
  aggregates: aggregateList.optional(),
  format: z.enum(readingFormats).optional(),
  time: z.enum(["iso", "ms"]).optional(),
  masked: z.enum(["include"]).optional(),
});

/** `GET states`. */
export const statesFields = z.strictObject({ ...rangeFields, every: duration.optional(), tz: zoneName.optional() });
export interface StatesQuery extends RangeQuery {
  /** Undefined: the range as a whole. */
  readonly everyMs: number | undefined;
  readonly zone: Zone | undefined;
}

/** `GET gaps`. */
export const gapsFields = z.strictObject({ ...rangeFields, tz: zoneName.optional() });

/** `DELETE readings`. */
export const deleteFields = z.strictObject(rangeFields);

/** `fromMs` included, `toMs` excluded. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** A range of some series. */
export interface RangeQuery extends Span {
  readonly device: readonly string[];
  readonly metric: readonly string[];
  /** One device and one metric without a star: the answer is one series, and its absence is `not_found`. */
  readonly literal: boolean;
}

/** `GET readings`. */
export interface ReadingsQuery extends RangeQuery {
  /** Buckets wanted per series; never beside `everyMs`. Both undefined: raw readings. */
  readonly points: number | undefined;
  readonly everyMs: number | undefined;
  /** By whose clocks hours, days and weeks begin; undefined for UTC. */
  readonly zone: Zone | undefined;
  /** One answer a metric over all its devices, in place of one a series. */
  readonly across: "devices" | undefined;
  /** Undefined where the query does not say. */
  readonly aggregates: readonly Aggregate[] | undefined;
  /** Undefined where the query does not say: then the header `Accept` may. */
  readonly format: ReadingFormat | undefined;
  /** How times are written in rows; undefined where the query does not say. */
  readonly time: "iso" | "ms" | undefined;
  /** True: readings that masks hide, too. */
  readonly withHidden: boolean;
}

/** Parameters that take several values, repeated or separated by commas. No name holds a comma. */
const listParameters: ReadonlySet<string> = new Set(["device", "metric", "aggregates"]);

/** Gathers the parameters of a query by name. */
function gather(parameters: URLSearchParams): Record<string, string | string[]> {
  const gathered: Record<string, string | string[]> = Object.create(null);
  for (const [name, text] of parameters) {
    if (listParameters.has(name)) {
      const list = (gathered[name] ?? []) as string[];
      for (const part of text.split(",")) list.push(part);
      gathered[name] = list;
    } else if (name in gathered) {
      throw new Refusal("invalid_query", `${name} is given twice; it takes one value`);
    } else {
      gathered[name] = text;
    }
  }
  return gathered;
}

/** Reads a query by its schema. Throws a `Refusal`. */
export function read<T extends z.ZodType>(schema: T, parameters: URLSearchParams): z.output<T> {
  const judged = judge(schema, gather(parameters));
  if (judged.ok) return judged.value;
  const { code, message } = describeProblems(judged.issues, "query", "invalid_query", "parameter");
  throw new Refusal(code === "unknown_field" ? "unknown_field" : "invalid_query", message);
}

function toMs(at: Moment, nowMs: number): number {
  return "atMs" in at ? at.atMs : nowMs - at.beforeNowMs;
}

function rangeOf(
  query: z.output<typeof deleteFields>,
  nowMs: number,
  defaultFromMs: number,
  defaultToMs: number,
): RangeQuery {
  return {
    device: query.device,
    metric: query.metric,
    literal: [query.device, query.metric].every((list) => list.length === 1 && list.every(isLiteral)),
    ...spanOf(query, nowMs, defaultFromMs, defaultToMs),
  };
}

function spanOf(
  { from, to }: z.output<typeof presenceQuery>,
  nowMs: number,
  defaultFromMs: number,
  defaultToMs: number,
): Span {
  const span = { fromMs: from ? toMs(from, nowMs) : defaultFromMs, toMs: to ? toMs(to, nowMs) : defaultToMs };
  if (span.fromMs < span.toMs) return span;
  throw new Refusal(
    "invalid_query",
    `from (${momentText(span.fromMs)}${from ? "" : ", the default"}) must lie before to (${momentText(span.toMs)}${to ? "" : ", the default"})`,
  );
}

function momentText(ms: number): string {
  return Math.abs(ms) <= maxTimeMs ? new Date(ms).toISOString() : String(ms);
}

/** Reads the query of `GET devices`. Throws a `Refusal`. */
export function parseDevicesQuery(parameters: URLSearchParams): DevicesQuery {
  return read(devicesQuery, parameters);
}

/** Reads the query of `GET series`. Throws a `Refusal`. */
export function parseSeriesQuery(parameters: URLSearchParams): SeriesQuery {
  return read(seriesQuery, parameters);
}

/** Reads the query of `GET latest`. Throws a `Refusal`. */
export function parseLatestQuery(parameters: URLSearchParams, nowMs: number): LatestQuery {
  const { at, ...query } = read(latestFields, parameters);
  return { ...query, atMs: at === undefined ? undefined : toMs(at, nowMs) };
}

/** Reads the query of `GET states`: `from` is an hour ago where it is missing, `to` is now. Throws a `Refusal`. */
export function parseStatesQuery(parameters: URLSearchParams, nowMs: number): StatesQuery {
  const query = read(statesFields, parameters);
  if (query.tz !== undefined && query.every === undefined)
    throw new Refusal("invalid_query", "tz needs every: it tells where hours, days and weeks begin");
  const zone = query.tz === undefined ? undefined : zoneNamed(query.tz);
  return { ...rangeOf(query, nowMs, nowMs - defaultSpanMs, nowMs), everyMs: query.every, zone };
}

/** Reads the query of `GET gaps`: `from` is an hour ago where it is missing, or the last midnight of `tz`; `to` is now. Throws a `Refusal`. */
export function parseGapsQuery(parameters: URLSearchParams, nowMs: number): RangeQuery {
  const { tz, ...query } = read(gapsFields, parameters);
  if (tz !== undefined && query.from !== undefined)
    throw new Refusal("invalid_query", "give from, or tz (then it is the last midnight of that zone), not both");
  const zone = tz === undefined ? undefined : zoneNamed(tz);
  const midnightMs = zone && localBoundaries(zone, dayMs, nowMs, nowMs + 1)[0];
  return rangeOf(query, nowMs, midnightMs ?? nowMs - defaultSpanMs, nowMs);
}

/** Reads the query of `GET storage`. Throws a `Refusal`. */
export function parseStorageQuery(parameters: URLSearchParams): z.output<typeof storageQuery> {
  return read(storageQuery, parameters);
}

export function parseAuditQuery(parameters: URLSearchParams): z.output<typeof auditQuery> {
  return read(auditQuery, parameters);
}

export function parseQuarantineQuery(parameters: URLSearchParams): z.output<typeof quarantineQuery> {
  return read(quarantineQuery, parameters);
}

/** Reads the query of `GET readings`: `from` is an hour ago where it is missing, `to` is now. Throws a `Refusal`. */
export function parseReadingsQuery(parameters: URLSearchParams, nowMs: number): ReadingsQuery {
  const query = read(readingsFields, parameters);
  if (query.points !== undefined && query.every !== undefined)
    throw new Refusal("invalid_query", "give points (buckets wanted) or every (their width), not both");
  if (query.aggregates && query.points === undefined && query.every === undefined)
    throw new Refusal("invalid_query", "aggregates needs points or every: without them the answer is raw readings");
  if (query.across !== undefined && query.points === undefined && query.every === undefined)
    throw new Refusal("invalid_query", "across needs points or every: devices report at times of their own");
  if (query.tz !== undefined && query.points === undefined && query.every === undefined)
    throw new Refusal("invalid_query", "tz needs points or every: it tells where hours, days and weeks begin");
  if (query.masked !== undefined && (query.points !== undefined || query.every !== undefined))
    throw new Refusal("invalid_query", "masked=include goes with raw readings: leave points and every out");
  checkAggregates(query.aggregates ?? [], query.across !== undefined);
  return {
    ...rangeOf(query, nowMs, nowMs - defaultSpanMs, nowMs),
    points: query.points,
    everyMs: query.every,
    zone: query.tz === undefined ? undefined : zoneNamed(query.tz),
    across: query.across,
    aggregates: query.aggregates,
    format: query.format,
    time: query.time,
    withHidden: query.masked === "include",
  };
}

/** What a fleet can be told by. */
const acrossNames: readonly Aggregate[] = ["min", "max", "mean", "sum", "count", ...percentileNames];

/** Throws a `Refusal` where an aggregate is asked for of what does not have it. */
function checkAggregates(names: readonly Aggregate[], isAcross: boolean): void {
  const strange = names.find((name) =>
    isAcross ? !acrossNames.includes(name) : (percentileNames as readonly Aggregate[]).includes(name),
  );
  if (strange === undefined) return;
  throw new Refusal(
    "invalid_query",
    isAcross
      ? `aggregates ${strange} does not go with across=devices, which has ${acrossNames.join(", ")}`
      : `aggregates ${strange} goes with across=devices: it is of the devices of a fleet`,
  );
}

/** Reads the query of `GET devices/{id}/presence`: a missing end is open. Throws a `Refusal`. */
export function parsePresenceQuery(parameters: URLSearchParams, nowMs: number): Span {
  return spanOf(read(presenceQuery, parameters), nowMs, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
}

/** Reads the query of `DELETE readings`: a missing end is open, so that both missing means all. Throws a `Refusal`. */
export function parseDeleteQuery(parameters: URLSearchParams, nowMs: number): RangeQuery {
  const query = read(deleteFields, parameters);
  return rangeOf(query, nowMs, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
}
