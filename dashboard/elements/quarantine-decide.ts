import { css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { QuarantineDecision, QuarantineOutcome } from "../../server/protocol/index.ts";
import { formatInstant, formatNumber } from "../data/format.ts";
import { type QuarantineGroup, type ShiftUnit, saidShift, shiftUnits } from "../data/quarantine.ts";
import { texts } from "../texts/index.ts";
import { failureWords } from "./failure-words.ts";
import { type DialogForm, FormDialog } from "./form-dialog.ts";

export type QuarantineAction = QuarantineDecision["action"];

/** What the hub answered, in words. */
export interface QuarantineDone {
  readonly words: string;
}

/** Says what would become of readings of the quarantine before it does. Fires `closed`, with `QuarantineDone` where it was done. */
@customElement("quarantine-decide")
export class QuarantineDecide extends FormDialog<QuarantineDone> {
  static override styles = [
    FormDialog.styles,
    css`
      :host {
        --field-width: 120px;
      }
    `,
  ];

  @property() device = "";
  @property({ attribute: false }) action!: QuarantineAction;
  @property({ attribute: false }) group!: QuarantineGroup;
  @state() private amount = "";
  @state() private unit: ShiftUnit = "h";

  override connectedCallback(): void {
    super.connectedCallback();
    const { amount, unit } = saidShift(this.group.shiftMs ?? 0);
    this.amount = String(amount);
    this.unit = unit;
  }

  protected override form(): DialogForm {
    const words = texts.quarantine;
    const { action, group } = this;
    const shiftMs = this.#shiftMs();
    return {
      heading: words.asks[action](formatNumber(group.count, 0), group.count === 1),
      confirm: words.confirm[action],
      danger: action === "discard",
      ready: action !== "shift" || !!shiftMs,
      body: html`${action === "shift" ? this.#shift(shiftMs) : nothing}
        <p class="numbers" role="status">${this.#what(shiftMs)}</p>`,
    };
  }

  #shift(shiftMs: number | undefined) {
    const words = texts.quarantine;
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
    const words = texts.quarantine;
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

  protected override async submit(): Promise<QuarantineDone> {
    const { action, group } = this;
    const decision: QuarantineDecision = {
      action,
      ids: [...group.ids],
      ...(action === "shift" ? { shift: this.#shiftMs() } : {}),
    };
    const path = `devices/${encodeURIComponent(this.device)}/quarantine`;
    return { words: outcomeWords(await this.hub.api.post<QuarantineOutcome>(path, decision)) };
  }

  protected override failed(error: unknown): string {
    return texts.quarantine.failed(failureWords(error));
  }
}

function outcomeWords({ stored, discarded, missing, rejected, rejectedCount }: QuarantineOutcome): string {
  const words = texts.quarantine;
  const parts: string[] = [];
  if (stored > 0) parts.push(words.stored(formatNumber(stored, 0), stored === 1));
  if (discarded > 0) parts.push(words.discarded(formatNumber(discarded, 0), discarded === 1));
  if (missing > 0) parts.push(words.gone(formatNumber(missing, 0), missing === 1));
  const [first] = rejected;
  if (first) parts.push(words.stay(formatNumber(rejectedCount, 0), rejectedCount === 1, first.message));
  return parts.join(" ");
}
