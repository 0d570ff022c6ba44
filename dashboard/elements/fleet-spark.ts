import type { SeriesView } from "../client/hub-view.ts";
import type { Spark } from "../data/spark-feed.ts";
import { theme } from "../data/theme.ts";
import { DrawKey } from "../widgets/draw-key.ts";
import { requestDraw } from "../widgets/frames.ts";
import { Sparkline, type SparkSource } from "../widgets/sparkline.ts";
import { zoneLevel } from "./values.ts";

/** What a curve of the fleet draws. */
export interface FleetSparkSource {
  readonly series: SeriesView;
  readonly spark: Spark | undefined;
  readonly window: SparkSource["window"];
  /** CSS pixels. */
  readonly width: number;
  readonly height: number;
  /** Changes where the stretch of time, or whether it moves, does. */
  readonly key: string;
}

/** The curve of one series in a card or a row. What it says stands beside it in words, so that it is hidden from readers. */
export class FleetSpark extends HTMLElement {
  readonly #canvas = document.createElement("canvas");
  readonly #line = new Sparkline(this.#canvas);
  readonly #key = new DrawKey();
  #endTheme: (() => void) | undefined;

  connectedCallback(): void {
    this.#canvas.setAttribute("aria-hidden", "true");
    this.append(this.#canvas);
    this.#endTheme = theme.listen(() => requestDraw(this.#line));
    requestDraw(this.#line);
  }

  disconnectedCallback(): void {
    this.#endTheme?.();
    this.#line.destroy();
  }

  /** Draws anew only where something changed. */
  set source(source: FleetSparkSource) {
    const { series, spark, width, height, key } = source;
    const level = zoneLevel(series, series.value);
    const { reportInterval, learned } = series.entry;
    const told = [level, reportInterval, learned];
    if (!this.#key.changes(series, spark?.trace, spark?.trace.version, width, height, key, ...told)) return;
    const drawn = spark && { trace: spark.trace, reportInterval, learned, level, window: source.window };
    this.#line.show(drawn, width, height);
  }
}

customElements.define("fleet-spark", FleetSpark);

declare global {
  interface HTMLElementTagNameMap {
    "fleet-spark": FleetSpark;
  }
}
