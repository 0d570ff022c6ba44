import { css, html, LitElement } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import type { RemovedReadingsAnswer, StoragePreviewAnswer } from "../../server/protocol/index.ts";
import type { Hub } from "../client/hub.ts";
import { HubRefusal } from "../client/hub-api.ts";
import { formatCount, formatInstant, formatNumber } from "../data/format.ts";
import { formatBytes } from "../data/sizes.ts";
import { baseStyles, buttonStyles } from "../styles/shared.ts";
import { deletionWords } from "../texts/deletion.ts";
import { texts } from "../texts/index.ts";
import { dialogStyles } from "./dialog-styles.ts";

/** Of which series. Selectors: `*` stands for any run of characters. */
export interface StorageChoice {
  readonly device: string;
  readonly metric: string;
}

/** After the last key in a field what would go is asked for, ms. */
const typingMs = 300;

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
export class StorageDelete extends LitElement {
  static override styles = [
    baseStyles,
    buttonStyles,
    dialogStyles,
    css`
      .two {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(160px, 1fr));
        gap: 12px;
        align-items: start;
      }
      .age {
        display: grid;
        grid-template-columns: minmax(0, 1fr) minmax(0, 1.4fr);
        gap: 8px;
      }
      .what {
        padding: 12px 16px;
        border: 1px solid var(--border-strong);
        border-radius: var(--radius-s);
        font-size: var(--text-s);
      }
      .what strong {
        display: block;
        font-size: var(--text-m);
      }
      .what p + p {
        margin-top: 6px;
      }
    `,
  ];

  @property({ attribute: false }) hub!: Hub;
  /** What the fields hold at first. */
  @property({ attribute: false }) choice: StorageChoice = { device: "*", metric: "*" };
  @state() private count = "30";
  @state() private unit: Unit = "d";
  @state() private preview: Preview | undefined;
  @state() private problem: string | undefined;
  @state() private deleting = false;
  @query("dialog") private dialog!: HTMLDialogElement;

  #asking: AbortController | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #done: string | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#ask();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
    this.#asking?.abort();
  }

  override firstUpdated(): void {
    this.dialog.showModal();
  }

  override render() {
    const words = texts.storage.deletion;
    const { preview } = this;
    return html`<dialog aria-labelledby="heading" @close=${this.#closed} @cancel=${this.#cancelled}>
      <form novalidate @submit=${this.#delete} aria-busy=${this.deleting}>
        <div class="head">
          <h2 id="heading">${texts.storage.deleteOld}</h2>
          <p>${words.intro}</p>
        </div>
        <div class="body">
          <div class="two">
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
                  this.#changed();
                }}
              />
              <select
                aria-label=${words.unit}
                @change=${(event: Event) => {
                  this.unit = (event.target as HTMLSelectElement).value as Unit;
                  this.#changed();
                }}
              >
                ${units.map((unit) => html`<option value=${unit} ?selected=${unit === this.unit}>${words.units[unit]}</option>`)}
              </select>
            </div>
          </div>
          <div class="what numbers" role="status">${this.#what()}</div>
        </div>
        <div class="foot">
          <button type="button" class="button" ?disabled=${this.deleting} @click=${() => this.dialog.close()}>
            ${texts.dialog.cancel}
          </button>
          <button type="submit" class="button danger" ?disabled=${this.deleting || (preview?.readings ?? 0) === 0}>
            ${this.deleting ? deletionWords().deleting : preview?.readings ? words.confirm(formatCount(preview.readings)) : deletionWords().confirm}
          </button>
        </div>
      </form>
    </dialog>`;
  }

  #selector(label: string, name: keyof StorageChoice) {
    return html`<label class="field">
      <span>${label}</span>
      <input
        autocomplete="off"
        autocapitalize="off"
        spellcheck="false"
        .value=${this.choice[name]}
        @input=${(event: Event) => {
          this.choice = { ...this.choice, [name]: (event.target as HTMLInputElement).value.trim() };
          this.#changed();
        }}
      />
    </label>`;
  }

  #what() {
    const words = texts.storage.deletion;
    const { preview, problem } = this;
    if (problem !== undefined) return html`<p class="error">${problem}</p>`;
    if (!preview) return html`<p>${deletionWords().counting}</p>`;
    if (preview.readings === 0) return html`<p><strong>${words.none}</strong></p>`;
    const before = formatInstant(preview.toMs, this.hub.client.now());
    return html`<p>
        <strong>${words.frees(formatBytes(preview.bytes))}</strong>
        ${words.readings(formatNumber(preview.readings, 0), formatNumber(preview.series, 0), before)}
      </p>
      <p>${deletionWords().forGood}</p>`;
  }

  /** Undefined where the field holds none. */
  #ageMs(): number | undefined {
    const count = Number(this.count);
    return this.count.trim() !== "" && Number.isFinite(count) && count >= 0 ? count * unitsMs[this.unit] : undefined;
  }

  #changed(): void {
    this.preview = undefined;
    this.problem = undefined;
    this.#asking?.abort();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#ask(), typingMs);
  }

  async #ask(): Promise<void> {
    this.#asking?.abort();
    const asking = new AbortController();
    this.#asking = asking;
    this.preview = undefined;
    this.problem = undefined;
    const ageMs = this.#ageMs();
    const { choice } = this;
    if (ageMs === undefined || choice.device === "" || choice.metric === "") {
      this.problem = texts.storage.deletion.incomplete;
      return;
    }
    const toMs = Math.round(this.hub.client.now() - ageMs);
    try {
      const params = { device: choice.device, metric: choice.metric, to: toMs };
      const answer = await this.hub.api.get<StoragePreviewAnswer>("storage/preview", { params, signal: asking.signal });
      if (!asking.signal.aborted) this.preview = { ...answer, choice, toMs };
    } catch (error) {
      if (!asking.signal.aborted) this.problem = wordsOf(error);
    }
  }

  async #delete(event: Event): Promise<void> {
    event.preventDefault();
    const { preview } = this;
    if (this.deleting || !preview || preview.readings === 0) return;
    this.deleting = true;
    try {
      const { choice, toMs } = preview;
      const params = { device: choice.device, metric: choice.metric, to: toMs };
      const { removed } = await this.hub.api.delete<RemovedReadingsAnswer>("readings", { params });
      this.#done = texts.storage.deletion.done(formatNumber(removed, 0), removed === 1);
      this.dialog.close();
    } catch (error) {
      this.problem = deletionWords().failed(wordsOf(error));
    } finally {
      this.deleting = false;
    }
  }

  /** What is on its way to the hub is waited for. */
  #cancelled(event: Event): void {
    if (this.deleting) event.preventDefault();
  }

  #closed(): void {
    this.dispatchEvent(new CustomEvent<string | undefined>("closed", { detail: this.#done }));
  }
}

function wordsOf(error: unknown): string {
  return error instanceof HubRefusal ? error.message : texts.dialog.noAnswer;
}

declare global {
  interface HTMLElementTagNameMap {
    "storage-delete": StorageDelete;
  }
}
