/** `GET` and `POST masks`, `DELETE masks/{id}`: ranges of readings that are kept and not shown. */
import { z } from "zod";
import { decodeObject } from "./edit.ts";
import type { DecodeLimits } from "./envelope.ts";
import { Refusal } from "./errors.ts";
import { deviceName, freeText, metricName, time } from "./values.ts";

/** A range of one series: `from` included, `to` excluded. What comes late is hidden, too. */
export const maskOrder = z.strictObject({
  device: deviceName,
  metric: metricName,
  from: time,
  to: time,
  /** Why. */
  note: freeText.optional(),
});
export type MaskOrder = z.infer<typeof maskOrder>;

export const maskEntry = maskOrder.extend({
  /** Never given twice. */
  id: z.int(),
  /** When it was made. */
  at: time,
});
export type MaskEntry = z.infer<typeof maskEntry>;

export const masksAnswer = z.object({
  /** By device and metric, then from the earliest on; they may overlap. */
  masks: z.array(maskEntry),
  next: z.string().nullable(),
});
export type MasksAnswer = z.infer<typeof masksAnswer>;

/** The mask that is gone. */
export const removedMaskAnswer = maskEntry.extend({ removed: z.literal(true) });
export type RemovedMaskAnswer = z.infer<typeof removedMaskAnswer>;

const example = '{"device":"boiler-1","metric":"pressure","from":1700000000000,"to":1700000060000,"note":"probe out"}';

/** Reads the body of `POST masks`. */
export function decodeMaskOrder(text: string, limits: DecodeLimits): MaskOrder | Refusal {
  const order = decodeObject(text, maskOrder, example, limits);
  if (order instanceof Refusal || order.from < order.to) return order;
  return new Refusal(
    "invalid_value",
    `from (${order.from}) must lie before to (${order.to}); it takes one object such as ${example}`,
  );
}
