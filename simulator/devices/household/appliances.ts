/** What the appliances of a home draw through a day, painted into cells of ten seconds. */
import type { Noise, Random } from "../../random.ts";

export const cellMs = 10_000;
export const cellsADay = (24 * 3_600_000) / cellMs;

/** Watts in each cell of a day. */
export type Watts = Int16Array<ArrayBuffer>;

const cellsAMinute = 60_000 / cellMs;
const cellsAnHour = 60 * cellsAMinute;

/** Adds what `watts` gives for each cell since the start; what lies outside the day is left out. */
function paint(line: Watts, start: number, length: number, watts: (since: number) => number): void {
  const from = Math.round(start);
  for (let since = Math.max(0, -from); since < Math.round(length) && from + since < cellsADay; since++) {
    line[from + since] = (line[from + since] as number) + Math.round(watts(since));
  }
}

/** Standby, network, chargers: always something, a little more or less. */
export function paintStandby(line: Watts, base: number, firstCell: number, noise: Noise): void {
  paint(line, 0, cellsADay, (cell) => {
    const at = firstCell + cell;
    return base * (1 + 0.12 * noise.smooth(at / 90)) + 3 * noise.white(at);
  });
}

/** The compressor runs a third of the time, with a jolt as it starts. */
export function paintFridge(line: Watts, firstCell: number, noise: Noise): void {
  const period = 47 * cellsAMinute;
  const first = Math.floor(firstCell / period) - 1;
  for (let cycle = first; cycle <= first + cellsADay / period + 2; cycle++) {
    const start = cycle * period + 5 * cellsAMinute * noise.white(2 * cycle);
    const length = (15 + 3 * noise.white(2 * cycle + 1)) * cellsAMinute;
    paint(line, start - firstCell, length, (since) => (since === 0 ? 150 : 88 - 8 * Math.min(1, since / 60)));
  }
}

/** Lamps and a television in the morning and in the evening, each for itself. */
export function paintEvening(line: Watts, random: Random): void {
  const on = (from: number, until: number, watts: number): void =>
    paint(line, from * cellsAnHour, (until - from) * cellsAnHour, () => watts);
  on(random.between(5.8, 6.6), random.between(7.2, 8.2), random.between(20, 60));
  on(random.between(16.5, 18), random.between(21, 22.8), random.between(25, 60));
  on(random.between(17, 19), random.between(21.5, 23.4), random.between(15, 45));
  if (random.chance(0.8)) on(random.between(18.5, 20), random.between(21.3, 23), random.between(80, 130));
}

/** Two to three and a half minutes at full power. */
export function paintKettle(line: Watts, random: Random): void {
  const watts = random.between(1_950, 2_150);
  for (const hour of [6.7, 7.5, 10.3, 15.7, 20.2]) {
    const start = (hour + random.between(-0.5, 0.5)) * cellsAnHour;
    const length = random.between(2, 3.5) * cellsAMinute;
    if (random.chance(0.6)) paint(line, start, length, (since) => watts + (since % 3));
  }
}

/** A hob that switches on and off by its thermostat, at noon and in the evening. */
export function paintCooking(line: Watts, random: Random): void {
  for (const [hour, chance] of [
    [11.9, 0.4],
    [18.3, 0.85],
  ] as const) {
    const start = (hour + random.between(-0.7, 0.7)) * cellsAnHour;
    const length = random.between(18, 45) * cellsAMinute;
    const watts = random.between(1_300, 1_900);
    const period = Math.round(random.between(6, 11));
    // Full power until it is hot, then in turns.
    if (!random.chance(chance)) continue;
    paint(line, start, length, (since) => (since < 30 || since % period < 3 ? watts : 0));
  }
}

/** Fills, heats, turns its drum to and fro for an hour and spins. */
export function paintWashing(line: Watts, random: Random): void {
  const start = random.between(8, 18) * cellsAnHour;
  const heating = random.between(10, 17) * cellsAMinute;
  const wanted = random.chance(0.45);
  const turns = Array.from({ length: 110 * cellsAMinute }, () => random.between(30, 240));
  if (!wanted) return;
  paint(line, start, turns.length, (since) => {
    const minute = since / cellsAMinute;
    if (minute < 4) return 18;
    if (since < 4 * cellsAMinute + heating) return 2_050 + 0.3 * (turns[since] as number);
    if (minute < 100) return turns[since] as number;
    return minute < 108 ? 180 + 55 * Math.min(7, minute - 100) : 9;
  });
}

/** Heats twice: for the wash and for the last rinse. */
export function paintDishwasher(line: Watts, random: Random): void {
  const start = random.between(19.5, 21.5) * cellsAnHour;
  if (!random.chance(0.55)) return;
  paint(line, start, 95 * cellsAMinute, (since) => {
    const minute = since / cellsAMinute;
    return (minute > 5 && minute < 18) || (minute > 66 && minute < 76) ? 1_900 : 55 + 15 * (since % 2);
  });
}

/** Runs the longer the colder it is outside (°C by cell), and once a day for hot water; it starts softly. */
export function paintHeatPump(line: Watts, firstCell: number, noise: Noise, outsideAt: (cell: number) => number): void {
  const watts = (since: number, full: number): number => full * Math.min(1, 0.4 + since / 20);
  const period = 45 * cellsAMinute;
  const first = Math.floor(firstCell / period) - 1;
  const heating = new Int16Array(cellsADay);
  for (let cycle = first; cycle <= first + cellsADay / period + 2; cycle++) {
    const start = cycle * period + 4 * cellsAMinute * noise.white(cycle);
    const outside = outsideAt(start);
    const duty = Math.min(0.85, (16 - outside) / 28);
    const full = 1_500 - 12 * outside;
    if (duty > 0.15) paint(heating, start - firstCell, duty * period, (since) => watts(since, full));
  }
  const bath = (12.6 + 0.4 * noise.white(firstCell)) * cellsAnHour;
  paint(line, bath, 38 * cellsAMinute, (since) => watts(since, 1_750) - (heating[Math.round(bath) + since] ?? 0));
  paint(line, 0, cellsADay, (cell) => 11 + (heating[cell] as number));
}
