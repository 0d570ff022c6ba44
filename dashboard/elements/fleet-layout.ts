/** Where each device of the fleet lies, known without drawing any: groups one below the other, in each lines of equal height. */

export interface GroupShape {
  /** Devices in it. */
  readonly count: number;
  readonly closed: boolean;
}

/** Sizes, CSS pixels. */
export interface FleetMetrics {
  /** Devices side by side. */
  readonly columns: number;
  readonly lineHeight: number;
  /** Between two lines. */
  readonly gap: number;
  /** Of a group's head; 0 where nothing is grouped. */
  readonly headHeight: number;
  /** Below each group. */
  readonly foot: number;
}

/** The part of a group that is to exist. `from`, `to`: devices of the group, `to` excluded. */
export interface FleetSlice {
  readonly group: number;
  readonly from: number;
  readonly to: number;
  /** Room above the first line, in place of those that do not exist, CSS pixels. */
  readonly above: number;
}

/** A place among the devices of open groups. */
export interface FleetPlace {
  readonly group: number;
  /** In the group. */
  readonly index: number;
  /** CSS pixels from the top of the fleet. */
  readonly top: number;
  readonly bottom: number;
}

export type FleetStep = "previous" | "next" | "up" | "down" | "pageUp" | "pageDown" | "first" | "last";

export class FleetLayout {
  readonly #groups: readonly GroupShape[];
  readonly #metrics: FleetMetrics;
  /** Upper edges of the groups, and the lower edge of the last. */
  readonly #tops: number[] = [0];
  /** Devices of open groups before each group, and of all. */
  readonly #before: number[] = [0];

  constructor(groups: readonly GroupShape[], metrics: FleetMetrics) {
    this.#groups = groups;
    this.#metrics = metrics;
    let top = 0;
    let before = 0;
    for (const group of groups) {
      top += metrics.headHeight + this.#bodyHeight(group) + metrics.foot;
      before += group.closed ? 0 : group.count;
      this.#tops.push(top);
      this.#before.push(before);
    }
  }

  get height(): number {
    return this.#tops.at(-1) as number;
  }

  /** Devices that can be walked to. */
  get count(): number {
    return this.#before.at(-1) as number;
  }

  groupTop(group: number): number {
    return this.#tops[group] as number;
  }

  groupHeight(group: number): number {
    return (this.#tops[group + 1] as number) - this.groupTop(group);
  }

  /** What lies between the two edges, in part or whole. */
  slices(top: number, bottom: number): FleetSlice[] {
    const { headHeight, columns, gap } = this.#metrics;
    const found: FleetSlice[] = [];
    for (let group = lastAtOrBelow(this.#tops, Math.max(0, top)); group < this.#groups.length; group++) {
      const start = this.groupTop(group);
      if (start > bottom) break;
      const { count, closed } = this.#groups[group] as GroupShape;
      const body = start + headHeight;
      const lines = closed ? 0 : Math.ceil(count / columns);
      const first = Math.max(0, Math.min(lines, Math.floor((top - body) / this.#step)));
      const end = Math.max(first, Math.min(lines, Math.ceil((bottom - body + gap) / this.#step)));
      found.push({ group, from: first * columns, to: Math.min(count, end * columns), above: first * this.#step });
    }
    return found;
  }

  /** The place of a device by its number among those of open groups, from 0. */
  place(number: number): FleetPlace {
    const group = lastAtOrBelow(this.#before, Math.max(0, Math.min(this.count - 1, number)));
    const index = number - (this.#before[group] as number);
    const { columns, headHeight, lineHeight } = this.#metrics;
    const top = this.groupTop(group) + headHeight + Math.floor(index / columns) * this.#step;
    return { group, index, top, bottom: top + lineHeight };
  }

  /** The number of the first device of a group. */
  firstOf(group: number): number {
    return this.#before[group] as number;
  }

  /** Where a key leads from a device. Up and down keep to the column, over the edges of groups. `pageHeight`: of what is seen, CSS pixels. */
  walk(number: number, step: FleetStep, pageHeight: number): number {
    const page = Math.max(1, Math.floor(pageHeight / this.#step));
    if (step === "previous") return Math.max(0, number - 1);
    if (step === "next") return Math.min(this.count - 1, number + 1);
    if (step === "first") return 0;
    if (step === "last") return this.count - 1;
    let at = number;
    const lines = step === "up" || step === "down" ? 1 : page;
    for (let line = 0; line < lines; line++) at = this.#lineBeside(at, step === "up" || step === "pageUp" ? -1 : 1);
    return at;
  }

  get #step(): number {
    return this.#metrics.lineHeight + this.#metrics.gap;
  }

  #bodyHeight({ count, closed }: GroupShape): number {
    return closed ? 0 : Math.ceil(count / this.#metrics.columns) * this.#step;
  }

  /** The device in the line above (-1) or below (1), in the same column or the last of a shorter line. */
  #lineBeside(number: number, direction: -1 | 1): number {
    const { columns } = this.#metrics;
    const { group, index } = this.place(number);
    const column = index % columns;
    const lineStart = number - column;
    const groupEnd = this.#before[group + 1] as number;
    if (direction === 1) {
      const below = lineStart + columns;
      if (below < groupEnd) return Math.min(below + column, groupEnd - 1);
      if (groupEnd >= this.count) return number;
      const next = this.place(groupEnd).group;
      return Math.min(groupEnd + column, (this.#before[next + 1] as number) - 1);
    }
    if (index >= columns) return number - columns;
    const groupStart = this.#before[group] as number;
    if (groupStart === 0) return number;
    const above = this.place(groupStart - 1);
    return Math.min(groupStart - 1 - (above.index % columns) + column, groupStart - 1);
  }
}

/** The last of the rising edges, but the very last, that lies at or before `at`; of equal ones the last. */
function lastAtOrBelow(edges: readonly number[], at: number): number {
  let low = 0;
  let high = Math.max(0, edges.length - 2);
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if ((edges[middle] as number) <= at) low = middle;
    else high = middle - 1;
  }
  return low;
}
