import { css, html } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { RemovedReadingsAnswer, StoragePreviewAnswer } from "../../server/protocol/index.ts";
import { HubRefusal } from "../client/hub-api.ts";
import { formatCount, formatInstant, formatNumber } from "../data/format.ts";
import { formatBytes } from "../data/sizes.ts";
import { texts } from "../texts/index.ts";
import { failureWords } from "./failure-words.ts";
import { type DialogForm, FormDialog } from "./form-dialog.ts";
import { PreviewController } from "./preview-controller.ts";

/** Of which series. Selectors: `*` stands for any run of characters. */
export interface StorageChoice {
  readonly device: string;
  readonly metric: string;
}

const unitsMs = { h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000, y: 365 * 86_400_000 } as const;
type Unit = keyof typeof unitsMs;
const units = Object.keys(unitsMs) as Unit[];

/** What is shown is what is deleted: the hub's clock goes on while a person reads. */
interface Preview extends StoragePreviewAnswer {
  readonly choice: StorageChoice;
  readonly toMs: number;
}

/** Says what deleting old readings would give back, and does it. Fires `closed`, with words as detail where something went. */
@customElement("storage-delete")
export class StorageDelete extends FormDialog {
  static override styles = [
    FormDialog.styles,
    css`
      :host {
        --field-width: 160px;
      }
      .age {
        display: grid;
        grid-template-columns: minmax(0, 1fr) minmax(0, 1.4fr);
        gap: 8px;
      }
    `,
  ];

  /** What the fields hold at first. */
  @property({ attribute: false }) choice: StorageChoice = { device: "*", metric: "*" };
  /** What they hold: the page gives the choice anew as it was. */
  @state() private chosen: StorageChoice = this.choice;
  @state() private count = "30";
  @state() private unit: Unit = "d";

  readonly #preview = new PreviewController<Preview>(this, (signal) => this.#ask(signal));

  override connectedCallback(): void {
    super.connectedCallback();
    this.chosen = this.choice;
    void this.#preview.ask();
  }

  protected override form(): DialogForm {
    const words = texts.storage.deletion;
    const readings = this.#preview.answer?.readings ?? 0;
    const confirm = readings > 0 ? words.confirm(formatCount(readings)) : texts.deletion.confirm;
    return {
      heading: texts.storage.deleteOld,
      intro: words.intro,
      confirm: this.waiting ? texts.deletion.deleting : confirm,
      danger: true,
      ready: readings > 0,
      body: html`<div class="two">
            ${this.#selector(words.device, "device")} ${this.#selector(words.metric, "metric")}
          </div>
          <small class="hint">${words.selectors}</small>
          <div class="field">
            <span id="age">${words.olderThan}</span>
            <div class="age" role="group" aria-labelledby="age">
              <input
                type="number"
                min="0"
                step="any"
                inputmode="decimal"
                aria-label=${words.howMany}
                .value=${this.count}
                aria-invalid=${this.#ageMs() === undefined}
                @input=${(event: Event) => {
                  this.count = (event.target as HTMLInputElement).value;
                  this.#preview.typed();
                }}
              />
              <select
                aria-label=${words.unit}
                @change=${(event: Event) => {
                  this.unit = (event.target as HTMLSelectElement).value as Unit;
                  this.#preview.typed();
                }}
              >
                ${units.map((unit) => html`<option value=${unit} ?selected=${unit === this.unit}>${words.units[unit]}</option>`)}
              </select>
            </div>
          </div>
          <div class="what numbers" role="status">${this.#what()}</div>`,
    };
  }

  #selector(label: string, name: keyof StorageChoice) {
    return html`<label class="field">
      <span>${label}</span>
      <input
        autocomplete="off"
        autocapitalize="off"
        spellcheck="false"
        .value=${this.chosen[name]}
        @input=${(event: Event) => {
          this.chosen = { ...this.chosen, [name]: (event.target as HTMLInputElement).value.trim() };
          this.#preview.typed();
        }}
      />
    </label>`;
  }

  #what() {
    const words = texts.storage.deletion;
    const { answer: preview, problem } = this.#preview;
    if (problem !== undefined) return html`<p class="error">${problem}</p>`;
    if (!preview) return html`<p>${texts.deletion.counting}</p>`;
    if (preview.readings === 0) return html`<p><strong>${words.none}</strong></p>`;
    const before = formatInstant(preview.toMs, this.hub.client.now());
    return html`<p>
        <strong>${words.frees(formatBytes(preview.bytes))}</strong>
        ${words.readings(formatNumber(preview.readings, 0), formatNumber(preview.series, 0), before)}
      </p>
      <p>${texts.deletion.forGood}</p>`;
  }

  /** Undefined where the field holds none. */
  #ageMs(): number | undefined {
    const count = Number(this.count);
    return this.count.trim() !== "" && Number.isFinite(count) && count >= 0 ? count * unitsMs[this.unit] : undefined;
  }

  async #ask(signal: AbortSignal): Promise<Preview> {
    const ageMs = this.#ageMs();
    const choice = this.chosen;
    if (ageMs === undefined || choice.device === "" || choice.metric === "") {
      throw new HubRefusal(texts.storage.deletion.incomplete);
    }
    const toMs = Math.round(this.hub.client.now() - ageMs);
    const params = { device: choice.device, metric: choice.metric, to: toMs };
    const answer = await this.hub.api.get<StoragePreviewAnswer>("storage/preview", { params, signal });
    return { ...answer, choice, toMs };
  }

  protected override async submit(): Promise<string | undefined> {
    const preview = this.#preview.answer;
    if (!preview) return undefined;
    const { choice, toMs } = preview;
    const params = { device: choice.device, metric: choice.metric, to: toMs };
    const { removed } = await this.hub.api.delete<RemovedReadingsAnswer>("readings", { params });
    return texts.storage.deletion.done(formatNumber(removed, 0), removed === 1);
  }

  protected override failed(error: unknown): string {
    return texts.deletion.failed(failureWords(error));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "storage-delete": StorageDelete;
  }
}
