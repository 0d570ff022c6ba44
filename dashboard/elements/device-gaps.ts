import { css, html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { GapCause, GapsAnswer } from "../../server/protocol/index.ts";
import { everySecond, Observer } from "../client/controllers.ts";
import type { Hub } from "../client/hub.ts";
import type { DeviceView } from "../client/hub-view.ts";
import { Poll } from "../client/poll.ts";
import { browserTimers } from "../client/timers.ts";
import type { DeviceFeed } from "../data/device-feed.ts";
import { formatAvailability, formatDuration } from "../data/format.ts";
import { type CauseTimes, drawnGaps, type Gap, missingOf } from "../data/missing.ts";
import { instant } from "../data/past-request.ts";
import { timeZone } from "../data/time-zone.ts";
import { baseStyles } from "../styles/shared.ts";
import { texts } from "../texts/index.ts";
import { GapShade } from "../widgets/gap-shade.ts";
import { gapKeyStyles } from "./gap-key-styles.ts";
import { seriesLabel } from "./values.ts";

/** What is missing today changes slowly; the gaps of a chart end while somebody looks at it, ms. */
const todayEveryMs = 60_000;
const windowEveryMs = 20_000;

/** Gaps that are closer than this part of the window are drawn as one. */
const nearShare = 1 / 1_000;

/**
 * How complete the device's readings of today are, and why some are missing. Fires `gaps-told` with what is to be shaded in
 * the charts of each metric, of the window that they show.
 */
@customElement("device-gaps")
export class DeviceGaps extends LitElement {
  static override styles = [
    baseStyles,
    gapKeyStyles,
    css`
      :host {
        display: block;
      }
      section {
        align-content: center;
        padding: 8px 16px;
        border: 1px solid var(--border);
        border-radius: var(--radius);
        background: var(--surface);
        box-shadow: var(--shadow);
      }
      .day {
        display: flex;
        flex-wrap: wrap;
        align-items: baseline;
        gap: 2px 12px;
      }
      h2 {
        font-size: var(--text-m);
        font-weight: 600;
      }
      .causes {
        display: flex;
        flex-wrap: wrap;
        gap: 2px 12px;
        color: var(--text-muted);
        font-size: var(--text-s);
      }
      summary {
        width: fit-content;
        margin-top: 2px;
        border-radius: var(--radius-s);
        color: var(--text-muted);
        font-size: var(--text-s);
        cursor: pointer;
      }
      .table {
        max-height: 260px;
        margin-top: 4px;
        overflow: auto;
        border-top: 1px solid var(--border);
      }
      table {
        width: 100%;
        border-collapse: collapse;
        font-size: var(--text-s);
      }
      th,
      td {
        padding: 3px 16px 3px 0;
        border-bottom: 1px solid var(--border);
        font-weight: inherit;
        text-align: left;
        vertical-align: baseline;
      }
      thead th {
        color: var(--text-muted);
        font-weight: 550;
      }
      td:last-child {
        width: 60%;
      }
    `,
  ];

  @property({ attribute: false }) hub!: Hub;
  @property({ attribute: false }) device!: DeviceView;
  @property({ attribute: false }) feed!: DeviceFeed;
  @state() private today: GapsAnswer | undefined;

  readonly #today = this.#poll(
    todayEveryMs,
    () => ({ tz: timeZone.shown }),
    (answer) => {
      this.today = answer;
    },
  );
  readonly #window = this.#poll(
    windowEveryMs,
    () => this.#span(),
    (answer) => this.#tell(answer),
  );
  #asked = "";
  /** What was told last, by metric. */
  #told: ReadonlyMap<string, GapShade> = new Map();
  #wasOpen = false;

  constructor() {
    super();
    new Observer(this, () => everySecond);
    new Observer(this, () => this.hub?.client);
    new Observer(this, () => timeZone);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#today.stop();
    this.#window.stop();
    this.#asked = "";
  }

  override updated(): void {
    const open = this.hub.client.state.state === "open";
    const { range } = this.feed;
    const asked = JSON.stringify([this.device.entry.device, range, timeZone.shown]);
    if (asked !== this.#asked || (open && !this.#wasOpen)) {
      this.#asked = asked;
      this.#today.stop();
      this.#window.stop();
      this.#today.start();
      this.#window.start();
    }
    this.#wasOpen = open;
  }

  #poll(everyMs: number, params: () => Record<string, string | number>, answered: (answer: GapsAnswer) => void) {
    return new Poll<GapsAnswer>({
      timers: browserTimers,
      everyMs,
      seen: () => document.visibilityState === "visible" && this.hub.client.state.state === "open",
      ask: (signal) => {
        const asked = { device: this.device.entry.device, metric: "*", ...params() };
        return this.hub.api.get<GapsAnswer>("gaps", { params: asked, signal, quiet: true });
      },
      answered,
      // The charts break where readings are missing, whether or not it is known why.
      failed: () => {},
    });
  }

  #span(): { from: number; to: number } {
    const { fromMs, toMs } = this.feed.window();
    const from = Math.floor(instant(fromMs));
    return { from, to: Math.max(from + 1, Math.ceil(instant(toMs))) };
  }

  #tell({ from, to, series }: GapsAnswer): void {
    const nearMs = (to - from) * nearShare;
    const shadings = new Map<string, GapShade>();
    for (const { metric, gaps } of series) {
      const drawn = drawnGaps(gaps, nearMs);
      if (drawn.length === 0) continue;
      // A card whose gaps are as they were has nothing to draw or to say anew.
      const before = this.#told.get(metric);
      shadings.set(metric, before && areSame(before.gaps, drawn) ? before : new GapShade(drawn));
    }
    this.#told = shadings;
    this.dispatchEvent(new CustomEvent("gaps-told", { detail: shadings }));
  }

  override render() {
    if (!this.today) return nothing;
    const missing = missingOf(this.today.series);
    const { complete, causes, metrics } = missing;
    if (complete === null) {
      return html`<section aria-labelledby="heading">
        <div class="day"><h2 id="heading">${texts.gaps.heading}</h2>
        <p class="causes">${texts.gaps.notExpected}</p></div>
      </section>`;
    }
    return html`<section aria-labelledby="heading">
      <div class="day">
        <h2 id="heading">${texts.gaps.heading}</h2>
        <strong class="numbers">${texts.gaps.complete(formatAvailability(complete))}</strong>
        <span class="causes numbers">${causes.length === 0 ? texts.gaps.none : causeWords(causes)}</span>
      </div>
      ${
        metrics.length < 2
          ? nothing
          : html`<details>
            <summary>${texts.gaps.each}</summary>
            <div class="table" tabindex="0" role="region" aria-label=${texts.gaps.each}>
              <table class="numbers">
                <thead>
                  <tr>
                    ${[texts.gaps.metric, texts.gaps.share, texts.gaps.missing].map((head) => html`<th scope="col">${head}</th>`)}
                  </tr>
                </thead>
                <tbody>
                  ${metrics.map(
                    (one) => html`<tr>
                      <th scope="row">${this.#label(one.metric)}</th>
                      <td>${one.complete === null ? "–" : formatAvailability(one.complete)}</td>
                      <td>
                        <span class="causes">${one.complete === null ? texts.gaps.notExpected : causeWords(one.causes)}</span>
                      </td>
                    </tr>`,
                  )}
                </tbody>
              </table>
            </div>
          </details>`
      }
    </section>`;
  }

  #label(metric: string): string {
    const series = [...this.device.series.values()].find(({ entry }) => entry.metric === metric);
    return series ? seriesLabel(series) : metric;
  }
}

function causeWords(causes: CauseTimes) {
  return causes.map(
    ([cause, ms]: readonly [GapCause, number]) =>
      html`<span><i class="gap-key ${cause}"></i>${texts.gaps.lasted(texts.gaps.cause[cause], formatDuration(ms))}</span>`,
  );
}

function areSame(some: readonly Gap[], others: readonly Gap[]): boolean {
  return (
    some.length === others.length &&
    some.every(({ fromMs, toMs, cause }, index) => {
      const other = others[index];
      return other?.fromMs === fromMs && other.toMs === toMs && other.cause === cause;
    })
  );
}
