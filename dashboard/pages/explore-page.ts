import { html, LitElement, nothing } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { CommandController, isTyping, openOverlay } from "../client/commands.ts";
import { everySecond, Observer } from "../client/controllers.ts";
import type { Hub } from "../client/hub.ts";
import { narrow } from "../client/media.ts";
import { Steps } from "../data/address-steps.ts";
import type { ExportSource } from "../data/chart-export.ts";
import {
  type ExploreChoice,
  exploreChoiceOf,
  hrefOf,
  keyOf,
  type SeriesName,
  type ViewChange,
  withChange,
  withSeries,
} from "../data/explore-choice.ts";
import { ExploreFeed } from "../data/explore-feed.ts";
import { formatInstant } from "../data/format.ts";
import type { RangeKey } from "../data/ranges.ts";
import { go, goInPlace, type Route } from "../data/route.ts";
import { exploreKeys } from "../elements/chart-keys.ts";
import { type ExploreMove, splitChoice } from "../elements/explore-bar.ts";
import "../elements/explore-chart.ts";
import type { ExploreAsked } from "../elements/explore-asked.ts";
import type { ExploreChart } from "../elements/explore-chart.ts";
import "../elements/explore-view.ts";
import "../elements/explore-chips.ts";
import "../elements/chart-export.ts";
import { Standing } from "../data/standing.ts";
import { timeZone } from "../data/time-zone.ts";
import { type ExploreGroup, type ExploreLine, groupsOf, heightOf, Looks } from "../elements/explore-lines.ts";
import type { ExploreScene } from "../elements/explore-linked.ts";
import { icons } from "../elements/icons.ts";
import { baseStyles, buttonStyles } from "../styles/shared.ts";
import { texts } from "../texts/index.ts";
import { cancelDraw, type Drawn, requestDraw } from "../widgets/frames.ts";
import { ExploreMoves } from "./explore-moves.ts";
import { explorePageStyles } from "./explore-page-styles.ts";

/** Wanted at once only where nothing was chosen yet. */
const loadPicker = () => import("../elements/series-picker.ts");

/** The count of what came is said this often at most, ms. */
const calmMs = 250;

/** Any series of any devices on linked charts: one window of time, one crosshair, all of it in the address. */
@customElement("explore-page")
export class ExplorePage extends LitElement implements Drawn {
  static override styles = [baseStyles, buttonStyles, explorePageStyles];

  @property({ attribute: false }) hub!: Hub;
  @property({ attribute: false }) route!: Route & { readonly page: "explore" };
  @state() private picking = false;
  /** What was typed before the code of the picker was here. */
  #typed = "";
  @query(".add") private addButton!: HTMLElement | null;

  readonly #steps = new Steps();
  readonly #looks = new Looks();
  #choice: ExploreChoice = exploreChoiceOf({ params: new URLSearchParams() });
  #feed!: ExploreFeed;
  #scene!: ExploreScene;
  #moves!: ExploreMoves;
  #saidMs = 0;
  #ends: (() => void)[] = [];

