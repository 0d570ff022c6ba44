/** Numbers, times and ages as people read them, by the locale of the chosen language and in the chosen time zone. */
import { language, texts } from "../texts/index.ts";
import { timeZone } from "./time-zone.ts";

/** Thin enough to read as one word, and never at a line's end. */
const narrowSpace = "\u202f";
const numberFormats = new Map<string, Intl.NumberFormat>();

function numberFormat(key: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const known = numberFormats.get(key);
  if (known) return known;
  const made = new Intl.NumberFormat(language.locale, options);
  numberFormats.set(key, made);
  return made;
}

/** A number with exactly `decimals` places; very large and very small ones in powers of ten. */
export function formatNumber(value: number, decimals: number): string {
  const size = Math.abs(value);
  if (size >= 1e12 || (size > 0 && size < 0.5 * 10 ** -Math.max(decimals, 3))) {
    return numberFormat("power", { notation: "scientific", maximumSignificantDigits: 4 }).format(value);
  }
  const fraction = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
  // -0.0 would be read as a sign that means something.
  const text = numberFormat(`fixed${decimals}`, { ...fraction, signDisplay: "negative" }).format(value);
  return text;
}

/** A count in few characters: 948, 12.3K, 4.1M. */
export function formatCount(value: number): string {
  if (value < 10_000) return numberFormat("count", { maximumFractionDigits: 0 }).format(value);
  return numberFormat("compact", { notation: "compact", maximumFractionDigits: 1 }).format(value);
}

/** A number where its places have no room, in four figures: 1.235M, 48.13. */
export function formatFigures(value: number): string {
  return numberFormat("figures", { notation: "compact", maximumSignificantDigits: 4 }).format(value);
}

let collator: Intl.Collator | undefined;

/** The order of names as a person has them: `sensor-2` before `sensor-10`. */
export function compareNames(a: string, b: string): number {
  collator ??= new Intl.Collator(language.locale, { numeric: true, sensitivity: "base" });
  return collator.compare(a, b);
}

/** A part of a whole, 0 to 1, in whole per cents: `61%`; what is there but rounds to nothing is `<1%`. */
export function formatShare(share: number): string {
  const format = numberFormat("share", { style: "percent", maximumFractionDigits: 0 });
  return share > 0 && share < 0.005 ? `<${format.format(0.01)}` : format.format(share);
}

/** A change as a part of what was before, with its sign: `+1.24%`. */
export function formatChange(part: number): string {
  const fraction = { minimumFractionDigits: 2, maximumFractionDigits: 2 };
  return numberFormat("change", { style: "percent", ...fraction, signDisplay: "exceptZero" }).format(part);
}

/** How much of the time something was well, with one place, and never rounded up to all of it: `99.9%`. */
export function formatAvailability(share: number): string {
  const shown = share < 1 ? Math.floor(share * 1_000) / 1_000 : 1;
  return numberFormat("availability", { style: "percent", maximumFractionDigits: 1 }).format(shown);
}

/** A unit with the space that belongs before it: `21.4 °C`, but `45%` and `12°`. */
export function unitSuffix(unit: string | undefined): string {
  if (!unit) return "";
  return unit === "%" || unit === "°" || unit === "′" || unit === "″" ? unit : narrowSpace + unit;
}

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const yearMs = 365.25 * dayMs;

/** A length of time in its largest unit: `4 s`, `12 min`, `3 h`, `5 d`, `2 y`. Negative ones (a fast clock) count as none. */
export function formatDuration(durationMs: number): string {
  const ms = Math.max(0, durationMs);
  const [size, name] = largestUnit(ms);
  return texts.duration[name](numberFormat("count", { maximumFractionDigits: 0 }).format(Math.floor(ms / size)));
}

function largestUnit(ms: number): [number, "s" | "min" | "h" | "d" | "y"] {
  if (ms < minuteMs) return [secondMs, "s"];
  if (ms < hourMs) return [minuteMs, "min"];
  if (ms < dayMs) return [hourMs, "h"];
  if (ms < yearMs) return [dayMs, "d"];
  return [yearMs, "y"];
}

/** An expected interval, exact where it is short: `500 ms`, `1.5 s`, `5 min`. */
export function formatInterval(ms: number): string {
  if (ms < secondMs) return texts.duration.ms(String(Math.round(ms)));
  const [size, name] = largestUnit(ms);
  return texts.duration[name](numberFormat("interval", { maximumFractionDigits: 1 }).format(ms / size));
}

const dateFormats = new Map<string, Intl.DateTimeFormat>();

