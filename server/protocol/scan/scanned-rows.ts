/** Rows of a frame as they were read from its bytes (`frame-scanner.ts`). */

const firstCapacity = 256;
const utf8 = new TextDecoder();

/** The rows of a frame side by side. They stand until the next frame is scanned. */
export class ScannedRows {
  readonly type = "scannedRows";
  length = 0;
  seq: number | undefined;
  id: number | undefined;
  /** The device that the frame names. */
  device: string | undefined;
  readonly metrics: string[] = [];
  /** The device that each row names; undefined where it names none. */
  readonly devices: (string | undefined)[] = [];
  /** ms since the epoch; NaN where a row has none. */
  times = new Float64Array(firstCapacity);
  /** Numbers; 0 and 1 for booleans. */
  numbers = new Float64Array(firstCapacity);
  areBooleans = new Uint8Array(firstCapacity);
  #bytes: Uint8Array = new Uint8Array(0);
  #parsed: readonly unknown[] | undefined;

  /** The frame that its rows are of. */
  set bytes(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#parsed = undefined;
  }

  value(index: number): number | boolean {
    const number = this.numbers[index] as number;
    return this.areBooleans[index] === 1 ? number === 1 : number;
  }

  /** A row as it was sent, for those that are refused. */
  raw(index: number): unknown {
    this.#parsed ??= (JSON.parse(utf8.decode(this.#bytes)) as { readings: unknown[] }).readings;
    return this.#parsed[index];
  }

  grow(): void {
    const capacity = this.times.length * 2;
    const [times, numbers, areBooleans] = [this.times, this.numbers, this.areBooleans];
    this.times = new Float64Array(capacity);
    this.times.set(times);
    this.numbers = new Float64Array(capacity);
    this.numbers.set(numbers);
    this.areBooleans = new Uint8Array(capacity);
    this.areBooleans.set(areBooleans);
  }
}
