/** Device → hub and hub → device. The envelope is checked first, then each row by itself. */
import { z } from "zod";
import { errorMessage } from "./errors.ts";
import { atLeast, atMost } from "./lengths.ts";
import { limits } from "./limits.ts";
import { deviceMetaFields } from "./metadata.ts";
import { deviceName, freeText, metricName, requestId, sequence, time, value } from "./values.ts";

/** A secret of the hub's making, or a session name of the sender's. */
const shortToken = z.string().check(atLeast(1), atMost(512));

export const deviceHello = z.strictObject({
  type: z.literal("hello"),
  device: deviceName,
  token: shortToken.optional(),
  /** Names one life of the sender's sequence numbers; kept across reconnects, renewed when the numbers restart. */
  session: freeText
    .check(atLeast(1))
    .describe("text of 1 to 256 characters (well-formed Unicode without NUL)")
    .optional(),
  protocol: z.int().optional(),
  ...deviceMetaFields,
});
export type DeviceHello = z.infer<typeof deviceHello>;

export const describe = z.strictObject({
  type: z.literal("describe"),
  id: requestId.optional(),
  device: deviceName,
  ...deviceMetaFields,
});
export type Describe = z.infer<typeof describe>;

/** One row of `readings`. Unknown fields are let through here and told once in `ack.warnings`. */
export const row = z.looseObject({
  metric: metricName,
  value,
  time: time.optional(),
  device: deviceName.optional(),
});
export type Row = z.infer<typeof row>;

/** Fields of a row that the hub knows. */
export const rowFields = ["metric", "value", "time", "device"] as const;

/** Row form. Rows are `unknown` here because each is checked, stored or refused by itself. */
export const readings = z.strictObject({
  type: z.literal("readings"),
  id: requestId.optional(),
  seq: sequence.optional(),
  device: deviceName.optional(),
  readings: z.array(z.unknown()),
});
export type Readings = z.infer<typeof readings>;

/** Column form: each column as long as `times`; null = no value at that time. Cells are checked one by one. */
export const samples = z.strictObject({
  type: z.literal("samples"),
  id: requestId.optional(),
  seq: sequence.optional(),
  device: deviceName.optional(),
  times: z.array(z.unknown()),
  values: z.record(z.string(), z.array(z.unknown())),
});
export type Samples = z.infer<typeof samples>;

/** The one-liner for a first try or a tiny sensor: no `hello` needed. */
export const reading = z.strictObject({
  type: z.literal("reading"),
  id: requestId.optional(),
  device: deviceName,
  metric: metricName,
  value,
  time: time.optional(),
  token: shortToken.optional(),
});
export type Reading = z.infer<typeof reading>;

export const ping = z.strictObject({
  type: z.literal("ping"),
  id: requestId,
  time: z.number(),
});
export type Ping = z.infer<typeof ping>;

export const pong = z.object({
  type: z.literal("pong"),
  id: requestId,
  time: z.number(),
  hubTime: time,
});
export type Pong = z.infer<typeof pong>;

/** Everything a device may send, told apart by `type`. (`result` comes with commands.) */
export const deviceMessage = z.discriminatedUnion("type", [deviceHello, describe, readings, samples, reading, ping]);
export type DeviceMessage = z.infer<typeof deviceMessage>;

export const deviceWelcome = z.object({
  type: z.literal("welcome"),
  device: deviceName,
  protocol: z.literal(1),
  /** Highest decided sequence number of the session; 0: none. */
  lastSeq: z.int(),
  hubTime: time,
  epoch: z.string(),
  /** ms between heartbeats of the hub. */
  heartbeat: z.number(),
  durability: z.literal("fsync"),
  limits,
});
export type DeviceWelcome = z.infer<typeof deviceWelcome>;

/** A row refused by name. `index`: its place in the frame's `readings` (of `samples`: in `times`). */
export const rejection = z.object({
  seq: z.int().optional(),
  index: z.int(),
  metric: z.string(),
  device: z.string().optional(),
  code: z.string(),
  message: z.string(),
});
export type Rejection = z.infer<typeof rejection>;

/** Everything up to `seq` is decided: committed to disk, or refused by name for good. Cumulative. */
export const ack = z.object({
  type: z.literal("ack"),
  seq: z.int().optional(),
  id: z.int().optional(),
  /** Newly stored since the last ack. */
  stored: z.int().optional(),
  /** The first 100. */
  rejected: z.array(rejection).optional(),
  rejectedCount: z.int().optional(),
  warnings: z.array(z.string()).optional(),
});
export type Ack = z.infer<typeof ack>;

/**
 * After a retryable refusal of `seq` the hub drops later frames of that space until `seq` comes again, and says so once
 * with an `error` whose code is `resend_from` and whose `seq` is the one it waits for.
 */
export const hubToDevice = z.discriminatedUnion("type", [deviceWelcome, ack, pong, errorMessage]);
export type HubToDevice = z.infer<typeof hubToDevice>;
