/** Viewer → hub and hub → viewer: past, seam, present in one request. */
import { z } from "zod";
import { ping, pong } from "./device.ts";
import { errorMessage } from "./errors.ts";
import { atLeast, atMost } from "./lengths.ts";
import { metricMeta } from "./metadata.ts";
import { aggregate, aggregateNames, maxPoints, pastColumns, tier, zoneName } from "./past.ts";
import { freeText, requestId, selector, time, value } from "./values.ts";

export const viewerHello = z.strictObject({
  type: z.literal("hello"),
  viewer: z.literal(true),
  token: z.string().check(atLeast(1), atMost(512)).optional(),
});
export type ViewerHello = z.infer<typeof viewerHello>;

/** An instant, or ms before now where negative times are not meant: `from` and `to` are ms since the epoch. */
export const historyRequest = z
  .strictObject({
    from: time,
    to: time.optional(),
    points: z.int().min(1).max(maxPoints).optional(),
    /** Bucket width, ms. */
    every: z.number().min(1).optional(),
    aggregates: z.array(aggregate).check(atLeast(1), atMost(aggregateNames.length)).optional(),
    /** By whose clocks hours, days and weeks begin; UTC where it is missing. */
    tz: zoneName.optional(),
  })
  .refine((request) => request.points === undefined || request.every === undefined, {
    error: "give points or every, not both",
  });
export type HistoryRequest = z.infer<typeof historyRequest>;

export const subscribe = z.strictObject({
  type: z.literal("subscribe"),
  id: requestId,
  devices: z.array(selector).check(atMost(1_000)).optional(),
  metrics: z.array(selector).check(atMost(1_000)).optional(),
  /** At most one update a series in so many ms. */
  interval: z.number().min(0).max(3_600_000).optional(),
  history: historyRequest.optional(),
  resume: z.strictObject({ epoch: z.string(), offset: z.int().nonnegative() }).optional(),
});
export type Subscribe = z.infer<typeof subscribe>;

export const unsubscribe = z.strictObject({
  type: z.literal("unsubscribe"),
  id: requestId,
});
export type Unsubscribe = z.infer<typeof unsubscribe>;

/** Everything a viewer may send, told apart by `type`. */
export const viewerMessage = z.discriminatedUnion("type", [viewerHello, subscribe, unsubscribe, ping]);
export type ViewerMessage = z.infer<typeof viewerMessage>;

export const viewerWelcome = z.object({
  type: z.literal("welcome"),
  viewer: z.literal(true),
  protocol: z.literal(1),
  epoch: z.string(),
  hubTime: time,
  heartbeat: z.number(),
  durability: z.literal("fsync"),
});
export type ViewerWelcome = z.infer<typeof viewerWelcome>;

export const subscribed = z.object({
  type: z.literal("subscribed"),
  id: requestId,
  set: z.int(),
  epoch: z.string(),
  offset: z.int(),
  resumed: z.boolean(),
  hubTime: time,
  /** ms between empty updates of a quiet set. */
  heartbeat: z.number(),
  lastDrop: z.object({ code: z.string(), reason: z.string(), at: time }).optional(),
});
export type Subscribed = z.infer<typeof subscribed>;

export const presenceStates = ["online", "silent", "offline"] as const;
export type PresenceState = (typeof presenceStates)[number];
export const presenceReasons = [
  "connected",
  "reporting",
  "asleep",
  "no_reading",
  "closed",
  "timeout",
  "replaced",
  "hub_restart",
  "gateway_offline",
  "removed",
] as const;
export type PresenceReason = (typeof presenceReasons)[number];

