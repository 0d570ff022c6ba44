import { css, html, LitElement, nothing } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import type { MaskEntry, MasksAnswer, RemovedMaskAnswer } from "../../server/protocol/index.ts";
import { countDoomed, type DoomedCount } from "../client/deletion.ts";
import type { Hub } from "../client/hub.ts";
import { HubRefusal } from "../client/hub-api.ts";
import { formatInstant, formatNumber } from "../data/format.ts";
import type { TimeSpan } from "../data/ranges.ts";
import { instantOf, wallTime } from "../data/zoned-time.ts";
import { baseStyles, buttonStyles } from "../styles/shared.ts";
import { deletionWords } from "../texts/deletion.ts";
import { texts } from "../texts/index.ts";
import { maskWords } from "../texts/masks.ts";
import { dialogStyles } from "./dialog-styles.ts";

/** Whose readings. */
export interface MaskedSeries {
  readonly device: string;
  readonly metric: string;
  /** As people call it. */
  readonly label: string;
}

/** After the last key in a field of the range the readings are counted, ms. */
const typingMs = 300;
/** Longest note, characters. */
const longestNote = 256;

/** Hides a range of readings of one series, and lists what is hidden of it, to be shown again. Fires `closed`, with words as detail where something changed. */
@customElement("mask-dialog")
export class MaskDialog extends LitElement {
  static override styles = [
    baseStyles,
    buttonStyles,
    dialogStyles,
    css`
      .two {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(200px, 1fr));
        gap: 12px;
        align-items: start;
      }
      .what {
        padding: 12px 16px;
        border: 1px solid var(--border-strong);
        border-radius: var(--radius-s);
        font-size: var(--text-s);
      }
      ul {
        display: grid;
        gap: 8px;
        margin: 0;
        padding: 0;
        list-style: none;
      }
      li {
        display: flex;
        gap: 12px;
        align-items: center;
        justify-content: space-between;
        overflow-wrap: anywhere;
      }
      li small {
        display: block;
      }
      li button {
        flex: none;
      }
    `,
  ];

  @property({ attribute: false }) hub!: Hub;
  @property({ attribute: false }) series!: MaskedSeries;
  /** What the fields hold at first. */
  @property({ attribute: false }) span!: TimeSpan;
  @state() private from = "";
  @state() private until = "";
  @state() private note = "";
  @state() private count: DoomedCount | undefined;
  @state() private uncounted: string | undefined;
  /** What is hidden already; undefined until it is known. */
  @state() private masks: readonly MaskEntry[] | undefined;
  @state() private waiting = false;
  @state() private problem: string | undefined;
  @query("dialog") private dialog!: HTMLDialogElement;

