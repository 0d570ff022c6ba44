/** The working day of a factory: three shifts of five jobs, a break in the middle of each, cleaning on Sunday mornings. */

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** A job and the changeover before it; five make a shift of eight hours. */
const slotMs = 96 * minute;
export const slotsADay = day / slotMs;

/** Slots are counted so that shifts begin at 06:00, 14:00 and 22:00 UTC. */
const firstSlotMs = (6 * hour) % slotMs;
const earlySlot = (6 * hour - firstSlotMs) / slotMs;

const shifts = ["early", "late", "night"] as const;

function modulo(value: number, by: number): number {
  return ((value % by) + by) % by;
}

/** The name of the shift at a time, ms since the epoch. */
export function shiftAt(time: number): string {
  return shifts[Math.floor(modulo(slotAt(time) - earlySlot, slotsADay) / 5)] as string;
}

/** The slot that a time (ms since the epoch) lies in. */
export function slotAt(time: number): number {
  return Math.floor((time - firstSlotMs) / slotMs);
}

/** When a slot begins, ms since the epoch. */
export function startOf(slot: number): number {
  return slot * slotMs + firstSlotMs;
}

/** A shift's third job begins after the break. */
export function isBreak(slot: number): boolean {
  return modulo(slot - earlySlot, 5) === 2;
}

/** The early shift of a Sunday; the epoch began on a Thursday. */
export function isCleaned(slot: number): boolean {
  const ofDay = slot - earlySlot;
  return modulo(ofDay, slotsADay) < 5 && modulo(Math.floor(ofDay / slotsADay), 7) === 3;
}
