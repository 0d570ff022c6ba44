/** What all linked charts have in common: their head, the place of the plot, and how hands and keys move it. */
import { html, LitElement, nothing, type PropertyValues } from "lit";
import { property, query, state } from "lit/decorators.js";
import { everySecond, Observer } from "../client/controllers.ts";
import type { HubApi } from "../client/hub-api.ts";
import type { HubClient } from "../client/hub-client.ts";
import type { ExploreFeed } from "../data/explore-feed.ts";
import { formatInstant } from "../data/format.ts";
import type { TimeSpan, TimeWindow } from "../data/ranges.ts";
import type { StandingReading } from "../data/standing.ts";
import { texts } from "../texts/index.ts";
import { ExploreShade } from "../widgets/explore-shade.ts";
import { ChartController, nextFrameMs } from "./chart-controller.ts";
import { followGestures } from "./chart-gestures.ts";
import { type ExploreGroup, sameGroup } from "./explore-lines.ts";
import type { MissingReadings } from "./explore-missing.ts";

/** Wanted where readings are missing. */
const loadMissing = () => import("./explore-missing.ts");

/** What the page around the charts does for them. */
export interface ExploreScene {
  readonly client: HubClient;
  readonly api: HubApi;
  readonly feed: ExploreFeed;
  /** The crosshair points there, for all charts; within `nearMs` it is the same moment. */
  pointed(timeMs: number | undefined, nearMs: number): void;
  /** What a series had then, to the reading, once the hub told it. */
  standing(key: string): StandingReading | undefined;
  /** The window of all charts at this moment. */
  window(): TimeWindow;
  latestMs(): number;
  /** The window follows a hand, and stands where it was let go. */
  moved(span: TimeSpan): void;
  settled(): void;
  /** A stretch was drawn. */
  chosen(span: TimeSpan): void;
  back(): void;
  toggled(key: string): void;
}

interface LinkedPlot {
  readonly plotWidthPx: number;
  resize(widthPx: number): void;
  recolour(): void;
  step(rows: number): void;
  leave(): void;
  destroy(): void;
}

/** What stands around the plot. */
export interface Frame {
  readonly heading: string;
  /** In place of a heading that is seen. */
  readonly inHead?: unknown;
  /** What the crosshair points at, or from what it is drawn. */
  readonly at: string;
  /** Of what is drawn. */
  readonly names: string;
  readonly isBusy: boolean;
  readonly notes: unknown;
  readonly legend: unknown;
}

export abstract class LinkedChart<Plot extends LinkedPlot> extends LitElement {
  @property({ attribute: false }) scene!: ExploreScene;
  @property({ attribute: false, hasChanged: (one?: ExploreGroup, other?: ExploreGroup) => !sameGroup(one, other) })
  group!: ExploreGroup;
  @property({ type: Number }) heightPx = 220;
  @query(".plot") protected plotHost!: HTMLElement;
  @state() private missing: MissingReadings | undefined;

  protected plot: Plot | undefined;
  protected readonly shade = new ExploreShade();
  #ends: (() => void)[] = [];
  readonly #chart = new ChartController(this, {
    draw: () => this.draw(),
    resize: () => this.resized(),
    recolour: () => this.plot?.recolour(),
    close: () => this.endPlot(),
  });

  constructor() {
    super();
    new Observer(this, () => this.scene?.client);
    new Observer(this, () => everySecond);
  }

  /** The window moved. */
  redraw(): void {
    this.#chart.request();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated) this.#attach();
  }

  override firstUpdated(): void {
    this.#attach();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const end of this.#ends) end();
  }

  /** Words that pass with time are told where somebody may see them. */
  override shouldUpdate(changed: PropertyValues<this>): boolean {
    return changed.size > 0 || !this.hasUpdated || this.#chart.near;
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("heightPx")) this.endPlot();
  }

  override updated(_changed: Map<string, unknown>): void {
    // The page allows no style attributes.
    this.plotHost.style.height = `${this.heightPx}px`;
  }

  /** What begins where the chart is on the page. Returns how to end it. */
  protected abstract attached(): () => void;

  /** Makes the plot where there is none, and draws `window`; false where it cannot. */
  protected abstract drawPlot(window: TimeWindow): boolean;

  /** The key of the only line that stands out, if any. */
  protected abstract get standsOut(): string | undefined;

  protected draw(): number | undefined {
    if (!this.hasUpdated || this.plotHost.clientWidth === 0) return undefined;
    const { shade, scene } = this;
    const window = scene.window();
    shade.window = window;
    if (!this.drawPlot(window)) return undefined;
    if (shade.silences.any) this.#explain(window);
    return nextFrameMs(scene.client, window, this.plot?.plotWidthPx ?? 1);
  }

  #explain(window: TimeWindow): void {
    const { missing } = this;
    if (missing) {
      missing.look(this.group.lines, window, this.standsOut);
      return;
    }
    // Where it cannot be loaded what is missing is shaded without a reason.
    loadMissing().then(
      ({ MissingReadings: Made }) => {
        const { client, api } = this.scene;
        this.missing ??= new Made({ client, api, shade: this.shade, changed: () => this.#told() });
      },
      () => {},
    );
  }

  #told(): void {
    this.plot?.recolour();
    this.requestUpdate();
    this.#chart.request();
  }

  protected resized(): void {
    if (this.hasUpdated) this.plot?.resize(this.plotHost.clientWidth);
  }

  protected endPlot(): void {
    this.plot?.destroy();
    this.plot = undefined;
  }

  /** Moves the crosshair of all charts by rows of this one. */
  step(rows: number): void {
    this.plot?.step(rows);
  }

  leave(): void {
    this.plot?.leave();
  }

  /** Why a line has nothing at a moment, once that is known. */
  protected whyNothing(key: string, timeMs: number): string {
    return this.missing?.at(key, timeMs) ?? "";
  }

  protected frame({ heading, inHead, at, names, isBusy, notes, legend }: Frame) {
    const { group, scene, missing } = this;
    const { fromMs, toMs } = scene.window();
    const nowMs = scene.client.now();
    const [from, to] = [fromMs, toMs].map((timeMs) => formatInstant(timeMs, nowMs, 60_000)) as [string, string];
    const isMissing = missing !== undefined && this.shade.silences.shared.length > 0;
    return html`
      <header>
        <h2 class=${inHead === undefined ? "" : "hidden-text"} title=${heading}>${heading}</h2>
        ${inHead ?? nothing}
        ${isMissing ? missing.legend : nothing}
        <span class="at numbers">${at}</span>
      </header>
      <div
        class="plot ${group.kind}"
        role="group"
        tabindex="0"
        aria-busy=${String(isBusy)}
        aria-label=${`${texts.explore.describe(heading, names, from, to)}${isMissing ? ` ${missing.words}` : ""}`}
        @keydown=${this.#key}
        @blur=${() => this.leave()}
      >
        ${notes}
      </div>
      ${legend}
    `;
  }

  /** Shift and the arrows move the crosshair; without Shift they move the window, for all charts. */
  #key(event: KeyboardEvent): void {
    if (event.key === "Escape") this.leave();
    const step = event.shiftKey ? { ArrowLeft: -1, ArrowRight: 1 }[event.key] : undefined;
    if (step === undefined) return;
    event.preventDefault();
    this.step(step);
  }

  #attach(): void {
    this.#ends = [
      this.attached(),
      followGestures(this.plotHost, this.scene, () => this.scene.back()),
      () => this.missing?.close(),
    ];
  }
}
