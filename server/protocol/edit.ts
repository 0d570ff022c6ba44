/** What a person may change of devices and series over HTTP: the metadata fields of `hello`; null takes a change back. */
import { z } from "zod";
import { type DecodeLimits, type Fields, precheck } from "./envelope.ts";
import { Refusal } from "./errors.ts";
import { deviceMetaFields, metricMeta } from "./metadata.ts";
import { describeProblems, judge, type Schema, shown } from "./problems.ts";
import { metricName } from "./values.ts";

const metricFields = metricMeta.shape;
const example = '{"name":"Boiler room"}';

/** What is known of a metric: null takes a person's change back, so that what the device says counts again. */
export const metricEdit = z.strictObject({
  unit: metricFields.unit.nullable(),
  label: metricFields.label.nullable(),
  kind: metricFields.kind.nullable(),
  min: metricFields.min.nullable(),
  max: metricFields.max.nullable(),
  decimals: metricFields.decimals.nullable(),
  role: metricFields.role.nullable(),
  reportInterval: metricFields.reportInterval.nullable(),
  zones: metricFields.zones.nullable(),
});

/** `PATCH series/{n}`: the same, and another name. */
export const seriesEdit = metricEdit.extend({
  /** Readings under the name before are of this one from now on. */
  metric: metricName.optional(),
});
export type SeriesEdit = z.infer<typeof seriesEdit>;

/** `PATCH devices/{id}`. A metric of null takes back all changes of that metric. */
export const deviceEdit = z.strictObject({
  name: deviceMetaFields.name.nullable(),
  kind: deviceMetaFields.kind.nullable(),
  reportInterval: deviceMetaFields.reportInterval.nullable(),
  historic: deviceMetaFields.historic.nullable(),
  metrics: z.record(metricName, metricEdit.nullable()).optional(),
  commands: deviceMetaFields.commands.nullable(),
  labels: deviceMetaFields.labels.nullable(),
});
export type DeviceEdit = z.infer<typeof deviceEdit>;

/** Reads the body of `PATCH devices/{id}`. */
export function decodeDeviceEdit(text: string, limits: DecodeLimits): DeviceEdit | Refusal {
  return decodeObject(text, deviceEdit, example, limits);
}

/** Reads the body of `PATCH series/{n}`. */
export function decodeSeriesEdit(text: string, limits: DecodeLimits): SeriesEdit | Refusal {
  return decodeObject(text, seriesEdit, example, limits);
}

/** Reads a body that is one object of this `schema`; `example` shows one. */
export function decodeObject<T extends Schema>(
  text: string,
  schema: T,
  example: string,
  limits: DecodeLimits,
): z.output<T> | Refusal {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message.slice(0, 200).toWellFormed() : "unreadable";
    return new Refusal("invalid_json", `the body is not JSON (${why}); it takes one object such as ${example}`);
  }
  if (typeof json !== "object" || json === null || Array.isArray(json))
    return new Refusal("invalid_message", `the body is one JSON object, not ${shown(json)}`);
  const problem = precheck(json as Fields, text, limits);
  if (problem) return problem;
  const judged = judge(schema, json);
  if (judged.ok) return judged.value;
  const { code, message } = describeProblems(judged.issues, "body", "invalid_message");
  return new Refusal(code, message);
}
