/** Which column of a file is what: found by the names that such columns usually have, or named by flags. */
import { findCalendar, findClock } from "./clock.ts";
import { WrongFile } from "./row.ts";
import { readTime, shapeOf } from "./times.ts";

/** Columns as flags name them. */
export interface NamedColumns {
  readonly timeColumn?: string;
  readonly deviceColumn?: string;
  readonly metricColumn?: string;
  readonly valueColumn?: string;
  /** One device for the whole file: no column is taken for its name. */
  readonly device?: string;
}

/**
 * Places of columns. Long form: a row is one reading, with `metric` and `value`. Wide form: each of `values` is a metric.
 * `exact`: the hub's own form, `time,device,metric,value`, in which nothing has to be guessed; `type` as recordings have it.
 */
export interface Layout {
  readonly time: number;
  /** Where `time` has days alone: the hours. */
  readonly clock?: number;
  /** Where `time` has years alone: month, day and hour, as many of them as there are. */
  readonly calendar?: readonly number[];
  readonly device?: number;
  readonly long?: { readonly metric: number; readonly value: number; readonly type?: number };
  readonly values: readonly number[];
  readonly exact: boolean;
}

/** Best first. A name is compared in lower case, and as one of the words of a longer name after that. */
const usualNames = {
  time: "timestamp datetime date_time time_stamp _time time date ts epoch month year day".split(" "),
  device:
    "device device_id deviceid device_name sensor sensor_id sensorid sensor_name station station_id station_name host hostname node node_id symbol ticker machine machine_id vehicle vehicle_id meter meter_id asset asset_id location site entity_id entity source".split(
      " ",
    ),
  metric:
    "metric metric_name metricname _field field variable parameter quantity channel _measurement measurement".split(
      " ",
    ),
  value: "value _value val reading".split(" "),
} as const;

/** Names of columns that number the rows. */
const countsRows: ReadonlySet<string> = new Set(["", "#"]);

function normal(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replaceAll(/[\s.-]+/g, "_");
}

function wordsOf(name: string): readonly string[] {
  return name
    .replaceAll(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^\p{L}\p{Nd}]+/u);
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 12).map((name) => `"${name}"`);
  return names.length > shown.length ? `${shown.join(", ")} and ${names.length - shown.length} more` : shown.join(", ");
}

/** Numbers that are times without anybody having said so: years, `20000131`, or epochs after 1973. */
function looksLikeTime(text: string): boolean {
  const shape = shapeOf(text);
  const size = Math.abs(Number(text));
  if (shape !== "number") return shape !== undefined;
  return (size >= 1_000 && size < 3_000) || size >= 1e8 || readTime(text, "compact") !== undefined;
}

/** Finds the columns of a file by its header and some of its first rows. */
export function findLayout(
  header: readonly string[],
  sample: readonly (readonly unknown[])[],
  named: NamedColumns,
): Layout {
  const names = header.map(normal);
  const byFlag = (flag: string, name: string | undefined): number | undefined => {
    if (name === undefined) return undefined;
    const exact = header.indexOf(name);
    const place = exact >= 0 ? exact : names.indexOf(normal(name));
    if (place >= 0) return place;
    throw new WrongFile(`There is no column "${name}" (${flag}); the columns are ${listed(header)}.`);
  };
  const usual = (role: "device" | "metric" | "value", taken: readonly (number | undefined)[]): number | undefined => {
    for (const name of usualNames[role]) {
      const place = names.indexOf(name);
      if (place >= 0 && !taken.includes(place)) return place;
    }
    return undefined;
  };

  const time = byFlag("--time-column", named.timeColumn) ?? findTime(header, names, sample);
  const clock = findClock(header, sample, time);
  const calendar = findCalendar(names, sample, time);
  const value = byFlag("--value-column", named.valueColumn);
  const wantedMetric = byFlag("--metric-column", named.metricColumn);
  const metric = wantedMetric ?? usual("metric", [time, value]);
  const valueFound = value ?? usual("value", [time, metric]);
  const ofDevice = byFlag("--device-column", named.deviceColumn);
  const device = named.device === undefined ? (ofDevice ?? usual("device", [time, metric, valueFound])) : undefined;
  const base = {
    time,
    ...(calendar.length === 0 ? {} : { calendar }),
    ...(clock === undefined ? {} : { clock }),
    ...(device === undefined ? {} : { device }),
  };
  if (metric !== undefined && valueFound !== undefined) {
    const roles = [time, device, metric, valueFound];
    const exact = ["time", "device", "metric", "value"].every((name, role) => roles[role] === header.indexOf(name));
    const found = exact ? header.indexOf("type") : -1;
    const type = found < 0 ? undefined : found;
    return { ...base, long: { metric, value: valueFound, ...(type === undefined ? {} : { type }) }, values: [], exact };
  }
  if (wantedMetric !== undefined)
    throw new WrongFile(`Which column has the values? Name it with --value-column; the columns are ${listed(header)}.`);
  const isValue = (place: number) =>
    place !== time &&
    place !== clock &&
    !calendar.includes(place) &&
    place !== device &&
    !countsRows.has(header[place]?.trim() ?? "");
  const values = value === undefined ? [...header.keys()].filter(isValue) : [value];
  if (values.length === 0) throw new WrongFile(`There is no column with values beside ${listed(header)}.`);
  return { ...base, values, exact: false };
}

function findTime(
  header: readonly string[],
  names: readonly string[],
  sample: readonly (readonly unknown[])[],
): number {
  // A column of that very name may count from any beginning.
  const surely = usualNames.time.slice(0, usualNames.time.indexOf("month"));
  const isMostly = (place: number, isTime: (text: string) => boolean): boolean => {
    const cells = sample.map((row) => row[place]).filter((cell) => cell !== undefined && cell !== null && cell !== "");
    const times = cells.filter((cell) => isTime(String(cell).trim()));
    return times.length > 0 && times.length >= cells.length / 2;
  };
  const readable = header.map((_, place) =>
    isMostly(place, surely.includes(names[place] ?? "") ? (text) => shapeOf(text) !== undefined : looksLikeTime),
  );
  const exactly = usualNames.time.map((name) => names.indexOf(name));
  const partly = usualNames.time.map((name) =>
    header.findIndex((column, place) => readable[place] && wordsOf(column).includes(name)),
  );
  // A year alone is the last choice: beside it there may be a decimal year, or a whole date.
  const vague = usualNames.time.indexOf("month");
  const order = [
    ...exactly.slice(0, vague),
    ...partly.slice(0, vague),
    ...exactly.slice(vague),
    ...partly.slice(vague),
  ];
  // Where `time` has hours such as 134500 and `date` has days, days it is.
  const plain = exactly.slice(0, vague).find((place) => isMostly(place, looksLikeTime));
  const found = plain ?? order.find((place) => place >= 0 && readable[place]);
  if (found !== undefined) return found;
  if (header.some((name) => looksLikeTime(name.trim()) || /^[+-]?\d*[.,]?\d+$/.test(name.trim())) && sample.length > 0)
    throw new WrongFile(
      `There is no column with times. The first line looks like data (${listed(header)}): names of columns are expected there.`,
    );
  const isDate = (place: number) => sample.some((row) => shapeOf(String(row[place]).trim()) !== "number");
  const [only, second] = [...header.keys()].filter((place) => readable[place] && isDate(place));
  if (only !== undefined && second === undefined) return only;
  throw new WrongFile(
    `No column has times in it: name the one that has with --time-column; the columns are ${listed(header)}.`,
  );
}
