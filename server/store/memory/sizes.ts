/** What each series of the reference engine takes, counted reading by reading. */
import { readingBytes } from "../columns.ts";
import type { SeriesSizes } from "../sizes.ts";

interface Sized {
  readonly series: number;
  readonly readings: ReadonlyMap<number, unknown>;
}

/** Series without readings are left out; `fromMs` is included, `toMs` is not. */
export function sizesOf(all: Iterable<Sized>, fromMs: number, toMs: number): SeriesSizes {
  const held = [...all].filter(({ readings }) => readings.size > 0);
  const column = (of: (one: Sized) => number) => Float64Array.from(held, of);
  const times = ({ readings }: Sized) => [...readings.keys()];
  return {
    series: column(({ series }) => series),
    bytes: column(({ readings }) => readings.size * readingBytes),
    readings: column(({ readings }) => readings.size),
    firstMs: column((one) => times(one).reduce((a, b) => Math.min(a, b))),
    lastMs: column((one) => times(one).reduce((a, b) => Math.max(a, b))),
    within: column((one) => times(one).filter((timeMs) => timeMs >= fromMs && timeMs < toMs).length),
    bytesPerReading: column(() => readingBytes),
  };
}
