/** The shapes of the HTTP answers under `/api/v1`. Queries are read by `query.ts`. */
import { z } from "zod";
import { rejection } from "./device.ts";
import { atLeast, atMost } from "./lengths.ts";
import { commandMeta, deviceMetaFields, metricMeta } from "./metadata.ts";
import { fleetColumns, pastColumns, stepColumns, tier } from "./past.ts";
import { thinnedReadings } from "./storage.ts";
import { deviceName, metricName, sequence, time, value } from "./values.ts";
import { deviceEntry, presenceReasons, presenceStates, seriesEntry, valueTypes } from "./viewer.ts";

/** Where the next page starts; null on the last. */
const next = z.string().nullable();

export const devicesAnswer = z.object({ devices: z.array(deviceEntry), next });
export type DevicesAnswer = z.infer<typeof devicesAnswer>;

export const deviceAnswer = deviceEntry.extend({
  metrics: z.record(metricName, metricMeta),
  commands: z.record(metricName, commandMeta),
});
export type DeviceAnswer = z.infer<typeof deviceAnswer>;

/** `GET devices/{id}/refused`: the last readings that were refused for good, newest first. */
export const refusedAnswer = z.object({
  device: deviceName,
  refused: z.array(
    z.object({
      /** Arrival. */
      at: time,
      code: z.string(),
      message: z.string(),
      /** The raw row as JSON text, shortened to 1,000 characters. */
      row: z.string(),
    }),
  ),
  /** Readings that were refused for their time and wait for a person: `GET devices/{id}/quarantine`. */
  quarantined: z.int(),
});
export type RefusedAnswer = z.infer<typeof refusedAnswer>;

/** `GET devices/{id}/presence`: parallel columns; each entry holds until the next one. */
export const presenceAnswer = z.object({
  device: deviceName,
  /** Hub time. */
  times: z.array(time),
  states: z.array(z.enum(presenceStates)),
  reasons: z.array(z.enum(presenceReasons)),
});
export type PresenceAnswer = z.infer<typeof presenceAnswer>;

/** `DELETE devices/{id}`. */
export const removedDeviceAnswer = z.object({ device: deviceName, removed: z.literal(true) });
export type RemovedDeviceAnswer = z.infer<typeof removedDeviceAnswer>;

/** `DELETE series/{n}`. */
export const removedSeriesAnswer = z.object({
  series: z.int(),
  /** Readings that went. */
  removed: z.int(),
});
export type RemovedSeriesAnswer = z.infer<typeof removedSeriesAnswer>;

/** `DELETE readings`. */
export const removedReadingsAnswer = z.object({
  /** Readings that went. */
  removed: z.int(),
  /** Series that were left empty, and are gone with their type. */
  seriesRemoved: z.int(),
});
export type RemovedReadingsAnswer = z.infer<typeof removedReadingsAnswer>;

export const seriesAnswer = z.object({ series: z.array(seriesEntry), next });
export type SeriesAnswer = z.infer<typeof seriesAnswer>;

export const latestEntry = z.object({
  series: z.int(),
  device: deviceName,
  metric: metricName,
  unit: z.string().optional(),
  value,
  /** Device time. */
  time,
  /** Arrival at the hub; not told of a moment in the past. */
  received: time.optional(),
  /** Past the grace of its own series. */
  stale: z.boolean(),
});
export const latestAnswer = z.object({
  hubTime: time,
  latest: z.array(latestEntry),
  next,
});
export type LatestAnswer = z.infer<typeof latestAnswer>;

const readingColumns = z.object({
  device: deviceName,
  metric: metricName,
  unit: z.string().optional(),
  type: z.enum(valueTypes),
  ...pastColumns.shape,
  ...stepColumns.shape,
});
export type ReadingColumns = z.infer<typeof readingColumns>;

const readingRange = z.object({
  from: time,
  to: time,
  /** What the answer was computed from, the coarsest that was used; readings and the chunks' summaries are `raw`. */
  tier,
  /** Bucket width, ms; null for raw readings. */
  every: z.number().nullable(),
});

/** One literal device and metric. */
export const readingsAnswer = readingRange.extend(readingColumns.shape);
export type ReadingsAnswer = z.infer<typeof readingsAnswer>;

