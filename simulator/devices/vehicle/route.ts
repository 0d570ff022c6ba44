/** A closed route through a town: straight streets joined by arcs, with stops, traffic lights and a tunnel. */
import type { Random } from "../../random.ts";

/** Comfortable sideways acceleration in a bend, m/s². */
const sideways = 1.2;

/** Metres from the middle of the route, and the direction of travel in degrees from north, clockwise. */
export interface Place {
  readonly east: number;
  readonly north: number;
  readonly heading: number;
}

/** A street (radius 0) or a bend, from `start` on, in metres along the route. */
export interface Piece {
  readonly start: number;
  readonly length: number;
  /** m/s. */
  readonly limit: number;
  /** Where it begins; its heading in radians from east, counter-clockwise. */
  readonly east: number;
  readonly north: number;
  readonly angle: number;
  /** Of the bend, m: positive to the left, negative to the right. */
  readonly radius: number;
}

interface Point {
  readonly east: number;
  readonly north: number;
}

export class Route {
  readonly pieces: readonly Piece[];
  /** m. */
  readonly length: number;
  /** Where people get on and off, metres along the route, rising. */
  readonly stops: readonly number[];
  /** Stop lines before a bend. */
  readonly lights: readonly number[];
  /** From the mouth of the tunnel to its end. */
  readonly tunnel: { readonly from: number; readonly until: number };

  constructor(random: Random) {
    this.pieces = layOut(random);
    const last = this.pieces.at(-1) as Piece;
    this.length = last.start + last.length;
    const streets = this.pieces.filter(({ radius }) => radius === 0);
    const longest = streets.slice(1).reduce((most, one) => (one.length > most.length ? one : most));
    this.tunnel = { from: longest.start + 0.2 * longest.length, until: longest.start + 0.75 * longest.length };
    this.stops = streets.flatMap((street) => (street === longest ? [] : stopsOf(street)));
    this.lights = this.pieces.filter(({ radius }, index) => index > 0 && radius !== 0).map(({ start }) => start);
  }

  /** The place `along` metres from the beginning, round and round. */
  at(along: number): Place {
    const rest = ((along % this.length) + this.length) % this.length;
    let index = 0;
    while ((this.pieces[index + 1]?.start ?? Number.POSITIVE_INFINITY) <= rest) index++;
    const piece = this.pieces[index] as Piece;
    const on = rest - piece.start;
    const turned = piece.radius === 0 ? 0 : on / piece.radius;
    // The chord of the arc so far: halfway between the old direction and the new one.
    const chord = piece.radius === 0 ? on : 2 * piece.radius * Math.sin(turned / 2);
    const angle = piece.angle + turned / 2;
    return {
      east: piece.east + chord * Math.cos(angle),
      north: piece.north + chord * Math.sin(angle),
      heading: (450 - ((piece.angle + turned) * 180) / Math.PI) % 360,
    };
  }
}

/** Every 400 m or so, neither near a bend. */
function stopsOf({ start, length }: Piece): number[] {
  const count = Math.floor(length / 420);
  return Array.from({ length: count }, (_, index) => start + ((index + 0.5) * length) / count);
}

/** Corners around a middle, some nearer, some farther away, each cut by an arc. */
function layOut(random: Random): Piece[] {
  const count = 12 + Math.floor(random.between(0, 5));
  const size = random.between(1_400, 2_000);
  const clockwise = random.chance(0.5);
  const corners: Point[] = Array.from({ length: count }, (_, index) => {
    const angle = ((clockwise ? -1 : 1) * 2 * Math.PI * (index + random.between(-0.25, 0.25))) / count;
    const away = size * random.between(0.4, 1.25);
    return { east: away * Math.cos(angle), north: away * Math.sin(angle) };
  });
  const bends = corners.map((corner, index) => {
    const before = corners[(index + count - 1) % count] as Point;
    const after = corners[(index + 1) % count] as Point;
    return cut(before, corner, after, random.between(18, 38));
  });
  const pieces: Piece[] = [];
  let start = 0;
  for (let index = 0; index < count; index++) {
    const from = bends[index] as Bend;
    const bend = bends[(index + 1) % count] as Bend;
    const length = distance(from.end, bend.begin);
    const limit = (length > 900 ? 70 : random.choice([40, 50, 50])) / 3.6;
    pieces.push({ start, length, limit, ...from.end, angle: bend.angle, radius: 0 });
    start += length;
    const arc = Math.abs(bend.turn * bend.radius);
    const slow = Math.sqrt(sideways * Math.abs(bend.radius));
    pieces.push({ start, length: arc, limit: slow, ...bend.begin, angle: bend.angle, radius: bend.radius });
    start += arc;
  }
  return pieces;
}

interface Bend {
  readonly begin: Point;
  readonly end: Point;
  /** Direction in which it begins, and how far it turns to the left, radians. */
  readonly angle: number;
  readonly turn: number;
  readonly radius: number;
}

/** An arc as wide as wished, or as the shorter street leaves room for. */
function cut(before: Point, corner: Point, after: Point, wished: number): Bend {
  const angle = Math.atan2(corner.north - before.north, corner.east - before.east);
  const onward = Math.atan2(after.north - corner.north, after.east - corner.east);
  const turn = Math.atan2(Math.sin(onward - angle), Math.cos(onward - angle));
  const shorter = Math.min(distance(before, corner), distance(corner, after));
  const back = Math.min(wished * Math.abs(Math.tan(turn / 2)), 0.4 * shorter);
  const radius = back / Math.abs(Math.tan(turn / 2));
  return {
    begin: { east: corner.east - back * Math.cos(angle), north: corner.north - back * Math.sin(angle) },
    end: { east: corner.east + back * Math.cos(onward), north: corner.north + back * Math.sin(onward) },
    angle,
    turn,
    radius: turn < 0 ? -radius : radius,
  };
}

function distance(a: Point, b: Point): number {
  return Math.hypot(b.east - a.east, b.north - a.north);
}
