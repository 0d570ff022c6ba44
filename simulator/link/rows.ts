/** Row form: any readings, one after the other, each as JSON text. */
import { bytesAtMost, type Content, type FrameLimits, type Reading } from "./content.ts";

/** Room for `{"type":"readings","seq":9007199254740991,"readings":[]}`. */
const envelopeBytes = 64;

/** At one stroke: a text that is put together of pieces keeps the pieces, three times the memory. */
export function encodeRow(reading: Reading): string {
  const text = JSON.stringify(reading);
  return Object.is(reading.value, -0) ? text.replace('"value":0', '"value":-0') : text;
}

/** How many of `rows` from `start` fit into one frame: at least one, as a reading cannot be divided. */
export function fitting(rows: readonly unknown[], start: number, limits: FrameLimits): number {
  const most = Math.min(limits.rows, limits.readings);
  let bytes = envelopeBytes;
  let count = 0;
  for (let row = rows[start]; typeof row === "string" && count < most; row = rows[start + count]) {
    bytes += bytesAtMost(row) + 1;
    if (bytes > limits.bytes && count > 0) break;
    count++;
  }
  return count;
}

export class Rows implements Content {
  readonly #rows: readonly string[];

  constructor(rows: readonly string[]) {
    this.#rows = rows;
  }

  get count(): number {
    return this.#rows.length;
  }

  text(seq: number): string {
    return `{"type":"readings","seq":${seq},"readings":[${this.#rows.join(",")}]}`;
  }

  find(index: number): Reading | undefined {
    const row = this.#rows[index];
    return row === undefined ? undefined : (JSON.parse(row) as Reading);
  }

  readings(): Iterable<Reading> {
    return this.#rows.map((row) => JSON.parse(row) as Reading);
  }

  divided(limits: FrameLimits): Rows[] {
    const parts: Rows[] = [];
    for (let start = 0; start < this.#rows.length; ) {
      const count = fitting(this.#rows, start, limits);
      parts.push(count === this.#rows.length ? this : new Rows(this.#rows.slice(start, start + count)));
      start += count;
    }
    return parts;
  }
}