/** Selectors, lists, repeated parameters. */
export const manyReadingsAnswer = readingRange.extend({
  series: z.array(readingColumns.extend({ every: z.number().nullable(), tier })),
});
export type ManyReadingsAnswer = z.infer<typeof manyReadingsAnswer>;

/** With `across`: each metric once, over all its devices. */
export const acrossReadingsAnswer = readingRange.extend({
  across: z.literal("devices"),
  series: z.array(
    z.object({
      metric: metricName,
      /** Where all have the same. */
      unit: z.string().optional(),
      type: z.literal("number"),
      /** How many were asked. */
      devices: z.int(),
      tier,
      every: z.number(),
      ...fleetColumns.shape,
    }),
  ),
});
export type AcrossReadingsAnswer = z.infer<typeof acrossReadingsAnswer>;

/** How long each series of booleans or texts was in which state. */
export const statesAnswer = z.object({
  from: time,
  to: time,
  /** Bucket width, ms; null for the range as a whole. */
  every: z.number().nullable(),
  series: z.array(
    z.object({
      device: deviceName,
      metric: metricName,
      type: z.enum(valueTypes),
      /** In the order in which they came first. */
      states: z.array(value),
      /** Bucket starts; those of which nothing is known are left out. */
      times: z.array(z.number()),
      /** Of each state the ms in each bucket. What is missing to the length of a bucket nobody knows. */
      ms: z.array(z.array(z.number())),
    }),
  ),
});
export type StatesAnswer = z.infer<typeof statesAnswer>;

/** Why readings are missing: the device was away, the hub was, they were refused or are hidden; the device was there and told none; or nobody knows. */
export const gapCauses = ["offline", "hub_down", "refused", "masked", "silent", "unknown"] as const;
export type GapCause = (typeof gapCauses)[number];

/** When series were silent for longer than their grace. */
export const gapsAnswer = z.object({
  from: time,
  to: time,
  series: z.array(
    z.object({
      device: deviceName,
      metric: metricName,
      /** ms, declared or learned; null where no reading is expected, so that there are no gaps. */
      grace: z.number().nullable(),
      /** From the last reading before each gap to the first one after it, cut to the range and to now, and why. */
      gaps: z.object({ from: z.array(z.number()), to: z.array(z.number()), cause: z.array(z.enum(gapCauses)) }),
      /** Which part of the time since its first reading was no gap, 0 to 1; null where there is no such time, or no grace. */
      complete: z.number().nullable(),
    }),
  ),
});
export type GapsAnswer = z.infer<typeof gapsAnswer>;

/** The body of `POST readings`, or one of an array of them. Rows are checked one by one. */
export const postedReadings = z.strictObject({
  device: deviceName,
  session: z.string().check(atLeast(1), atMost(256)).optional(),
  seq: sequence.optional(),
  historic: deviceMetaFields.historic,
  readings: z.array(z.unknown()),
});
export type PostedReadings = z.infer<typeof postedReadings>;

export const postedAnswer = z.object({
  stored: z.int(),
  /** Readings of requests that were decided before, stored once. */
  duplicates: z.int(),
  rejected: z.array(rejection),
  rejectedCount: z.int(),
  warnings: z.array(z.string()).optional(),
});
export type PostedAnswer = z.infer<typeof postedAnswer>;

/** How something arrived: over a socket, or by a request of its own. */
export const arrivalWays = ["socket", "http"] as const;
export type ArrivalWay = (typeof arrivalWays)[number];

const arrivedBy = {
  way: z.enum(arrivalWays),
  /** `local` for the hub's own machine, whole where it is of a private network, else shortened to its network. */
  address: z.string(),
  /** The device of its hello, or the first that it sent readings of. */
  device: z.string().optional(),
};

