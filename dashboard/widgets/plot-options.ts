/** What a plot is told, and what it tells. */

/** What the crosshair points at. */
export interface PlotCursor {
  readonly timeMs: number;
  /** Row of the drawn arrays nearest to the crosshair; undefined where there is none. */
  readonly row: number | undefined;
  /** CSS pixels from the host's left edge. */
  readonly leftPx: number;
}

/** Draws on the canvas of a plot, in canvas pixels. */
export interface Pen {
  readonly context: CanvasRenderingContext2D;
  /** The plotting area. */
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** Canvas pixels for one CSS pixel. */
  readonly ratio: number;
  x(timeMs: number): number;
  /** `axis`: the key of one of several value axes. */
  y(value: number, axis?: string): number;
}

/** One of several value axes. */
export interface ValueAxis {
  readonly key: string;
  readonly side: "left" | "right";
  /** False for a scale without labels, where there is no room for more of them. */
  readonly shown: boolean;
  /** Stands above it. */
  readonly title: string;
  /** Least and most of what it has to hold; null where there is nothing. */
  extent(): readonly [least: number | null, most: number | null];
}

/** A dot on what the crosshair points at. */
export interface PlotMark {
  readonly timeMs: number;
  readonly value: number;
  /** The key of its value axis. */
  readonly axis: string;
  readonly colour: string;
}

/** What lies below a chart where readings are missing. */
export interface Shading<Gap> {
  /** Within the plotting area, which it is cut to. */
  paint(pen: Pen): void;
  /** What is missing at a moment. */
  at(timeMs: number): Gap | undefined;
  /** In rising time. */
  readonly gaps: readonly Gap[];
}

export interface PlotOptions {
  readonly height: number;
  /** Lines with a band; candles, which `paint` draws between least and most; or only axes with what `paint` draws: that of time (strip), and those of values (overlay). */
  readonly kind: "line" | "candles" | "strip" | "overlay";
  /** The axes of an overlay, inner ones first; one at least. */
  readonly valueAxes?: readonly ValueAxis[];
  /** Labels of the value axis. */
  readonly valueLabels?: (splits: readonly number[]) => string[];
  /** Where they stand between the ends of the value axis; by default at round numbers with room between them. */
  readonly valueTicks?: (from: number, to: number) => number[];
  /** The ends of the value axis, from least and most of what is drawn; lines have their own. */
  readonly valueRange?: (least: number | null, most: number | null) => [number, number];
  /** Of lines: whether a value stands until the next instead of leading to it. Asked at each draw. */
  readonly holds?: () => boolean;
  /** Draws below axes and lines, or (all others) above the grid. */
  readonly paint?: (pen: Pen) => void;
  readonly cursorMoved: (cursor: PlotCursor | undefined) => void;
  /** A stretch of time was drawn with the pointer. */
  readonly spanChosen: (span: { readonly fromMs: number; readonly toMs: number }) => void;
}

/** Times, then values, least and most of each row (lines), least and most (candles), or times alone (strips and overlays). */
export type PlotRows = readonly [times: readonly number[], ...columns: (readonly (number | null)[])[]];
