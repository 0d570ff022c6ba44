/** The times of a column in the forms that files have them. A time without a zone is read as UTC. */
import { maxTimeMs } from "../../server/protocol/index.ts";

/** How the times of a column are to be read. `year`: whole or decimal years, as in tables of CO₂. */
export type TimeFormat = keyof typeof timeFormats;

/** As `--date-format` takes them, with an example of each. */
export const timeFormats = {
  iso: "2000-01-31, 2000/01/31 13:45, 2000-01-31T13:45:00.5+01:00",
  mdy: "01/31/2000, 1/31/00 1:45 PM",
  dmy: "31/01/2000, 31.1.00 13:45",
  ymd: "00/01/31 13:45",
  named: "Jan 31 2000, 31 January 2000 13:45",
  compact: "20000131, 20000131134500, 20000131T134500Z",
  year: "2000, 2000.0833",
  excel: "36556.5729, days of a spreadsheet",
  s: "949326300",
  ms: "949326300000",
  us: "949326300000000",
  ns: "949326300000000000",
} as const;

/** What a text may be, before the whole column has decided. */
export type TimeShape = "iso" | "slash" | "named" | "compact" | "number";

const zone = "\\s?([Zz]|UTC|GMT|[+-]\\d{2}:?(?:\\d{2})?)?";
const clock = `(?:(?:[Tt]|\\s+|,\\s*)(\\d{1,2}):(\\d{2})(?::(\\d{2})(?:[.,](\\d+))?)?(?:\\s?([AaPp])\\.?[Mm]\\.?)?${zone})?`;
const iso = new RegExp(`^([+-]\\d{6}|\\d{4})([-/.])(\\d{1,2})(?:\\2(\\d{1,2}))?${clock}$`);
const slash = new RegExp(`^(\\d{1,2})([-/.])(\\d{1,2})\\2(\\d{4}|\\d{2})${clock}$`);
const monthFirst = new RegExp(`^([A-Za-z]{3,9})\\.?[\\s-]+(?:(\\d{1,2})(?:st|nd|rd|th)?,?[\\s-]+)?(\\d{4})${clock}$`);
const dayFirst = new RegExp(
  `^(?:[A-Za-z]{3,9},?\\s+)?(\\d{1,2})(?:st|nd|rd|th)?\\.?[\\s-]+([A-Za-z]{3,9})\\.?,?[\\s-]+(\\d{4}|\\d{2})${clock}$`,
);
const compact = new RegExp(
  `^([12]\\d{3})(\\d{2})(\\d{2})(?:[Tt ]?(\\d{2}):?(\\d{2})(?::?(\\d{2})(?:[.,](\\d+))?)?${zone})?$`,
);
const number = /^[+-]?\d+(?:[.,]\d+)?$/;
const months = "january february march april may june july august september october november december".split(" ");

type Parts = readonly (string | undefined)[];

/** ms since the epoch, or undefined where there is no such day or hour. `rest`: hour, minute, second, fraction, a/p, zone. */
function compose(year: number, month: number, day: number, rest: Parts): number | undefined {
  const [hours = "0", minutes = "0", seconds = "0", fraction = "0", half, offset = "Z"] = rest;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  let hour = Number(hours);
  if (half) {
    if (hour < 1 || hour > 12) return undefined;
    hour = (hour % 12) + (half.toLowerCase() === "p" ? 12 : 0);
  }
  const minute = Number(minutes);
  const second = Number(seconds);
  // 60: a leap second. 24:00 is the end of the day.
  if (minute > 59 || second > 60 || hour > 24 || (hour === 24 && minute + second > 0)) return undefined;
  const ms = Math.round(Number(`0.${fraction}`) * 1_000);
  return date.getTime() + ((hour * 60 + minute) * 60 + second) * 1_000 + ms - offsetMs(offset);
}

function offsetMs(text: string): number {
  const [, sign, hours, minutes = "0"] = /^([+-])(\d{2}):?(\d{2})?$/.exec(text) ?? [];
  if (!sign) return 0;
  return (sign === "-" ? -60_000 : 60_000) * (Number(hours) * 60 + Number(minutes));
}