/** A device as `devices` messages and `GET devices` show it. */
export const deviceEntry = z.object({
  device: z.string(),
  name: freeText.optional(),
  kind: freeText.optional(),
  labels: z.record(z.string(), z.string()).optional(),
  /** The gateway that speaks for it. */
  via: z.string().optional(),
  state: z.enum(presenceStates),
  reason: z.enum(presenceReasons),
  /** Since when it is in this state. */
  since: time,
  /** Last time anything came from it. */
  lastSeen: time.nullable(),
  /** Declared or learned, ms; null where it is not known yet, 0 = on event. */
  reportInterval: z.number().nullable(),
  historic: z.boolean().optional(),
  /** Its clock less the hub's, ms, as its pings tell; missing where it sends none. */
  skew: z.number().optional(),
  seriesCount: z.int(),
});
export type DeviceEntry = z.infer<typeof deviceEntry>;

export const valueTypes = ["number", "boolean", "string"] as const;

/** A series with its metadata, as `GET series` shows it. */
export const seriesEntry = z.object({
  series: z.int(),
  device: z.string(),
  metric: z.string(),
  type: z.enum(valueTypes),
  ...metricMeta.omit({ reportInterval: true }).shape,
  /** Declared or learned, ms; null where it is not known yet, 0 = on event. */
  reportInterval: z.number().nullable(),
  /** True where `reportInterval` is learned: what is told without a beat has one by chance. */
  learned: z.boolean().optional(),
  firstTime: time.nullable(),
  lastTime: time.nullable(),
  count: z.int(),
  /** How many masks hide some of them; left out where none does. Another number: what was told of the past is not true any more. */
  masks: z.int().optional(),
  /** Names under which readings of it come as well: a sensor need not know that it was renamed. */
  aliases: z.array(z.object({ device: z.string(), metric: z.string() })).optional(),
});
export type SeriesEntry = z.infer<typeof seriesEntry>;

/** In pages after `subscribed`, later the changed ones. */
export const devicesMessage = z.object({
  type: z.literal("devices"),
  set: z.int(),
  devices: z.array(z.union([deviceEntry, z.object({ device: z.string(), removed: z.literal(true) })])),
});
export type DevicesMessage = z.infer<typeof devicesMessage>;

/** A series with its newest reading, if it has one. */
export const liveSeriesEntry = seriesEntry.extend({
  value: value.optional(),
  time: time.optional(),
});
export type LiveSeriesEntry = z.infer<typeof liveSeriesEntry>;

export const seriesMessage = z.object({
  type: z.literal("series"),
  set: z.int(),
  series: z.array(z.union([liveSeriesEntry, z.object({ series: z.int(), removed: z.literal(true) })])),
});
export type SeriesMessage = z.infer<typeof seriesMessage>;

/** The past of one series, in one or more messages; `done` on the last. Changes begin with the reading that held at `from`, at its own time. */
export const historyMessage = z.object({
  type: z.literal("history"),
  id: requestId,
  series: z.int(),
  /** Bucket width, ms; null for raw readings. */
  every: z.number().nullable(),
  /** What it was made from. */
  tier,
  ...pastColumns.shape,
  done: z.boolean(),
});
export type HistoryMessage = z.infer<typeof historyMessage>;

/** The seam: what follows is live. */
export const ready = z.object({
  type: z.literal("ready"),
  id: requestId,
  offset: z.int(),
});
export type Ready = z.infer<typeof ready>;

/** New readings of a set, parallel columns; empty as a heartbeat. */
export const update = z.object({
  type: z.literal("update"),
  set: z.int(),
  offset: z.int(),
  series: z.array(z.int()),
  times: z.array(z.number()),
  values: z.array(value),
  merged: z.int().optional(),
});
export type Update = z.infer<typeof update>;

/** The answer to a request that changes something and has no answer of its own. */
export const result = z.object({
  type: z.literal("result"),
  id: requestId,
  ok: z.boolean(),
});
export type Result = z.infer<typeof result>;

export const hubToViewer = z.discriminatedUnion("type", [
  viewerWelcome,
  subscribed,
  devicesMessage,
  seriesMessage,
  historyMessage,
  ready,
  update,
  result,
  pong,
  errorMessage,
]);
export type HubToViewer = z.infer<typeof hubToViewer>;
