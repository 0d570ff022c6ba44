/** Local time by IANA zone, from what the platform's `Intl` knows: where local days, weeks and hours begin. */
import { bucketOrigin } from "./ladder.ts";

const minute = 60_000;
const hour = 3_600_000;
const day = 86_400_000;
/** The largest time a `Date` can hold, ms. */
const endOfTime = 8.64e15;
/** Buckets up to this width begin at the same moments in all zones: clocks differ by quarters of an hour. */
const sameEverywhereMs = 15 * minute;
/** Days that have the same offset where that holds for the first and the one behind the last of them, ms. */
const daysTogether = 4 * day;
/** Offsets that are kept of a zone: those of 100 years and more. */
const keptDays = 15_000;
/** Zones that are kept. */
const keptZones = 64;

/** A zone that `Intl` knows. */
export interface Zone {
  readonly name: string;
  /** Local time minus UTC at `timeMs`, ms; whole seconds. */
  offsetMs(timeMs: number): number;
}

const zones = new Map<string, Zone>();

/** The zone of a name such as `Asia/Kathmandu`, in any case; undefined where there is none. */
export function zoneNamed(name: string): Zone | undefined {
  const known = zones.get(name);
  if (known) return known;
  // Nothing else than names: what else `Intl` may take differs from platform to platform.
  if (!/^[a-z][a-z0-9_+-]*(?:\/[a-z0-9_+-]+){0,2}$/i.test(name) || name.length > 64) return undefined;
  try {
    const format = new Intl.DateTimeFormat("en-US", { timeZone: name, timeZoneName: "longOffset", year: "numeric" });
    const zone = { name, offsetMs: (timeMs: number) => offsetIn(format.format(timeMs)) };
    if (zones.size >= keptZones) zones.clear();
    zones.set(name, zone);
    return zone;
  } catch {
    return undefined;
  }
}

/** The offset in a text that ends with `GMT`, `GMT+05:45` or `GMT-00:01:15`. */
function offsetIn(text: string): number {
  const [, sign, hours, minutes, seconds = "0"] = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(text) ?? [];
  if (sign === undefined) return 0;
  const ms = Number(hours) * hour + Number(minutes) * minute + Number(seconds) * 1_000;
  return sign === "-" ? -ms : ms;
}

/** True where buckets of this width begin at other moments in some zones than in UTC. */
export function isLocalWidth(everyMs: number): boolean {
  return everyMs > sameEverywhereMs || sameEverywhereMs % everyMs !== 0;
}

/**
 * Where buckets of `everyMs` by local time begin, from the one that holds `fromMs` to the end of the one that holds the last
 * moment before `toMs`: days at midnight, weeks on Monday, hours counted from midnight. Where clocks change, a bucket is as
 * much shorter or longer; those of an hour and less stay as they are, and there is one more. Both ends must be finite.
 */
export function localBoundaries(zone: Zone, everyMs: number, fromMs: number, toMs: number): Float64Array {
  const clock = new LocalClock(zone);
  const originMs = bucketOrigin(everyMs);
  const startAt = (place: number) => clock.firstMoment(originMs + place * everyMs);
  let place = Math.floor((fromMs + clock.offsetMs(fromMs) - originMs) / everyMs);
  while (startAt(place) > fromMs) place -= 1;
  let lastMs = startAt(place);
  const boundaries = [lastMs];
  while (lastMs < toMs) {
    place += 1;
    const nextMs = startAt(place);
    // An hour that the clocks pass twice is two buckets.
    while (everyMs <= hour && nextMs - lastMs > everyMs) {
      lastMs += everyMs;
      boundaries.push(lastMs);
    }
    // A day that they leave out is none.
    if (nextMs > lastMs) boundaries.push(nextMs);
    lastMs = nextMs;
  }
  return Float64Array.from(boundaries);
}

/** What was found out of a zone, by the start of each day (UTC). */
class KnownDays {
  /** The offset then: nearly all that is asked is answered by two of them that are the same. */
  readonly offsets = new Map<number, number>();
  /** When in this day it changes, ms. */
  readonly changes = new Map<number, number>();
}

const knownDays = new WeakMap<Zone, KnownDays>();

class LocalClock {
  readonly #zone: Zone;
  readonly #known: KnownDays;

  constructor(zone: Zone) {
    this.#zone = zone;
    const known = knownDays.get(zone);
    this.#known = known && known.offsets.size <= keptDays ? known : new KnownDays();
    knownDays.set(zone, this.#known);
  }

  offsetMs(timeMs: number): number {
    return this.#zone.offsetMs(Math.max(-endOfTime, Math.min(endOfTime, timeMs)));
  }

  /** The first moment at which local clocks show `localMs` or later. */
  firstMoment(localMs: number): number {
    const startMs = (Math.floor(localMs / day) - 1) * day;
    const endMs = (Math.ceil(localMs / day) + 1) * day;
    const [before, after] = [this.#atDay(startMs), this.#atDay(endMs)];
    if (before === after) return localMs - before;
    const changeMs = this.#changeAfter(startMs, before);
    return localMs - before < changeMs ? localMs - before : Math.max(changeMs, localMs - after);
  }

  /** The offset at the start of a day. The shortest time after which a zone took a change back was a week (Boa Vista, 2000). */
  #atDay(timeMs: number): number {
    const startMs = Math.floor(timeMs / daysTogether) * daysTogether;
    const offset = this.#sampled(startMs);
    return offset === this.#sampled(startMs + daysTogether) ? offset : this.#sampled(timeMs);
  }

  #sampled(timeMs: number): number {
    const known = this.#known.offsets.get(timeMs);
    if (known !== undefined) return known;
    const offset = this.offsetMs(timeMs);
    this.#known.offsets.set(timeMs, offset);
    return offset;
  }

  /** The first moment of another offset than that `before`; there is one within a few days after `startMs`. */
  #changeAfter(startMs: number, before: number): number {
    let dayMs = startMs;
    while (this.#atDay(dayMs + day) === before) dayMs += day;
    const known = this.#known.changes.get(dayMs);
    if (known !== undefined) return known;
    // By halves: clocks change at whole seconds.
    let [low, high] = [dayMs / 1_000, (dayMs + day) / 1_000];
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (this.offsetMs(middle * 1_000) === before) low = middle;
      else high = middle;
    }
    this.#known.changes.set(dayMs, high * 1_000);
    return high * 1_000;
  }
}