  #counting: AbortController | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #listing = new AbortController();
  #done: string | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.from = wallTime(Math.floor(this.span.fromMs));
    this.until = wallTime(Math.ceil(this.span.toMs));
    void this.#count();
    void this.#list();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
    this.#counting?.abort();
    this.#listing.abort();
  }

  override firstUpdated(): void {
    this.dialog.showModal();
  }

  override render() {
    const words = maskWords();
    const span = this.#span();
    return html`<dialog aria-labelledby="heading" @close=${this.#closed} @cancel=${this.#cancelled}>
      <form novalidate @submit=${this.#hide} aria-busy=${this.waiting}>
        <div class="head">
          <h2 id="heading">${words.heading(this.series.label)}</h2>
          <p>${words.intro}</p>
        </div>
        <div class="body">
          <div class="two">
            ${this.#moment(deletionWords().from, this.from, (text) => {
              this.from = text;
            })}
            ${this.#moment(
              deletionWords().until,
              this.until,
              (text) => {
                this.until = text;
              },
              deletionWords().untilHint,
            )}
          </div>
          ${span ? nothing : html`<p class="error" role="alert">${deletionWords().notARange}</p>`}
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
          ${this.masks && this.masks.length > 0 ? this.#hidden(this.masks) : nothing}
        </div>
        <div class="foot">
          <p class="status" role="status">
            ${this.problem === undefined ? nothing : html`<span class="error">${this.problem}</span>`}
          </p>
          <button type="button" class="button" ?disabled=${this.waiting} @click=${() => this.dialog.close()}>
            ${this.#done === undefined ? texts.dialog.cancel : words.close}
          </button>
          <button type="submit" class="button primary" ?disabled=${this.waiting || !span}>${words.confirm}</button>
        </div>
      </form>
    </dialog>`;
  }

  #moment(label: string, value: string, take: (text: string) => void, hint?: string) {
    return html`<label class="field">
      <span>${label}</span>
      <input
        type="datetime-local"
        step="0.001"
        .value=${value}
        aria-invalid=${!this.#span()}
        @input=${(event: Event) => {
          take((event.target as HTMLInputElement).value);
          this.count = undefined;
          this.#counting?.abort();
          clearTimeout(this.#timer);
          this.#timer = setTimeout(() => void this.#count(), typingMs);
        }}
      />
      ${hint ? html`<small>${hint}</small>` : nothing}
    </label>`;
  }

  #hidden(masks: readonly MaskEntry[]) {
    const nowMs = this.hub.client.now();
    return html`<div class="field">
      <span id="hidden">${maskWords().hidden}</span>
      <ul aria-labelledby="hidden">
        ${masks.map((mask) => {
          const between = maskWords().between(formatInstant(mask.from, nowMs), formatInstant(mask.to, nowMs));
          return html`<li>
            <span class="numbers">${between}${mask.note ? html`<small>${mask.note}</small>` : nothing}</span>
            <button
              type="button"
              class="button"
              aria-label=${maskWords().showOf(between)}
              ?disabled=${this.waiting}
              @click=${() => this.#show(mask)}
            >
              ${maskWords().show}
            </button>
          </li>`;
        })}
      </ul>
    </div>`;
  }

  /** In words what would be hidden. */
  #what() {
    const { count, uncounted } = this;
    if (uncounted !== undefined) return deletionWords().uncounted(uncounted);
    if (!count) return deletionWords().counting;
    if (count.readings === 0) return maskWords().none;
    const number = formatNumber(count.readings, 0);
    return html`<strong>
      ${count.atMost ? maskWords().upTo(number) : maskWords().readings(number, count.readings === 1)}
    </strong>`;
  }

  /** The range as typed; undefined where it is none. */
  #span(): TimeSpan | undefined {
    const fromMs = instantIn(this.from, Math.floor(this.span.fromMs));
    const toMs = instantIn(this.until, Math.ceil(this.span.toMs));
    return fromMs !== undefined && toMs !== undefined && fromMs < toMs ? { fromMs, toMs } : undefined;
  }

  async #count(): Promise<void> {
    this.#counting?.abort();
    const asking = new AbortController();
    this.#counting = asking;
    this.count = undefined;
    this.uncounted = undefined;
    const span = this.#span();
    if (!span) return;
    const { device, metric } = this.series;
    try {
      const count = await countDoomed(this.hub.api, { device, metric, ...span }, asking.signal);
      if (!asking.signal.aborted) this.count = count;
    } catch (error) {
      if (!asking.signal.aborted) this.uncounted = wordsOf(error);
    }
  }

  /** One page: it ends with a series, and there is one. */
  async #list(): Promise<void> {
    const { device, metric } = this.series;
    const { signal } = this.#listing;
    try {
      this.masks = (await this.hub.api.get<MasksAnswer>("masks", { params: { device, metric }, signal })).masks;
    } catch (error) {
      if (!signal.aborted) this.problem = maskWords().unlisted(wordsOf(error));
    }
  }

  async #hide(event: Event): Promise<void> {
    event.preventDefault();
    const span = this.#span();
    if (this.waiting || !span) return;
    const { device, metric, label } = this.series;
    const note = this.note.trim();
    const order = { device, metric, from: span.fromMs, to: span.toMs, ...(note === "" ? {} : { note }) };
    await this.#ask(async () => {
      await this.hub.api.post<MaskEntry>("masks", order);
      this.#done = maskWords().done(label);
      this.dialog.close();
    });
  }

  async #show(mask: MaskEntry): Promise<void> {
    if (this.waiting) return;
    await this.#ask(async () => {
      await this.hub.api.delete<RemovedMaskAnswer>(`masks/${mask.id}`);
      this.#done = maskWords().shown(this.series.label);
      this.masks = this.masks?.filter(({ id }) => id !== mask.id);
      // The button that had the focus is gone.
      this.dialog.querySelector("input")?.focus();
    });
    // Somebody else may have shown it.
    await this.#list();
    await this.#count();
  }

  async #ask(work: () => Promise<void>): Promise<void> {
    this.waiting = true;
    this.problem = undefined;
    try {
      await work();
    } catch (error) {
      this.problem = wordsOf(error);
    } finally {
      this.waiting = false;
    }
  }

  /** What is on its way to the hub is waited for. */
  #cancelled(event: Event): void {
    if (this.waiting) event.preventDefault();
  }

  #closed(): void {
    this.dispatchEvent(new CustomEvent<string | undefined>("closed", { detail: this.#done }));
  }
}

/** What stands in a field as it was given is that instant: in the hour that a clock shows twice its words tell another one, too. */
function instantIn(text: string, givenMs: number): number | undefined {
  return text === wallTime(givenMs) ? givenMs : instantOf(text);
}

function wordsOf(error: unknown): string {
  return error instanceof HubRefusal ? error.message : texts.dialog.noAnswer;
}

declare global {
  interface HTMLElementTagNameMap {
    "mask-dialog": MaskDialog;
  }
}
