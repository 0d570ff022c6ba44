/** The sky that all devices of a seed stand under: the sun by season and hour (UTC) at about 48° north, drifting clouds, the air. */
import { Noise } from "../random.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

export function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

/** Height of the sun over the horizon, 0 (night) to 1. */
export function sunAt(time: number): number {
  const hours = (((time % day) + day) % day) / hour;
  const daylight = 12 + 4 * seasonAt(time);
  return (
    Math.max(0, Math.sin((Math.PI * (hours - 12 + daylight / 2)) / daylight)) * (hours > 4 && hours < 20.1 ? 1 : 0)
  );
}

/** -1 in midwinter, 1 in midsummer. */
export function seasonAt(time: number): number {
  return Math.sin((2 * Math.PI * (time / day - 79)) / 365.2425);
}

/** The clouds of a seed: how much of the sky they cover at a time, 0 to 1. */
export function cloudsOf(seed: string | number): (time: number) => number {
  const noise = new Noise(`${seed}/clouds`);
  return (time) => clamp(0.45 + 0.75 * noise.rough(time / (50 * minute)), 0, 1);
}

/** The air outside under the sky of a seed, °C: season, hour and days of warmer and of colder weather. */
export function outsideOf(seed: string | number): (time: number) => number {
  const weather = new Noise(`${seed}/weather`);
  return (time) => {
    const afternoon = Math.cos((2 * Math.PI * ((time % day) - 15 * hour)) / day);
    return 10 + 9 * seasonAt(time - 30 * day) + 4.5 * afternoon + 4 * weather.rough(time / (2 * day));
  };
}
