import { css, html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { QuarantineAnswer } from "../../server/protocol/index.ts";
import type { Hub } from "../client/hub.ts";
import { rights } from "../client/rights.ts";
import { formatInstant, formatNumber } from "../data/format.ts";
import { type QuarantineGroup, quarantineGroups } from "../data/quarantine.ts";
import { baseStyles, buttonStyles } from "../styles/shared.ts";
import { texts } from "../texts/index.ts";
import { failureWords } from "./failure-words.ts";
import { FocusAfter } from "./focus-after.ts";
import "./quarantine-decide.ts";
import type { QuarantineAction, QuarantineDone } from "./quarantine-decide.ts";
import { shiftWords } from "./quarantine-words.ts";

/** What the hub refused of a device for its time, and what a person can do with it. Fires `decided`. */
@customElement("quarantine-tray")
export class QuarantineTray extends LitElement {
  static override styles = [
    baseStyles,
    buttonStyles,
    css`
      section {
        margin-bottom: 16px;
        padding: 12px 16px;
        border: 1px solid var(--warn-border);
        border-radius: var(--radius);
        background: var(--surface);
        font-size: var(--text-s);
      }
      h2 {
        font-size: var(--text-m);
        font-weight: 600;
      }
      .group {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 8px 16px;
        margin-top: 12px;
        padding-top: 12px;
        border-top: 1px solid var(--border);
      }
      .words {
        flex: 1 1 320px;
        min-width: 0;
        overflow-wrap: anywhere;
      }
      .actions {
        display: flex;
        flex-wrap: wrap;
        gap: 8px;
      }
      .muted {
        margin-top: 4px;
        color: var(--text-muted);
      }
      .done {
        display: flex;
        align-items: center;
        justify-content: space-between;
        gap: 8px 16px;
        margin-right: -8px;
      }
      .error {
        color: var(--alarm);
      }
    `,
  ];

  @property({ attribute: false }) hub!: Hub;
  @property() device = "";
  /** How many there are, and when the last refused reading came: both change as more come. */
  @property({ type: Number }) count = 0;
  @property({ type: Number }) newestMs = 0;
  @state() private answer: QuarantineAnswer | undefined;
  @state() private problem: string | undefined;
  @state() private deciding: { readonly action: QuarantineAction; readonly group: QuarantineGroup } | undefined;
  @state() private done: string | undefined;

  readonly #focus = new FocusAfter(this, ".done .button");
  #asking: AbortController | undefined;

  override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has("device")) {
      this.answer = undefined;
      this.done = undefined;
    }
    if (changed.has("device") || changed.has("count") || changed.has("newestMs")) void this.#ask();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#asking?.abort();
  }

  override render() {
    const { answer, deciding, problem } = this;
    const words = texts.quarantine;
    if (problem !== undefined)
      return html`<section><p class="error" role="alert">${words.failed(problem)}</p></section>`;
    if (!answer) return nothing;
    if (answer.count === 0) return this.done === undefined ? nothing : html`<section>${this.#done()}</section>`;
    const shown = answer.readings.length;
    return html`<section aria-labelledby="heading">
      <h2 id="heading" class="numbers">${words.heading(formatNumber(answer.count, 0), answer.count === 1)}</h2>
      <p class="muted">
        ${words.why} ${shown < answer.count ? words.newest(formatNumber(shown, 0)) : nothing}
        ${answer.lost > 0 ? words.lost(formatNumber(answer.lost, 0), formatNumber(answer.limits.perDevice, 0)) : nothing}
      </p>
      ${this.#done()}
      ${quarantineGroups(answer.readings).map((group) => this.#group(group))}
      ${
        deciding
          ? html`<quarantine-decide
              .hub=${this.hub}
              .device=${this.device}
              .action=${deciding.action}
              .group=${deciding.group}
              @closed=${({ detail }: CustomEvent<QuarantineDone | undefined>) => this.#closed(detail)}
            ></quarantine-decide>`
          : nothing
      }
    </section>`;
  }

  #done() {
    return html`<div class="done" role="status">
      ${this.done}
      ${
        this.done === undefined
          ? nothing
          : html`<button
            type="button"
            class="button bare"
            @click=${() => {
              this.done = undefined;
            }}
          >
            ${texts.dialog.close}
          </button>`
      }
    </div>`;
  }

  #group(group: QuarantineGroup) {
    const words = texts.quarantine;
    const nowMs = this.hub.client.now();
    const { wrong, count, fromMs, toMs, firstAtMs, lastAtMs, shiftMs } = group;
    const said = [fromMs, toMs, firstAtMs, lastAtMs].map((ms) => formatInstant(ms, nowMs)) as [
      string,
      string,
      string,
      string,
    ];
    const label = words.kinds[wrong](formatNumber(count, 0), count === 1);
    return html`<div class="group" role="group" aria-label=${label}>
      <div class="words numbers">
        <p><b>${label}</b></p>
        <p>${words.span(...said)}</p>
        <p class="muted">${shiftMs === undefined ? words.seconds : words.suggest(shiftWords(shiftMs))}</p>
      </div>
      ${
        rights.may("edit")
          ? html`<div class="actions">
              ${wrong === "seconds" ? nothing : this.#button("shift", group, "primary")}
              ${this.#button("accept", group)} ${this.#button("discard", group)}
            </div>`
          : nothing
      }
    </div>`;
  }

  #button(action: QuarantineAction, group: QuarantineGroup, looks = "") {
    return html`<button
      type="button"
      class="button ${looks}"
      @click=${() => {
        this.deciding = { action, group };
      }}
    >
      ${texts.quarantine.actions[action]}
    </button>`;
  }

  #closed(done: QuarantineDone | undefined): void {
    this.deciding = undefined;
    if (!done) return;
    this.done = done.words;
    this.#focus.begin();
    void this.#ask();
    this.dispatchEvent(new CustomEvent("decided"));
  }

  async #ask(): Promise<void> {
    this.#asking?.abort();
    const asking = new AbortController();
    this.#asking = asking;
    try {
      const path = `devices/${encodeURIComponent(this.device)}/quarantine`;
      const answer = await this.hub.api.get<QuarantineAnswer>(path, { signal: asking.signal, quiet: true });
      if (asking.signal.aborted) return;
      this.answer = answer;
      this.problem = undefined;
    } catch (error) {
      if (!asking.signal.aborted && !this.answer) this.problem = failureWords(error);
    }
  }
}
