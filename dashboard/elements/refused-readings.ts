import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { everySecond, Observer } from "../client/controllers.ts";
import type { Hub } from "../client/hub.ts";
import { askRefused, Refusals } from "../client/refusals.ts";
import { browserTimers } from "../client/timers.ts";
import { baseStyles } from "../styles/shared.ts";
import { texts } from "../texts/index.ts";
import { refusedRow, refusedRowStyles } from "./refused-row.ts";
import { ageOrDate } from "./values.ts";

/** As many as the hub keeps of a device: there may have been more. */
const mostKept = 100;

/** What the hub refused of a device, and why: one line until somebody opens it, nothing where it refused nothing. */
@customElement("refused-readings")
export class RefusedReadings extends LitElement {
  static override styles = [
    baseStyles,
    refusedRowStyles,
    css`
      details {
        margin-bottom: 16px;
        border: 1px solid var(--warn-border);
        border-radius: var(--radius);
        background: var(--surface);
        font-size: var(--text-s);
      }
      summary {
        padding: 8px 16px;
        border-radius: var(--radius);
        background: var(--warn-ground);
        line-height: calc(var(--control-height) - 16px);
        cursor: pointer;
        overflow-wrap: anywhere;
      }
      ul {
        max-height: 320px;
        overflow-y: auto;
      }
    `,
  ];

  @property({ attribute: false }) hub!: Hub;
  @property() device = "";

  readonly #refusals = new Refusals({
    timers: browserTimers,
    ask: (device) => askRefused(this.hub.api, device),
    seen: () => document.visibilityState === "visible" && this.hub.client.state.state === "open",
    changed: () => this.requestUpdate(),
  });

  /** The device of which readings waited for a decision. */
  #waited: string | undefined;

  constructor() {
    super();
    new Observer(this, () => everySecond);
  }

  override willUpdate(): void {
    if (this.isConnected) this.#refusals.follow(this.device);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#refusals.follow(undefined);
  }

  override render() {
    return [this.#quarantine(), this.#refused()];
  }

  /** Its readings wait for a person: what shows them comes when there are any, and stays to tell what was done. */
  #quarantine() {
    const { quarantined, readings } = this.#refusals;
    if (quarantined > 0) {
      this.#waited = this.device;
      void import("./quarantine-tray.ts");
    }
    if (this.#waited !== this.device) return nothing;
    return html`<quarantine-tray
      .hub=${this.hub}
      .device=${this.device}
      .count=${quarantined}
      .newestMs=${readings[0]?.at ?? 0}
      @decided=${() => this.#refusals.again()}
    ></quarantine-tray>`;
  }

  #refused() {
    const { readings } = this.#refusals;
    const [newest] = readings;
    if (!newest) return nothing;
    const age = ageOrDate(newest.at, this.hub.client.now());
    return html`<details>
      <summary class="numbers">${texts.refused.summary(readings.length, readings.length >= mostKept, age)}</summary>
      <ul class="refused" tabindex="0" aria-label=${texts.refused.list}>
        ${readings.map((reading) => refusedRow(reading, this.hub.client.now()))}
      </ul>
    </details>`;
  }
}