function dateFormat(key: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const known = dateFormats.get(key);
  if (known) return known;
  const made = new Intl.DateTimeFormat(language.locale, { timeZone: timeZone.shown, ...options });
  dateFormats.set(key, made);
  return made;
}

language.listen(() => {
  collator = undefined;
  numberFormats.clear();
  dateFormats.clear();
  tickTexts.clear();
});
timeZone.listen(() => {
  dateFormats.clear();
  tickTexts.clear();
});

const clock = { hour: "2-digit", minute: "2-digit" } as const;
const seconds = { ...clock, second: "2-digit" } as const;
const date = { day: "numeric", month: "short" } as const;
const hours24 = { hourCycle: "h23" } as const;
/** Where a pixel stands for so many ms at most, instants are told to the ms. */
const fineMs = 10;
const wholeMs = { fractionalSecondDigits: 3 } as const;

/** `12:03:11`. */
export function formatClock(timeMs: number): string {
  return dateFormat("seconds", { ...seconds, hourCycle: "h23" }).format(timeMs);
}

/** The short name of the zone that times are shown in at that moment: `GMT+9`. */
export function formatZone(timeMs: number): string {
  const parts = dateFormat("zone", { timeZoneName: "short" }).formatToParts(timeMs);
  return parts.find(({ type }) => type === "timeZoneName")?.value ?? timeZone.shown;
}

/** An instant in full: the date is left out where it is today's, the year where it is this one. `detailMs`: what a pixel stands for (0: not known); seconds are shown below a minute, and ms where it is a few of them. */
export function formatInstant(timeMs: number, nowMs: number, detailMs = 0): string {
  const today = sameDay(timeMs, nowMs);
  if (detailMs >= dayMs / 2) return dateFormat("date", { ...date, year: "numeric" }).format(timeMs);
  const isFine = detailMs > 0 && detailMs <= fineMs;
  const time = { ...(detailMs >= minuteMs ? clock : isFine ? { ...seconds, ...wholeMs } : seconds), ...hours24 };
  const thisYear = yearOf(timeMs) === yearOf(nowMs);
  const key = `${today}${thisYear}${detailMs >= minuteMs}${isFine}`;
  const day = thisYear ? date : ({ ...date, year: "numeric" } as const);
  return dateFormat(key, today ? time : { ...day, ...time }).format(timeMs);
}

/** The day (UTC) that begins at an instant: that of a daily candle, wherever it is looked at. */
export function formatUtcDay(timeMs: number): string {
  return dateFormat("utcDay", { ...date, year: "numeric", timeZone: "UTC" }).format(timeMs);
}

function yearOf(timeMs: number): string {
  return dateFormat("axisYear", { year: "numeric" }).format(timeMs);
}

function sameDay(a: number, b: number): boolean {
  const day = dateFormat("day", { ...date, year: "numeric" });
  return day.format(a) === day.format(b);
}

/** Labels of a time axis: each as short as the step allows, with the date (or year) below where it changes. */
export function axisLabels(splits: readonly number[], stepMs: number): string[] {
  let lastBelow = "";
  return splits.map((split) => {
    const [above, below] = axisLabel(split, stepMs);
    const show = below !== lastBelow;
    lastBelow = below;
    return show && below ? `${above}\n${below}` : above;
  });
}

/** Texts of ticks: all charts of a page show the same instants, for seconds on end, and are drawn many times meanwhile. */
const tickTexts = new Map<string, [string, string]>();
const mostTickTexts = 1_000;

function axisLabel(timeMs: number, stepMs: number): [string, string] {
  const key = `${timeMs} ${stepMs}`;
  const known = tickTexts.get(key);
  if (known) return known;
  if (tickTexts.size >= mostTickTexts) tickTexts.clear();
  const made = tickText(timeMs, stepMs);
  tickTexts.set(key, made);
  return made;
}

function tickText(timeMs: number, stepMs: number): [string, string] {
  const day = dateFormat("axisDay", date);
  const year = dateFormat("axisYear", { year: "numeric" });
  if (stepMs < secondMs) {
    const within = dateFormat("axisFraction", { minute: "2-digit", second: "2-digit", ...wholeMs });
    return [within.format(timeMs), day.format(timeMs)];
  }
  if (stepMs < minuteMs) return [formatClock(timeMs), day.format(timeMs)];
  if (stepMs < dayMs) {
    return [dateFormat("axisClock", { ...clock, ...hours24 }).format(timeMs), day.format(timeMs)];
  }
  if (stepMs < 28 * dayMs) return [day.format(timeMs), year.format(timeMs)];
  if (stepMs < 365 * dayMs) return [dateFormat("axisMonth", { month: "short" }).format(timeMs), year.format(timeMs)];
  return [year.format(timeMs), ""];
}
