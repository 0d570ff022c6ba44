/** Columns of a frame as they were read from its bytes (`frame-scanner.ts`). */

const firstCapacity = 256;

/** What a cell is. */
const cellKind = { number: 0, boolean: 1, none: 2 } as const;

/** The times and columns of a `samples` frame. They stand until the next frame is scanned. */
export class ScannedSamples {
  readonly type = "scannedSamples";
  seq: number | undefined;
  id: number | undefined;
  /** The device that the frame names. */
  device: string | undefined;
  /** Entries of `times`, and of each column. */
  length = 0;
  /** ms since the epoch. */
  times = new Float64Array(firstCapacity);
  /** A column each, in the order of the frame. */
  readonly names: string[] = [];
  /** Where each column begins in `numbers`. */
  readonly starts: number[] = [];
  /** Whether each column holds numbers alone. */
  readonly areNumbers: boolean[] = [];
  /** Cells of all columns. */
  cells = 0;
  /** Numbers, 0 and 1 for booleans, one column after the other. */
  numbers = new Float64Array(firstCapacity);
  #kinds = new Uint8Array(firstCapacity);

  /** Whether each column is as long as `times`. */
  get isEven(): boolean {
    const { length, starts } = this;
    for (let column = 0; column < starts.length; column++) if (starts[column] !== column * length) return false;
    return this.cells === starts.length * length;
  }

  /** A cell as it was sent; null where there is no value. */
  cell(column: number, index: number): number | boolean | null {
    const at = (this.starts[column] as number) + index;
    const number = this.numbers[at] as number;
    const kind = this.#kinds[at];
    return kind === cellKind.number ? number : kind === cellKind.boolean ? number === 1 : null;
  }

  beginTimes(): void {
    this.length = 0;
  }

  addTime(timeMs: number): void {
    if (this.length === this.times.length) this.times = grown(this.times, new Float64Array(this.length * 2));
    this.times[this.length++] = timeMs;
  }

  beginColumns(): void {
    this.names.length = 0;
    this.starts.length = 0;
    this.areNumbers.length = 0;
    this.cells = 0;
  }

  beginColumn(name: string): void {
    this.names.push(name);
    this.starts.push(this.cells);
    this.areNumbers.push(true);
  }

  add(number: number, isBoolean: boolean): void {
    this.#addCell(number, isBoolean ? cellKind.boolean : cellKind.number);
  }

  addNull(): void {
    this.#addCell(0, cellKind.none);
  }

  #addCell(number: number, kind: number): void {
    const at = this.cells;
    if (at === this.numbers.length) {
      this.numbers = grown(this.numbers, new Float64Array(at * 2));
      this.#kinds = grown(this.#kinds, new Uint8Array(at * 2));
    }
    this.numbers[at] = number;
    this.#kinds[at] = kind;
    if (kind !== cellKind.number) this.areNumbers[this.areNumbers.length - 1] = false;
    this.cells = at + 1;
  }
}

function grown<T extends Float64Array | Uint8Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
