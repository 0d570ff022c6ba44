import { css, html, LitElement, nothing } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import type { Hub } from "../client/hub.ts";
import type { DeviceView } from "../client/hub-view.ts";
import { askRefused, type RefusedReading } from "../client/refusals.ts";
import { spanOf } from "../data/data-span.ts";
import { formatInstant, formatNumber } from "../data/format.ts";
import type { TimeSpan } from "../data/ranges.ts";
import { baseStyles, buttonStyles } from "../styles/shared.ts";
import { texts } from "../texts/index.ts";
import { dialogStyles } from "./dialog-styles.ts";
import { refusedRow, refusedRowStyles } from "./refused-row.ts";
import { ageOrDate } from "./values.ts";

/** As many as the hub keeps of a device: there may have been more. */
const mostKept = 100;

/** "Why is my reading missing?": what the hub refused of a device, and what else it may be. Fires `closed` and `show-newest`. */
@customElement("device-missing")
export class DeviceMissing extends LitElement {
  static override styles = [
    baseStyles,
    buttonStyles,
    dialogStyles,
    refusedRowStyles,
    css`
      :host {
        --dialog-width: 640px;
      }
      .layout {
        display: flex;
        flex-direction: column;
        max-height: inherit;
      }
      ul.causes {
        display: grid;
        gap: 8px;
        font-size: var(--text-s);
      }
      .causes li {
        padding-left: 16px;
        border-left: 2px solid var(--border-strong);
      }
      h3 {
        font-size: var(--text-m);
        font-weight: 600;
      }
      .refused {
        border: 1px solid var(--border);
        border-radius: var(--radius-s);
      }
      .refused li:first-child {
        border-top: 0;
      }
    `,
  ];

  @property({ attribute: false }) hub!: Hub;
  @property({ attribute: false }) device!: DeviceView;
  /** What the charts show; undefined where there are none. */
  @property({ attribute: false }) shown: TimeSpan | undefined;
  @state() private readings: readonly RefusedReading[] | undefined;
  @state() private failed = false;
  @query("dialog") private dialog!: HTMLDialogElement;

  override firstUpdated(): void {
    this.dialog.showModal();
    void this.#ask();
  }

  override render() {
    return html`<dialog aria-labelledby="heading" @close=${() => this.dispatchEvent(new CustomEvent("closed"))}>
      <div class="layout">
        <div class="head"><h2 id="heading">${texts.missing.heading}</h2></div>
        <div class="body" tabindex="0" role="region" aria-labelledby="heading">${this.#refused()} ${this.#causes()}</div>
        <div class="foot">
          <button type="button" class="button" @click=${() => this.dialog.close()}>${texts.dialog.close}</button>
        </div>
      </div>
    </dialog>`;
  }

  #refused() {
    const { readings } = this;
    if (this.failed) return html`<p class="error" role="alert">${texts.dialog.noAnswer}</p>`;
    if (!readings) return html`<p class="hint">${texts.chart.loading}</p>`;
    // What is refused with all others is not kept among them.
    const all = this.hub.health.refuses ? html`<h3>${texts.banner.refuses}</h3>` : nothing;
    if (readings.length === 0) return all === nothing ? html`<h3>${texts.missing.noneRefused}</h3>` : all;
    const count = formatNumber(readings.length, 0);
    return html`${all}
      <h3>
        ${readings.length < mostKept ? texts.missing.refused(count, readings.length === 1) : texts.missing.refusedMore(count)}
      </h3>
      <ul class="refused">
        ${readings.map((reading) => refusedRow(reading, this.hub.client.now()))}
      </ul>`;
  }

  #causes() {
    const nowMs = this.hub.client.now();
    const { lastMs } = spanOf(this.device);
    const { lastSeen } = this.device.entry;
    const outside = lastMs !== undefined && this.shown && (lastMs < this.shown.fromMs || lastMs > this.shown.toMs);
    return html`<ul class="causes numbers">
      <li>
        ${
          lastMs === undefined
            ? texts.missing.noReading
            : texts.missing.newest(formatInstant(lastMs, nowMs), ageOrDate(lastMs, nowMs))
        }
        ${
          outside
            ? html`${texts.missing.outside}
              <button type="button" class="button" @click=${this.#showNewest}>${texts.missing.show}</button>`
            : nothing
        }
      </li>
      ${this.device.entry.state === "online" || lastSeen === null ? nothing : html`<li>${texts.missing.heard(ageOrDate(lastSeen, nowMs))}</li>`}
      <li>${texts.missing.unacknowledged}</li>
      <li>${texts.missing.ahead}</li>
      <li>${texts.missing.elsewhere}</li>
    </ul>`;
  }

  #showNewest(): void {
    this.dialog.close();
    this.dispatchEvent(new CustomEvent("show-newest"));
  }

  async #ask(): Promise<void> {
    const answer = await askRefused(this.hub.api, this.device.entry.device);
    this.readings = answer?.refused;
    this.failed = answer === undefined;
  }
}
