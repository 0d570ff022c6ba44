/** Shades gaps, each cause with hatching of its own, so that nothing is told by colour alone. */
import type { GapCause } from "../../server/protocol/index.ts";
import type { Gap } from "../data/missing.ts";
import { chartColours } from "./colours.ts";
import type { Pen, Shading } from "./plot-options.ts";

/** Length of a pattern's edge, CSS pixels. */
const tilePx = 8;

/** Lines of a tile, from edge to edge in parts of it: [x, y, x, y] each. Where nobody knows why there are dots. */
const hatching: { readonly [Cause in GapCause]: readonly (readonly [number, number, number, number])[] } = {
  offline: [[0, 1, 1, 0]],
  hub_down: [[0, 0, 1, 1]],
  refused: [
    [0, 1, 1, 0],
    [0, 0, 1, 1],
  ],
  masked: [[0, 0.5, 1, 0.5]],
  silent: [[0.5, 0, 0.5, 1]],
  unknown: [[0.44, 0.5, 0.56, 0.5]],
};

/** Tiles of the present theme, by cause and pixels. */
const tiles = new Map<string, CanvasPattern | null>();

export class GapShade implements Shading<Gap> {
  readonly gaps: readonly Gap[];

  /** In rising time. */
  constructor(gaps: readonly Gap[]) {
    this.gaps = gaps;
  }

  paint(pen: Pen): void {
    for (const { fromMs, toMs, cause } of this.gaps) hatchGap(pen, cause, fromMs, toMs);
  }

  at(timeMs: number): Gap | undefined {
    return this.gaps.find(({ fromMs, toMs }) => fromMs < timeMs && timeMs < toMs);
  }
}

/** Fills a stretch of a chart with the hatching of a cause. */
export function hatchGap(
  { context, x, left, top, width, height, ratio }: Pen,
  cause: GapCause,
  fromMs: number,
  toMs: number,
): void {
  const from = Math.max(left, x(fromMs));
  const to = Math.min(left + width, x(toMs));
  if (to <= left || from >= left + width) return;
  context.fillStyle = tileOf(context, cause, ratio) ?? chartColours().gap;
  // The shortest gap is still seen.
  context.fillRect(from, top, Math.max(ratio, to - from), height);
}

function tileOf(context: CanvasRenderingContext2D, cause: GapCause, ratio: number): CanvasPattern | null {
  const { grid, idle } = chartColours();
  const key = `${cause} ${ratio} ${idle} ${grid}`;
  const known = tiles.get(key);
  if (known !== undefined) return known;
  const edge = Math.round(tilePx * ratio);
  const canvas = document.createElement("canvas");
  canvas.width = edge;
  canvas.height = edge;
  const tile = canvas.getContext("2d");
  if (!tile) return null;
  tile.strokeStyle = idle;
  tile.globalAlpha = 0.45;
  tile.lineWidth = cause === "unknown" ? 1.5 * ratio : ratio;
  tile.lineCap = "square";
  for (const [fromX, fromY, toX, toY] of hatching[cause]) {
    // Tiles beside each other go on in each other's lines, corners too.
    for (const shift of fromX !== toX && fromY !== toY ? [-1, 0, 1] : [0]) {
      tile.beginPath();
      tile.moveTo((fromX + shift) * edge, fromY * edge);
      tile.lineTo((toX + shift) * edge, toY * edge);
      tile.stroke();
    }
  }
  const made = context.createPattern(canvas, "repeat");
  if (tiles.size > 40) tiles.clear();
  tiles.set(key, made);
  return made;
}