function monthOf(name: string): number {
  const short = name.toLowerCase();
  return (
    1 +
    months.findIndex(
      (month) => month === short || month.slice(0, 3) === short || (short === "sept" && month === "september"),
    )
  );
}

function readIso(text: string): number | undefined {
  const found = iso.exec(text);
  if (!found) return undefined;
  const [, year, , month, day = "1", ...rest] = found;
  return compose(Number(year), Number(month), Number(day), rest);
}

function readCompact(text: string): number | undefined {
  const found = compact.exec(text);
  if (!found) return undefined;
  const [, year, month, day, hour, minute, second, fraction, offset] = found;
  return compose(Number(year), Number(month), Number(day), [hour, minute, second, fraction, undefined, offset]);
}

function readSlash(text: string, order: "mdy" | "dmy" | "ymd"): number | undefined {
  const found = slash.exec(text);
  if (!found) return undefined;
  const [, one = "", sign, two, three = "", ...rest] = found;
  // 31.1.2000 has the day first wherever it is written.
  if (sign === "." && order !== "dmy") return undefined;
  if (order === "ymd")
    return one.length + three.length === 4 ? compose(yearOf(one), Number(two), Number(three), rest) : undefined;
  const [month, day] = order === "mdy" ? [one, two] : [two, one];
  return compose(yearOf(three), Number(month), Number(day), rest);
}

/** Of two digits: 1969 to 2068, as POSIX has it. */
function yearOf(text: string): number {
  const year = Number(text);
  if (text.length > 2) return year;
  return year < 69 ? 2_000 + year : 1_900 + year;
}

/** Midnight of the day that spreadsheets count as 0, where days after February 1900 are concerned. */
const excelEpoch = Date.UTC(1899, 11, 30);

function readNamed(text: string): number | undefined {
  const american = monthFirst.exec(text);
  if (american) {
    const [, name = "", day = "1", year, ...rest] = american;
    return compose(Number(year), monthOf(name), Number(day), rest);
  }
  const found = dayFirst.exec(text);
  if (!found) return undefined;
  const [, day, name = "", year, ...rest] = found;
  return compose(yearOf(year ?? ""), monthOf(name), Number(day), rest);
}

/** The instant so far into a year as its fraction tells: 1958.5 is the middle of 1958. */
function readYear(text: string): number | undefined {
  if (!number.test(text)) return undefined;
  const years = Number(text.replace(",", "."));
  const year = Math.floor(years);
  const start = compose(year, 1, 1, []);
  const end = compose(year + 1, 1, 1, []);
  return start === undefined || end === undefined ? undefined : Math.round(start + (years - year) * (end - start));
}

/** Powers of ten from the unit to the ms. */
const shiftOf = { s: 3, ms: 0, us: -3, ns: -6 } as const;

/** By digits, since a double does not hold the ns of today. Rounded to the ms. */
function readEpoch(text: string, unit: keyof typeof shiftOf): number | undefined {
  return number.test(text) ? Math.round(Number(`${text.replace(",", ".")}e${shiftOf[unit]}`)) + 0 : undefined;
}

/** ms since the epoch, or undefined where the text is no time of that format. */
export function readTime(text: string, format: TimeFormat): number | undefined {
  const time = readAs(text, format);
  return time !== undefined && Math.abs(time) <= maxTimeMs ? time : undefined;
}

function readAs(text: string, format: TimeFormat): number | undefined {
  if (format === "iso") return readIso(text);
  if (format === "mdy" || format === "dmy" || format === "ymd") return readSlash(text, format);
  if (format === "named") return readNamed(text);
  if (format === "compact") return readCompact(text);
  if (format === "excel")
    return number.test(text) ? Math.round(excelEpoch + Number(text.replace(",", ".")) * 86_400_000) : undefined;
  return format === "year" ? readYear(text) : readEpoch(text, format);
}

/** What the text looks like, or undefined where it is no time in any format. */
export function shapeOf(text: string): TimeShape | undefined {
  if (number.test(text)) return "number";
  if (readIso(text) !== undefined) return "iso";
  if ((["mdy", "dmy", "ymd"] as const).some((order) => readSlash(text, order) !== undefined)) return "slash";
  if (readCompact(text) !== undefined) return "compact";
  return readNamed(text) === undefined ? undefined : "named";
}