  constructor() {
    super();
    new Observer(this, () => this.hub?.client);
    new Observer(this, () => narrow);
    new CommandController(this, { shortcuts: exploreKeys });
    // Series that come into being, and ages.
    new Observer(this, () => everySecond);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#open();
    addEventListener("keydown", this.#key);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const end of this.#ends) end();
    this.#moves.stop();
    cancelDraw(this);
    removeEventListener("keydown", this.#key);
  }

  #open(): void {
    const { client, view, api } = this.hub;
    const feed = new ExploreFeed({ client, view, widthPx: innerWidth });
    this.#feed = feed;
    this.#ends = [
      feed.listen(() => requestDraw(this, Math.max(0, this.#saidMs + calmMs - performance.now()))),
      () => feed.close(),
    ];
    const moves = new ExploreMoves({
      feed,
      steps: this.#steps,
      nowMs: () => client.now(),
      follow: () => this.#redraw(),
      show: (range) => this.#go({ ...this.#choice, range }),
    });
    this.#moves = moves;
    const standing = new Standing({
      api,
      series: () => feed.series.map(({ series }) => series.entry),
      changed: () => {
        for (const chart of this.#charts()) chart.requestUpdate();
      },
    });
    this.#scene = {
      client,
      api,
      feed,
      pointed: (timeMs, nearMs) => standing.point(timeMs, nearMs),
      standing: (key) => standing.of(key),
      window: () => moves.window(),
      latestMs: () => moves.latestMs(),
      moved: (span) => moves.move(span),
      settled: () => moves.settle(),
      chosen: (span) => moves.show(span),
      back: () => moves.back(),
      toggled: (key) => this.#toggleHidden(key),
    };
  }

  override willUpdate(changed: Map<string, unknown>): void {
    const isElsewhere = changed.has("route");
    if (isElsewhere) this.#choice = exploreChoiceOf(this.route);
    const { series, range } = this.#choice;
    this.#feed.follow(series, range);
    if (isElsewhere) this.#moves.arrived(this.#steps.arrive(hrefOf(this.#choice)));
  }

  /** In the frame of all charts: the words of the page, not more often than they can be read. */
  draw(): undefined {
    this.requestUpdate();
  }

  override render() {
    this.#saidMs = performance.now();
    const lines = this.#lines();
    const { series } = this.#choice;
    return html`
      <header class="head">
        <h1>${texts.explore.heading}</h1>
        <button
          type="button"
          class="button add ${series.length === 0 ? "primary" : ""}"
          aria-expanded=${this.picking}
          aria-keyshortcuts="/"
          @pointerenter=${loadPicker}
          @click=${() => this.#pick(!this.picking)}
        >
          ${icons.plus}${texts.chart.addSeries}
        </button>
        <explore-chips
          .names=${series}
          .lines=${lines}
          .hub=${this.hub}
          .window=${() => this.#moves.window()}
          @take-off=${(event: CustomEvent<SeriesName>) => this.#toggleSeries(event.detail)}
          @clear=${() => this.#go(withSeries(this.#choice, []))}
        ></explore-chips>
        ${
          this.picking
            ? html`<series-picker
              .view=${this.hub.view}
              .chosen=${new Set(series.map(keyOf))}
              .typed=${() => this.#typed}
              @toggle=${(event: CustomEvent<SeriesName>) => this.#toggleSeries(event.detail)}
              @close=${() => this.#pick(false)}
            ></series-picker>`
            : nothing
        }
      </header>
      ${this.#content(lines)}
    `;
  }

  /** Where the link goes that skips what all pages have. */
  focusContent(): void {
    (this.renderRoot.querySelector<HTMLElement>(".charts") ?? this.addButton)?.focus();
  }

  #content(lines: readonly ExploreLine[]) {
    if (this.#choice.series.length === 0) {
      if (!this.hub.view.complete) return html`<p class="note" role="status">${texts.list.loading}</p>`;
      void import("../elements/explore-start.ts");
      void loadPicker();
      return html`<explore-start .view=${this.hub.view}></explore-start>`;
    }
    const groups = groupsOf(lines, this.#choice);
    if (groups.length === 0)
      return html`<p class="note">${this.hub.view.complete ? texts.explore.unknown : texts.list.loading}</p>`;
    if (groups.some(({ asked }) => asked)) void import("../elements/explore-asked.ts");
    return html`
      ${this.#bar(groups)}
      ${
        this.#feed.problem === undefined
          ? nothing
          : html`<p class="problem" role="alert">
              ${texts.explore.problem(this.#feed.problem)}
              <button type="button" class="button" @click=${() => this.#feed.retry()}>${texts.device.retry}</button>
            </p>`
      }
      <div class="charts" tabindex="-1">
        ${repeat(
          groups,
          ({ key }) => key,
          (group) => this.#chartOf(group, heightOf(group, groups.length, narrow.matches)),
        )}
      </div>
      <p class="hints">${matchMedia("(pointer: coarse)").matches ? texts.explore.touchHints : texts.explore.hints}</p>
    `;
  }

  #chartOf(group: ExploreGroup, heightPx: number) {
    const { zone } = this.#choice;
    return html`<div class="chart">
      ${
        group.asked
          ? html`<explore-asked .scene=${this.#scene} .group=${group} .heightPx=${heightPx} .zone=${zone ?? timeZone.shown}></explore-asked>`
          : html`<explore-chart .scene=${this.#scene} .group=${group} .heightPx=${heightPx}></explore-chart>`
      }
      <explore-view
        .group=${group}
        .zone=${zone}
        @change-view=${(event: CustomEvent<ViewChange>) => this.#go(withChange(this.#choice, group, event.detail))}
      ></explore-view>
    </div>`;
  }

  #bar(groups: readonly ExploreGroup[]) {
    const { range } = this.#moves;
    const stands = typeof range === "object";
    return html`<div class="bar">
      <explore-bar
        .range=${stands ? undefined : range}
        .ends=${stands ? this.#shownEnds() : ""}
        .hasLive=${this.#moves.liveRange !== "all"}
        .arrived=${this.#feed.arrived}
        .atNow=${!stands && this.#moves.window().live}
        .canUndo=${this.#steps.canUndo}
        .canRedo=${this.#steps.canRedo}
        @move=${(event: CustomEvent<ExploreMove>) => this.#moves.do(event.detail)}
        @range-chosen=${(event: CustomEvent<RangeKey>) => this.#moves.show(event.detail)}
      ></explore-bar>
      <div class="ways">
        ${splitChoice(this.#choice.split, (split) => this.#stay({ ...this.#choice, split }))}
        <chart-export .source=${this.#exported(groups)}></chart-export>
      </div>
    </div>`;
  }

  #exported(groups: readonly ExploreGroup[]): ExportSource {
    const lines = groups.flatMap((group) => (group.asked ? [] : group.lines));
    return {
      api: this.hub.api,
      name: "charts",
      window: () => this.#moves.window(),
      drawn: () =>
        lines.flatMap((line) => {
          const trace = line.hidden ? undefined : this.#feed.trace(line);
          return trace ? [{ device: line.device.entry.device, metric: line.series.entry.metric, trace }] : [];
        }),
      asked: () => this.#charts().flatMap((chart) => ("exported" in chart ? chart.exported() : [])),
      picture: async () => (await import("../elements/explore-pictured.ts")).picturedCharts(this.#charts()),
    };
  }

  /** Where the window begins and ends, in words. */
  #shownEnds(): string {
    const { fromMs, toMs } = this.#moves.window();
    const nowMs = this.hub.client.now();
    const detailMs = (toMs - fromMs) / 100;
    return texts.device.stands(formatInstant(fromMs, nowMs, detailMs), formatInstant(toMs, nowMs, detailMs));
  }

  #lines(): ExploreLine[] {
    const { hidden } = this.#choice;
    const found = this.#feed.series;
    // States have colours of their own.
    const looks = this.#looks.of(found.filter(({ series }) => series.entry.type === "number"));
    return found.map((one) => ({ ...one, look: looks.get(one.key) ?? 0, hidden: hidden.includes(one.key) }));
  }

  #toggleSeries(name: SeriesName): void {
    const { series } = this.#choice;
    const key = keyOf(name);
    const without = series.filter((each) => keyOf(each) !== key);
    this.#go(withSeries(this.#choice, without.length < series.length ? without : [...series, name]));
  }

  #toggleHidden(key: string): void {
    const { hidden } = this.#choice;
    const next = hidden.includes(key) ? hidden.filter((each) => each !== key) : [...hidden, key];
    this.#stay({ ...this.#choice, hidden: next });
  }

  /** A step that undo and the browser's Back take back. */
  #go(choice: ExploreChoice): void {
    const href = hrefOf(choice);
    if (href === location.hash) return;
    this.#steps.expect("step");
    // The address is told a moment later: what is chosen meanwhile builds on this.
    this.#choice = choice;
    go(href);
  }

  #stay(choice: ExploreChoice): void {
    if (hrefOf(choice) === location.hash) return;
    this.#steps.expect("in place");
    this.#choice = choice;
    goInPlace(hrefOf(choice));
  }

  #pick(picking: boolean): void {
    this.picking = picking;
    this.#typed = "";
    if (picking) void loadPicker();
    if (!picking) this.addButton?.focus();
  }

  /** All charts at once, since one moved the window of all. */
  #redraw(): void {
    for (const chart of this.#charts()) chart.redraw();
    requestDraw(this);
  }

  /** Those whose code is here. */
  #charts(): (ExploreChart | ExploreAsked)[] {
    const all = this.renderRoot.querySelectorAll<ExploreChart | ExploreAsked>("explore-chart, explore-asked");
    return [...all].filter((chart) => "redraw" in chart);
  }

  readonly #key = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || isTyping(event) || openOverlay()) return;
    if (this.picking && event.key.length === 1 && !customElements.get("series-picker")) this.#typed += event.key;
    else if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey) this.#pick(true);
    else if (this.#choice.series.length === 0 || !this.#moves.key(event)) return;
    event.preventDefault();
  };
}
