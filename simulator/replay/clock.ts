/** Loggers like to write days into one column and hours into another. */
import { readTime, shapeOf } from "./times.ts";

const clock = /^\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:\s?[AaPp]\.?[Mm]\.?)?(?:\s?(?:Z|UTC|GMT|[+-]\d{2}:?\d{2}))?$/;
/** `93000` is 09:30:00, `930` is 09:30. */
const digits = /^\d{3,6}$/;
const hour = /^\d{1,2}$/;

/** A column is one of hours only where it is called so: that of `sunrise` is no such. */
const clockName = /(?:^|[^\p{L}])(?:time|clock|uhrzeit|zeit|heure|hora)(?:[^\p{L}]|$)/iu;
const hourName = /^(?:hour|hours|hr|stunde)$/i;

/** The column of hours beside one of days alone; undefined where there is none, or more than one. */
export function findClock(
  header: readonly string[],
  sample: readonly (readonly unknown[])[],
  days: number,
): number | undefined {
  const textsOf = (place: number) => sample.map((row) => String(row[place] ?? "").trim()).filter((text) => text !== "");
  if (!textsOf(days).every(isDay)) return undefined;
  const found = [...header.keys()].filter((place) => {
    const name = header[place]?.trim() ?? "";
    const form = hourName.test(name) ? hour : clockName.test(name) ? clock : undefined;
    const texts = textsOf(place);
    if (place === days || !form || texts.length === 0) return false;
    const isClock = (text: string) => form.test(text) || (form === clock && digits.test(text));
    return texts.every((text) => isClock(text) && readTime(`2000-01-01 ${clockText(text)}`, "iso") !== undefined);
  });
  return found.length === 1 ? found[0] : undefined;
}

/** Whole numbers in these bounds are parts of a date. */
const calendar = [
  { name: "month", low: 1, high: 12 },
  { name: "day", low: 1, high: 31 },
  { name: "hour", low: 0, high: 24 },
] as const;

/** The columns `month`, `day` and `hour` beside a `year`: those that are there, each only behind the one before. */
export function findCalendar(
  names: readonly string[],
  sample: readonly (readonly unknown[])[],
  year: number,
): readonly number[] {
  const found: number[] = [];
  if (names[year] !== "year") return found;
  for (const { name, low, high } of calendar) {
    const place = names.indexOf(name);
    const isPart = (cell: unknown) =>
      /^\d{1,2}$/.test(String(cell).trim()) && Number(cell) >= low && Number(cell) <= high;
    if (place < 0 || !sample.every((row) => isPart(row[place]))) break;
    found.push(place);
  }
  return found;
}

function isDay(text: string): boolean {
  const shape = shapeOf(text);
  if (shape === "number") return readTime(text, "compact") !== undefined && text.length === 8;
  return shape !== undefined && shape !== "compact" && !text.includes(":");
}

/** As it stands behind a day. */
export function clockText(text: string): string {
  if (hour.test(text)) return `${text}:00`;
  if (!digits.test(text)) return text;
  const whole = text.padStart(text.length > 4 ? 6 : 4, "0");
  return whole.replaceAll(/\d\d(?=\d)/g, "$&:");
}
