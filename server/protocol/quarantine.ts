/** `GET` and `POST devices/{id}/quarantine`: readings that were refused for their time, and what becomes of them. */
import { z } from "zod";
import { decodeObject } from "./edit.ts";
import type { DecodeLimits } from "./envelope.ts";
import { Refusal } from "./errors.ts";
import { atLeast, atMost } from "./lengths.ts";
import { deviceName, time } from "./values.ts";

/** Most readings that one decision names. */
const maxIds = 10_000;

const id = z.int().min(1);

export const quarantineAnswer = z.object({
  device: deviceName,
  /** All that are kept of the device. */
  count: z.int(),
  /** Those that were not kept, or had to make room for newer ones. */
  lost: z.int(),
  /** How many are kept: of a device, and of all together. */
  limits: z.object({ perDevice: z.int(), inAll: z.int() }),
  /** The newest first. */
  readings: z.array(
    z.object({
      id,
      metric: z.string(),
      /** The time that it came with. */
      time,
      value: z.union([z.number(), z.boolean(), z.string()]),
      /** Arrival. */
      at: time,
      code: z.string(),
    }),
  ),
  next: z.string().nullable(),
});
export type QuarantineAnswer = z.infer<typeof quarantineAnswer>;

export const quarantineDecision = z.strictObject({
  action: z.enum(["accept", "shift", "discard"]),
  /** Without it all that are there of the device at that moment are meant. */
  ids: z.array(id).check(atLeast(1), atMost(maxIds)).optional(),
  /** With `shift`, and with no other action: added to the time of each, ms. */
  shift: z.int().optional(),
});
export type QuarantineDecision = z.infer<typeof quarantineDecision>;

export const quarantineOutcome = z.object({
  stored: z.int(),
  discarded: z.int(),
  /** Of `ids`: those that are not there (any more). */
  missing: z.int(),
  /** Kept of the device afterwards. */
  left: z.int(),
  /** The first 100 that could not be stored, and stay. */
  rejected: z.array(z.object({ id, metric: z.string(), code: z.string(), message: z.string() })),
  rejectedCount: z.int(),
});
export type QuarantineOutcome = z.infer<typeof quarantineOutcome>;

/** Reads the body of `POST devices/{id}/quarantine`. */
export function decodeQuarantineDecision(text: string, limits: DecodeLimits): QuarantineDecision | Refusal {
  const decision = decodeObject(text, quarantineDecision, '{"action":"shift","shift":-10800000}', limits);
  if (decision instanceof Refusal || (decision.action === "shift") === (decision.shift !== undefined)) return decision;
  return new Refusal(
    "invalid_message",
    `shift (whole ms, added to the time of each reading) goes with "action":"shift", and with no other action`,
  );
}
