/** What a device says of itself: `hello`, `describe` and the HTTP answers share these shapes. */
import { z } from "zod";
import { atMost } from "./lengths.ts";
import { durationMs, freeText, metricName, value } from "./values.ts";

/** A band of values and what it means; open at a missing end. */
export const zone = z.strictObject({
  from: z.number().optional(),
  to: z.number().optional(),
  level: z.enum(["ok", "warn", "alarm"]),
  label: freeText.optional(),
});

export const metricMeta = z.strictObject({
  unit: freeText.optional(),
  label: freeText.optional(),
  kind: z.enum(["gauge", "counter", "state"]).optional(),
  min: z.number().optional(),
  max: z.number().optional(),
  /** Decimal places to show. */
  decimals: z.int().min(0).max(15).optional(),
  role: z.enum(["price", "volume", "bid", "ask", "lat", "lon", "battery"]).optional(),
  /** Expected ms between readings; 0 = on event. */
  reportInterval: durationMs.optional(),
  zones: z.array(zone).check(atMost(32)).optional(),
});
export type MetricMeta = z.infer<typeof metricMeta>;

export const commandArgument = z.strictObject({
  type: z.enum(["number", "boolean", "string"]),
  min: z.number().optional(),
  max: z.number().optional(),
  options: z.array(value).check(atMost(100)).optional(),
  label: freeText.optional(),
});

export const commandMeta = z.strictObject({
  label: freeText.optional(),
  args: z.record(metricName, commandArgument).optional(),
});

/** The metadata fields of `hello` and `describe`. */
export const deviceMetaFields = {
  name: freeText.optional(),
  kind: freeText.optional(),
  /** Expected ms between reports of the device; 0 = on event. */
  reportInterval: durationMs.optional(),
  /** Times may lie anywhere in the past. */
  historic: z.boolean().optional(),
  metrics: z.record(metricName, metricMeta).optional(),
  commands: z.record(metricName, commandMeta).optional(),
  labels: z.record(freeText, freeText).optional(),
};
export const deviceMeta = z.strictObject(deviceMetaFields);
export type DeviceMeta = z.infer<typeof deviceMeta>;
