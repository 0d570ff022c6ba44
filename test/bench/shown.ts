/** Which readings of a device its viewers are shown, frame by frame, where frames hold rows whose series take turns (`frames.ts`). */
import { Random } from "../../simulator/random.ts";
import { behindGateway, gatewayMetric, type Shape } from "./frames.ts";

/** What one viewer watches. */
export interface Shown {
  readonly selection: { readonly devices: readonly string[]; readonly metrics?: readonly string[] };
  /** Readings of it in the first so many frames of the device. */
  after(frames: number): number;
}

/** All that a device sends. */
export function everything(device: string, { readings }: Pick<Shape, "readings">): Shown {
  return { selection: { devices: [device] }, after: (frames) => frames * readings };
}

/** Some of the devices behind a gateway, by their index. */
export function some(gateway: string, indexes: readonly number[], shape: Pick<Shape, "readings" | "metrics">): Shown {
  const devices = indexes.map((index) => behindGateway(gateway, index));
  return {
    selection: { devices, metrics: [gatewayMetric] },
    after(frames) {
      const rows = frames * shape.readings;
      let readings = 0;
      for (const index of indexes) if (rows > index) readings += Math.ceil((rows - index) / shape.metrics);
      return readings;
    },
  };
}

/** `count` different whole numbers below `below` by chance, the same for the same seed. */
export function chosen(count: number, below: number, seed: string): number[] {
  if (count > below) throw new RangeError(`${count} of ${below}`);
  const random = new Random(seed);
  const found = new Set<number>();
  while (found.size < count) found.add(Math.floor(random.between(0, below)));
  return [...found];
}
