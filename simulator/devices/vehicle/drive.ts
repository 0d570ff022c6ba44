/** How a bus drives its route: stretches of even acceleration between stops, red lights, bends and its terminus. */
import type { Random } from "../../random.ts";
import type { Route } from "./route.ts";

/** m/s². */
const speedsUp = 1;
const brakes = 1.2;

/** Energy: 9 tonnes with their rolling and their air, what braking gives back, heating and doors. */
const massKg = 9_000;
const rollingN = 700;
const dragNs2M2 = 2.8;
const givenBack = 0.65;
const alwaysW = 3_000;

/** Even acceleration for a while; standing still is one, too. */
export interface Stretch {
  /** s since the lap began. */
  readonly from: number;
  readonly seconds: number;
  /** m since the lap began. */
  readonly along: number;
  /** m/s at its beginning. */
  readonly speed: number;
  /** m/s². */
  readonly acceleration: number;
}

/** Where speed is bounded: m/s at the place, and s to wait there. */
interface Mark {
  readonly along: number;
  readonly speed: number;
  readonly waits: number;
}

/** The stretches of one lap, from standing to standing. */
export function lapOf(route: Route, random: Random): Stretch[] {
  const traffic = random.between(0.82, 1);
  const marks = marksOf(route, random);
  const limits = marks.slice(1).map(({ along }, index) => {
    const middle = (along + (marks[index] as Mark).along) / 2;
    const piece = route.pieces.findLast(({ start }) => start <= middle);
    return (piece?.limit ?? 0) * traffic;
  });
  const speeds = reachable(marks, limits);
  const stretches: Stretch[] = [];
  let from = 0;
  const add = (along: number, speed: number, acceleration: number, seconds: number): void => {
    if (seconds <= 0) return;
    stretches.push({ from, seconds, along, speed, acceleration });
    from += seconds;
  };
  for (let index = 0; index + 1 < marks.length; index++) {
    const { along, waits } = marks[index] as Mark;
    const length = (marks[index + 1] as Mark).along - along;
    const [first, last] = [speeds[index] as number, speeds[index + 1] as number];
    const crossing = Math.sqrt(
      (2 * length * speedsUp * brakes + brakes * first ** 2 + speedsUp * last ** 2) / (speedsUp + brakes),
    );
    const top = Math.max(first, last, Math.min(limits[index] as number, crossing));
    const gaining = (top ** 2 - first ** 2) / (2 * speedsUp);
    const losing = (top ** 2 - last ** 2) / (2 * brakes);
    const even = Math.max(0, length - gaining - losing);
    add(along, 0, 0, waits);
    add(along, first, speedsUp, (top - first) / speedsUp);
    add(along + gaining, top, 0, even / top);
    add(along + gaining + even, top, -brakes, (top - last) / brakes);
  }
  return stretches;
}

/** Energy that a stretch takes until `seconds` of it are over, J; braking gives some back. */
export function energyOf({ speed, acceleration }: Stretch, seconds: number): number {
  const end = speed + acceleration * seconds;
  const metres = ((speed + end) / 2) * seconds;
  const motion = (massKg / 2) * (end ** 2 - speed ** 2);
  const cubed = acceleration === 0 ? speed ** 3 * seconds : (end ** 4 - speed ** 4) / (4 * acceleration);
  return rollingN * metres + dragNs2M2 * cubed + alwaysW * seconds + (motion > 0 ? motion : givenBack * motion);
}

function marksOf(route: Route, random: Random): Mark[] {
  const marks: Mark[] = [{ along: 0, speed: 0, waits: 0 }];
  for (const along of route.stops) marks.push({ along, speed: 0, waits: random.between(10, 32) });
  for (const { start } of route.pieces.slice(1)) {
    const waits = random.between(5, 35);
    const red = random.chance(0.3) && route.lights.includes(start);
    marks.push({ along: start, speed: red ? 0 : Number.POSITIVE_INFINITY, waits: red ? waits : 0 });
  }
  marks.push({ along: route.length, speed: 0, waits: 0 });
  return marks.sort((a, b) => a.along - b.along);
}

/** Speeds at the marks that brakes and motor can bring about within the limits of both sides. */
function reachable(marks: readonly Mark[], limits: readonly number[]): number[] {
  const speeds = marks.map(({ speed }, index) =>
    Math.min(speed, limits[index - 1] ?? Number.POSITIVE_INFINITY, limits[index] ?? Number.POSITIVE_INFINITY),
  );
  const apart = (index: number): number => (marks[index + 1] as Mark).along - (marks[index] as Mark).along;
  for (let index = 0; index + 1 < speeds.length; index++) {
    const most = Math.sqrt((speeds[index] as number) ** 2 + 2 * speedsUp * apart(index));
    speeds[index + 1] = Math.min(speeds[index + 1] as number, most);
  }
  for (let index = speeds.length - 2; index >= 0; index--) {
    const most = Math.sqrt((speeds[index + 1] as number) ** 2 + 2 * brakes * apart(index));
    speeds[index] = Math.min(speeds[index] as number, most);
  }
  return speeds;
}
