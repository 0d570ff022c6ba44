/** Which column of a file is what: by the names that such columns usually have, or by flags. */
import { devicePattern, maxNameLength, metricPattern } from "../../protocol/values.ts";
import { listed, shown, WrongFile } from "./troubles.ts";

/** Columns as flags name them. */
export interface NamedColumns {
  readonly timeColumn?: string;
  readonly deviceColumn?: string;
  readonly metricColumn?: string;
  readonly valueColumn?: string;
}

/**
 * Places of columns. Long form: a row is one reading, with `metric` and `value`. Wide form: each of `wide` is a metric.
 * `own`: the hub's own form, `time,device,metric,value`, in which nothing has to be guessed.
 */
export interface Layout {
  readonly time: number;
  readonly device: number | undefined;
  readonly long: { readonly metric: number; readonly value: number } | undefined;
  readonly wide: readonly { readonly place: number; readonly metric: string }[];
  readonly own: boolean;
}

const usualNames = {
  time: "time timestamp datetime date_time time_stamp _time ts date epoch".split(" "),
  device: "device device_id deviceid device_name sensor sensor_id station station_id host hostname node".split(" "),
  metric: "metric metric_name _field field variable parameter quantity measurement".split(" "),
  value: "value _value val reading".split(" "),
} as const;
type Role = keyof typeof usualNames;
const roles = Object.keys(usualNames) as Role[];

/** As columns are compared: `Device ID` is `device_id`. */
function normal(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replaceAll(/[\s.-]+/g, "_");
}

/** Finds the columns of a file by its header. Throws `WrongFile` where none has times, or none has values. */
export function layoutOf(header: readonly string[], named: NamedColumns): Layout {
  const names = header.map(normal);
  const taken = new Map<Role, number>();
  for (const role of roles) {
    const wanted = named[`${role}Column`];
    const place = wanted === undefined ? undefined : header.findIndex((name) => name.trim() === wanted.trim());
    if (place === -1)
      throw new WrongFile(`There is no column ${shown(wanted ?? "")} (--${role}-column); there are ${listed(header)}.`);
    const found = place ?? usualNames[role].map((name) => names.indexOf(name)).find((one) => one >= 0);
    if (found !== undefined) taken.set(role, found);
  }
  const time = taken.get("time");
  if (time === undefined)
    throw new WrongFile(
      `No column has a name of times (${usualNames.time.slice(0, 4).join(", ")}, …): name it with --time-column; there are ${listed(header)}.`,
    );
  const [metric, value] = [taken.get("metric"), taken.get("value")];
  const device = taken.get("device");
  const base = { time, device };
  if (metric !== undefined && value !== undefined) {
    const own = roles.every((role) => header.includes(role));
    return { ...base, long: { metric, value }, wide: [], own };
  }
  if (metric !== undefined && named.metricColumn !== undefined)
    throw new WrongFile(`Which column has the values? Name it with --value-column; there are ${listed(header)}.`);
  const places = named.valueColumn === undefined ? [...header.keys()] : [value as number];
  const wide = places
    .filter((place) => place !== time && place !== device && (header[place] ?? "").trim() !== "")
    .map((place) => ({ place, metric: metricOf(header[place] as string) }));
  if (wide.length === 0) throw new WrongFile(`No column has values beside ${listed(header)}.`);
  refuseTwice(wide.map((one) => one.metric));
  return { ...base, long: undefined, wide, own: false };
}

function refuseTwice(metrics: readonly string[]): void {
  const twice = metrics.find((metric, index) => metrics.indexOf(metric) !== index);
  if (twice !== undefined)
    throw new WrongFile(`Two columns would be the metric ${shown(twice)}: give one of them another name in the file.`);
}

/** A column's name as a metric: `Temp. outside (°C)` is `Temp._outside`. Throws `WrongFile` where nothing of it may stand in one. */
export function metricOf(name: string): string {
  const plain = name.trim().normalize("NFC");
  if (isMetric(plain)) return plain;
  const [, before = plain] = /^(.*\S)\s*[([][^()[\]]{1,20}[)\]]$/u.exec(plain) ?? [];
  const metric = [...cleaned(before)].slice(0, maxNameLength).join("");
  if (!isMetric(metric))
    throw new WrongFile(`The column ${shown(name)} cannot be a metric: give it a name of letters, digits, _ . : -`);
  return metric;
}

/** A device's id out of the name of a file; undefined where nothing of it may stand in one. */
export function deviceOf(name: string): string | undefined {
  const device = [...cleaned(name.normalize("NFC"))].slice(0, maxNameLength).join("");
  return isDevice(device) ? device : undefined;
}

function cleaned(text: string): string {
  return text.replaceAll(/[^\p{L}\p{M}\p{Nd}_.:-]+/gu, "_").replaceAll(/^_+|_+$/g, "");
}

export function isMetric(text: string): boolean {
  return metricPattern.test(text) && isShort(text) && text !== "__proto__";
}

export function isDevice(text: string): boolean {
  const parts = text.split("/");
  return (
    devicePattern.test(text) && isShort(text) && !parts.includes(".") && !parts.includes("..") && text !== "__proto__"
  );
}

function isShort(text: string): boolean {
  return text.length <= maxNameLength || [...text].length <= maxNameLength;
}
