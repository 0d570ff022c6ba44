import { css, html, LitElement, nothing } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import type { QuarantineDecision, QuarantineOutcome } from "../../server/protocol/index.ts";
import type { Hub } from "../client/hub.ts";
import { HubRefusal } from "../client/hub-api.ts";
import { formatInstant, formatNumber } from "../data/format.ts";
import { type QuarantineGroup, type ShiftUnit, saidShift, shiftUnits } from "../data/quarantine.ts";
import { baseStyles, buttonStyles } from "../styles/shared.ts";
import { texts } from "../texts/index.ts";
import { quarantineWords } from "../texts/quarantine.ts";
import { dialogStyles } from "./dialog-styles.ts";

export type QuarantineAction = QuarantineDecision["action"];

/** What the hub answered, in words. */
export interface QuarantineDone {
  readonly words: string;
}

/** Says what would become of readings of the quarantine before it does. Fires `closed`, with `QuarantineDone` where it was done. */
@customElement("quarantine-decide")
export class QuarantineDecide extends LitElement {
  static override styles = [
    baseStyles,
    buttonStyles,
    dialogStyles,
    css`
      .two {
        display: grid;
        grid-template-columns: 1fr 1fr;
        align-items: start;
        gap: 12px;
      }
    `,
  ];

  @property({ attribute: false }) hub!: Hub;
  @property() device = "";
  @property({ attribute: false }) action!: QuarantineAction;
  @property({ attribute: false }) group!: QuarantineGroup;
  @state() private amount = "";
  @state() private unit: ShiftUnit = "h";
  @state() private busy = false;
  @state() private problem: string | undefined;
  @query("dialog") private dialog!: HTMLDialogElement;

  #done: QuarantineDone | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    const { amount, unit } = saidShift(this.group.shiftMs ?? 0);
    this.amount = String(amount);
    this.unit = unit;
  }

  override firstUpdated(): void {
    this.dialog.showModal();
  }

  override render() {
    const words = quarantineWords();
    const { action, group } = this;
    const shiftMs = this.#shiftMs();
    return html`<dialog aria-labelledby="heading" @close=${this.#closed} @cancel=${this.#cancelled}>
      <form novalidate @submit=${this.#decide} aria-busy=${this.busy}>
        <div class="head">
          <h2 id="heading" class="numbers">${words.asks[action](formatNumber(group.count, 0), group.count === 1)}</h2>
        </div>
        <div class="body">
          ${action === "shift" ? this.#shift(shiftMs) : nothing}
          <p class="numbers" role="status">${this.#what(shiftMs)}</p>
        </div>
        <div class="foot">
          <p class="status" role="status">
            ${this.problem === undefined ? nothing : html`<span class="error">${words.failed(this.problem)}</span>`}
          </p>
          <button type="button" class="button" ?disabled=${this.busy} @click=${() => this.dialog.close()}>
            ${texts.dialog.cancel}
          </button>
          <button
            type="submit"
            class="button ${action === "discard" ? "danger" : "primary"}"
            ?disabled=${this.busy || (action === "shift" && !shiftMs)}
          >
            ${words.confirm[action]}
          </button>
        </div>
      </form>
    </dialog>`;
  }

  #shift(shiftMs: number | undefined) {
    const words = quarantineWords();
    return html`<div class="two">
      <label class="field">
        <span>${words.amount}</span>
        <input
          type="number"
          step="any"
          .value=${this.amount}
          aria-invalid=${!shiftMs}
          @input=${(event: Event) => {
            this.amount = (event.target as HTMLInputElement).value;
          }}
        />
        <small>${words.amountHint}</small>
      </label>
      <label class="field">
        <span>${words.unit}</span>
        <select
          @change=${(event: Event) => {
            this.unit = (event.target as HTMLSelectElement).value as ShiftUnit;
          }}
        >
          ${Object.keys(shiftUnits).map(
            (each) =>
              html`<option value=${each} ?selected=${each === this.unit}>${words.units[each as ShiftUnit]}</option>`,
          )}
        </select>
      </label>
    </div>`;
  }

  /** Where they would lie. */
  #what(shiftMs: number | undefined) {
    const words = quarantineWords();
    const { fromMs, toMs } = this.group;
    const nowMs = this.hub.client.now();
    if (this.action === "discard") return words.goes;
    if (this.action === "shift" && !shiftMs) return words.noShift;
    const [from, to] = [fromMs, toMs].map((ms) => formatInstant(ms + (shiftMs ?? 0), nowMs, 0)) as [string, string];
    return [words.lie(from, to), toMs + (shiftMs ?? 0) > nowMs + 300_000 ? words.stayAhead : ""].join(" ");
  }

  /** Whole ms; undefined where nothing that is a number stands in the field, 0 for other actions. */
  #shiftMs(): number | undefined {
    if (this.action !== "shift") return 0;
    const ms = Math.round(Number(this.amount) * shiftUnits[this.unit]);
    return this.amount.trim() === "" || !Number.isSafeInteger(ms) ? undefined : ms;
  }

  async #decide(event: Event): Promise<void> {
    event.preventDefault();
    const shiftMs = this.#shiftMs();
    const { action, group } = this;
    if (this.busy || (action === "shift" && !shiftMs)) return;
    this.busy = true;
    this.problem = undefined;
    const decision: QuarantineDecision = {
      action,
      ids: [...group.ids],
      ...(action === "shift" ? { shift: shiftMs } : {}),
    };
    try {
      const path = `devices/${encodeURIComponent(this.device)}/quarantine`;
      this.#done = { words: outcomeWords(await this.hub.api.post<QuarantineOutcome>(path, decision)) };
      this.dialog.close();
    } catch (error) {
      this.problem = error instanceof HubRefusal ? error.message : texts.dialog.noAnswer;
    } finally {
      this.busy = false;
    }
  }

  /** What is on its way to the hub is waited for. */
  #cancelled(event: Event): void {
    if (this.busy) event.preventDefault();
  }

  #closed(): void {
    this.dispatchEvent(new CustomEvent<QuarantineDone | undefined>("closed", { detail: this.#done }));
  }
}

function outcomeWords({ stored, discarded, missing, rejected, rejectedCount }: QuarantineOutcome): string {
  const words = quarantineWords();
  const parts: string[] = [];
  if (stored > 0) parts.push(words.stored(formatNumber(stored, 0), stored === 1));
  if (discarded > 0) parts.push(words.discarded(formatNumber(discarded, 0), discarded === 1));
  if (missing > 0) parts.push(words.gone(formatNumber(missing, 0), missing === 1));
  const [first] = rejected;
  if (first) parts.push(words.stay(formatNumber(rejectedCount, 0), rejectedCount === 1, first.message));
  return parts.join(" ");
}
