import { html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { MaskEntry, MasksAnswer, RemovedMaskAnswer } from "../../server/protocol/index.ts";
import { countDoomed } from "../client/deletion.ts";
import { formatInstant, formatNumber } from "../data/format.ts";
import type { TimeSpan } from "../data/ranges.ts";
import { texts } from "../texts/index.ts";
import { failureWords } from "./failure-words.ts";
import { type DialogForm, FormDialog } from "./form-dialog.ts";
import { PreviewController } from "./preview-controller.ts";
import { RangeFields } from "./range-fields.ts";

/** Whose readings. */
export interface MaskedSeries {
  readonly device: string;
  readonly metric: string;
  /** As people call it. */
  readonly label: string;
}

/** Longest note, characters. */
const longestNote = 256;

/** Hides a range of readings of one series, and lists what is hidden of it, to be shown again. Fires `closed`, with words as detail where something changed. */
@customElement("mask-dialog")
export class MaskDialog extends FormDialog {
  @property({ attribute: false }) series!: MaskedSeries;
  /** What the fields hold at first. */
  @property({ attribute: false }) span!: TimeSpan;
  @state() private note = "";
  /** What is hidden already; undefined until it is known. */
  @state() private masks: readonly MaskEntry[] | undefined;

  readonly #range = new RangeFields(this, () => this.#count.typed());
  readonly #count = new PreviewController(this, (signal) => {
    const { span } = this.#range;
    const { device, metric } = this.series;
    return span && countDoomed(this.hub.api, { device, metric, ...span }, signal);
  });
  readonly #listing = new AbortController();

  override connectedCallback(): void {
    super.connectedCallback();
    this.#range.begin(this.span);
    void this.#count.ask();
    void this.#list();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#listing.abort();
  }

  protected override form(): DialogForm {
    const words = texts.mask;
    return {
      heading: words.heading(this.series.label),
      intro: words.intro,
      confirm: words.confirm,
      ready: this.#range.span !== undefined,
      body: html`${this.#range.render()}
          <label class="field">
            <span>${words.note}</span>
            <input
              maxlength=${longestNote}
              .value=${this.note}
              @input=${(event: Event) => {
                this.note = (event.target as HTMLInputElement).value;
              }}
            />
            <small>${words.noteHint}</small>
          </label>
          <div class="what numbers" role="status">${this.#what()}</div>
          ${this.masks && this.masks.length > 0 ? this.#hidden(this.masks) : nothing}`,
    };
  }

  #hidden(masks: readonly MaskEntry[]) {
    const nowMs = this.hub.client.now();
    return html`<div class="field">
      <span id="hidden">${texts.mask.hidden}</span>
      <ul class="each" aria-labelledby="hidden">
        ${masks.map((mask) => {
          const between = texts.mask.between(formatInstant(mask.from, nowMs), formatInstant(mask.to, nowMs));
          return html`<li>
            <span class="numbers">${between}${mask.note ? html`<small>${mask.note}</small>` : nothing}</span>
            <button
              type="button"
              class="button"
              aria-label=${texts.mask.showOf(between)}
              ?disabled=${this.waiting}
              @click=${() => this.#show(mask)}
            >
              ${texts.mask.show}
            </button>
          </li>`;
        })}
      </ul>
    </div>`;
  }

  /** In words what would be hidden. */
  #what() {
    const { answer: count, problem } = this.#count;
    if (problem !== undefined) return texts.deletion.uncounted(problem);
    if (!count) return texts.deletion.counting;
    if (count.readings === 0) return texts.mask.none;
    const number = formatNumber(count.readings, 0);
    return html`<strong>
      ${count.atMost ? texts.mask.upTo(number) : texts.mask.readings(number, count.readings === 1)}
    </strong>`;
  }

  /** One page: it ends with a series, and there is one. */
  async #list(): Promise<void> {
    const { device, metric } = this.series;
    const { signal } = this.#listing;
    try {
      this.masks = (await this.hub.api.get<MasksAnswer>("masks", { params: { device, metric }, signal })).masks;
    } catch (error) {
      if (!signal.aborted) this.problem = texts.mask.unlisted(failureWords(error));
    }
  }

  protected override async submit(): Promise<string | undefined> {
    const { span } = this.#range;
    if (!span) return undefined;
    const { device, metric, label } = this.series;
    const note = this.note.trim();
    const order = { device, metric, from: span.fromMs, to: span.toMs, ...(note === "" ? {} : { note }) };
    await this.hub.api.post<MaskEntry>("masks", order);
    return texts.mask.done(label);
  }

  async #show(mask: MaskEntry): Promise<void> {
    await this.order(async () => {
      await this.hub.api.delete<RemovedMaskAnswer>(`masks/${mask.id}`);
      this.done = texts.mask.shown(this.series.label);
      this.masks = this.masks?.filter(({ id }) => id !== mask.id);
    });
    // Somebody else may have shown it.
    await this.#list();
    await this.#count.ask();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "mask-dialog": MaskDialog;
  }
}