/** `GET arrivals`: who sent what in the last minute, and what was refused lately. */
export const arrivalsAnswer = z.object({
  hubTime: time,
  /** What the counts are of, ms before `hubTime`. */
  windowMs: z.int(),
  /** The newest first, 200 at most; connections of one device and address are one line. */
  senders: z.array(
    z.object({
      ...arrivedBy,
      /** A socket of it is open. */
      connected: z.boolean(),
      /** When something of it was decided last. */
      last: time,
      /** Stored. */
      readings: z.int(),
      /** Readings and whole frames or requests. */
      refused: z.int(),
    }),
  ),
  /** Senders of the last minute that are not among them. */
  more: z.int(),
  /** The newest first, 200 at most and of the last hour: of each sender, code and metric the latest. */
  refusals: z.array(
    z.object({
      ...arrivedBy,
      at: time,
      firstAt: time,
      /** How often, as far as each was spelled out: of a frame the first 100 are. */
      count: z.int(),
      code: z.string(),
      message: z.string(),
      metric: z.string().optional(),
      /** The start of the frame, body or row, tokens taken out. */
      raw: z.string().optional(),
    }),
  ),
  /** Wrong tokens since the start; they are counted and not shown. */
  wrongTokens: z.int(),
});
export type ArrivalsAnswer = z.infer<typeof arrivalsAnswer>;

/** Settings that figures of `status` run into; those of the store are missing where its engine has none. */
const statusLimits = z.object({
  /** `--limit-series` */
  series: z.int(),
  /** `--limit-undecided-bytes-total` */
  undecidedBytesTotal: z.int(),
  /** `--slow-viewer-bytes` */
  slowViewerBytes: z.int(),
  /** `--viewers-bytes` */
  viewersBytes: z.int(),
  /** `--min-free` */
  minFreeBytes: z.int().optional(),
  /** `--journal-budget` */
  journalBudgetBytes: z.int().optional(),
  /** `--head-budget` */
  headBudgetBytes: z.int().optional(),
  /** `--wal-alarm` */
  walAlarmBytes: z.int().optional(),
});

/** `/health` and `/ready`. */
export const healthAnswer = z.object({
  status: z.enum(["ok", "degraded", "down"]),
  reason: z.string().optional(),
});
export type HealthAnswer = z.infer<typeof healthAnswer>;

const quantiles = z.object({ p50: z.number(), p99: z.number() });

export const statusAnswer = z.object({
  version: z.string(),
  protocol: z.literal(1),
  startedAt: time,
  hubTime: time,
  /** IANA name of the hub's own zone. */
  timeZone: z.string(),
  epoch: z.string(),
  offset: z.int(),
  durability: z.literal("fsync"),
  connections: z.object({ devices: z.int(), viewers: z.int() }),
  /** Connections of every kind that are open, requests included; those refused since the start, by the limit that they were beyond. */
  door: z.object({
    open: z.int(),
    refused: z.object({
      connections: z.int(),
      connectionsPerAddress: z.int(),
      acceptsPerSecond: z.int(),
      attemptsPerAddress: z.int(),
    }),
  }),
  devices: z.object({ online: z.int(), silent: z.int(), offline: z.int() }),
  series: z.int(),
  readings: z.object({
    stored: z.int(),
    rejected: z.int(),
    overwritten: z.int(),
    perSecond: z.number(),
  }),
  ackMs: quantiles,
  fsyncMs: quantiles,
  store: z.object({
    bytes: z.int(),
    walBytes: z.int(),
    journalBytes: z.int(),
    headBytes: z.int(),
    diskFreeBytes: z.int(),
    /** What counts against the budget, and the free pages of the file, which do not. */
    usedBytes: z.int(),
    freeBytes: z.int(),
    /** `--budget`; null for as much as the disk has. */
    budgetBytes: z.int().nullable(),
    /** What a day adds; null while that is not known yet. */
    bytesPerDay: z.number().nullable(),
    thinned: thinnedReadings.nullable(),
  }),
  loopDelayMs: z.object({ p99: z.number() }),
  slowViewers: z.int(),
  /** What viewers have not read yet, all together: in their sockets, and what waits for those. */
  viewerBytes: z.int(),
  /** What came and is neither on disk nor refused yet: frames of sockets; bytes of sockets and requests. */
  queue: z.object({ frames: z.int(), bytes: z.int() }),
  health: healthAnswer,
  /** `token`: whoever is not on the hub's own machine needs its token. */
  access: z.enum(["open", "token"]),
  limits: statusLimits,
});
export type StatusAnswer = z.infer<typeof statusAnswer>;
