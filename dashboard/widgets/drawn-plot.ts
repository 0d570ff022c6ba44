import { Plot } from "./plot.ts";
import type { PlotOptions } from "./plot-options.ts";

/** What draws on a plot of its kind. */
export interface Drawing {
  readonly plotOptions: Pick<PlotOptions, "kind"> & Partial<PlotOptions>;
  /** Draws the next time even if nothing changed. */
  invalidate(): void;
}

/** A plot and the one drawing on it. Owned by whoever owns the host: tell it of sizes and themes, and end it. */
export class DrawnPlot<Of extends Drawing> {
  protected readonly plot: Plot;
  protected readonly drawing: Of;

  constructor(host: HTMLElement, drawing: Of, options: Pick<PlotOptions, "height" | "cursorMoved" | "spanChosen">) {
    this.drawing = drawing;
    this.plot = new Plot(host, host.clientWidth, { ...drawing.plotOptions, ...options });
  }

  /** Width of the plotting area, CSS pixels. */
  get plotWidthPx(): number {
    return Math.max(1, this.plot.plotWidthPx);
  }

  resize(widthPx: number): void {
    this.plot.resize(widthPx);
    this.drawing.invalidate();
  }

  recolour(): void {
    this.drawing.invalidate();
    this.plot.recolour();
  }

  step(rows: number): void {
    this.plot.step(rows);
  }

  leave(): void {
    this.plot.leave();
  }

  destroy(): void {
    this.plot.destroy();
  }
}
