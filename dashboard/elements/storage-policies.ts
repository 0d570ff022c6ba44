import { css, html, LitElement, nothing } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import type { AgedPreviewAnswer, PolicyEntry, StorageAnswer } from "../../server/protocol/index.ts";
import type { Hub } from "../client/hub.ts";
import { HubRefusal } from "../client/hub-api.ts";
import { formatCount, formatInstant, formatNumber } from "../data/format.ts";
import { formatBytes } from "../data/sizes.ts";
import { baseStyles, buttonStyles } from "../styles/shared.ts";
import { deletionWords } from "../texts/deletion.ts";
import { texts } from "../texts/index.ts";
import { retentionWords } from "../texts/retention.ts";
import { dialogStyles } from "./dialog-styles.ts";
import { icons } from "./icons.ts";

/** After the last key in a field what would go is asked for, ms. */
const typingMs = 300;

/** Ages that many choose, as people may change them. */
const usual = ["raw 30d", "raw 30d, minute 1y, hour forever", "all 1y", "forever"];

/** How long what is kept: the lines, what would go by them, and that it does. Fires `closed`, with words as detail where it was said. */
@customElement("storage-policies")
export class StoragePolicies extends LitElement {
  static override styles = [
    baseStyles,
    buttonStyles,
    dialogStyles,
    css`
      :host {
        --dialog-width: 860px;
      }
      ol {
        display: grid;
        gap: 12px;
        margin: 0;
        padding: 0;
        list-style: none;
      }
      li {
        display: grid;
        grid-template-columns: minmax(0, 1fr) minmax(0, 1fr) minmax(0, 2fr) auto auto;
        gap: 4px 8px;
        align-items: end;
      }
      li small {
        grid-column: 1 / -1;
        color: var(--text-muted);
        font-size: var(--text-xs);
      }
      .others {
        color: var(--text-muted);
        font-size: var(--text-s);
        overflow-wrap: anywhere;
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
      @media (max-width: 520px) {
        li {
          grid-template-columns: minmax(0, 1fr) minmax(0, 1fr) auto auto;
        }
        li .keep {
          grid-row: 2;
          grid-column: 1 / -1;
        }
      }
    `,
  ];

  @property({ attribute: false }) hub!: Hub;
  @property({ attribute: false }) answer!: StorageAnswer;
  @state() private lines: readonly PolicyEntry[] = [];
  @state() private preview: AgedPreviewAnswer | undefined;
  @state() private problem: string | undefined;
  @state() private applying = false;
  @query("dialog") private dialog!: HTMLDialogElement;

  #asking: AbortController | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #done: string | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.lines = this.answer.policies;
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
    const words = retentionWords().policies;
    const { preview, applying } = this;
    return html`<dialog
      aria-labelledby="heading"
      @close=${() => this.dispatchEvent(new CustomEvent<string | undefined>("closed", { detail: this.#done }))}
      @cancel=${(event: Event) => applying && event.preventDefault()}
    >
      <form novalidate @submit=${this.#apply} aria-busy=${applying}>
        <div class="head">
          <h2 id="heading">${texts.storage.howLong}</h2>
          <p>${words.intro}</p>
        </div>
        <div class="body">
          <datalist id="usual">${usual.map((keep) => html`<option value=${keep}></option>`)}</datalist>
          <ol>
            ${this.lines.map((line, at) => this.#line(line, at))}
          </ol>
          <div>
            <button type="button" class="button" @click=${() => this.#change([...this.lines, { device: "*", metric: "*", keep: "" }])}>
              ${icons.plus}${words.add}
            </button>
          </div>
          <p class="others">${words.others(this.answer.keep === "forever" ? texts.storage.forEver : this.answer.keep, "--keep")}</p>
          <div class="what numbers" role="status">${this.#what()}</div>
          <p class="hint">${words.hint}</p>
        </div>
        <div class="foot">
          <button type="button" class="button" ?disabled=${applying} @click=${() => this.dialog.close()}>
            ${texts.dialog.cancel}
          </button>
          <button type="submit" class="button ${preview?.readings ? "danger" : "primary"}" ?disabled=${applying || !preview}>
            ${preview?.readings ? words.applyAnd(formatCount(preview.readings)) : words.apply}
          </button>
        </div>
      </form>
    </dialog>`;
  }

  #line(line: PolicyEntry, at: number) {
    const words = retentionWords().policies;
    const { device, metric } = texts.storage.deletion;
    const found = this.preview?.policies[at];
    const button = (label: string, shape: unknown, disabled: boolean, click: () => void) => html`<button
      type="button"
      class="button icon"
      aria-label="${label} ${at + 1}"
      title=${label}
      ?disabled=${disabled}
      @click=${click}
    >
      ${shape}
    </button>`;
    return html`<li>
      ${this.#field(at, line, "device", device)} ${this.#field(at, line, "metric", metric)}
      ${this.#field(at, line, "keep", words.keep)}
      ${button(words.up, html`<span aria-hidden="true">↑</span>`, at === 0, () => this.#change(swapped(this.lines, at)))}
      ${button(words.remove, icons.remove, false, () => this.#change(this.lines.filter((_, index) => index !== at)))}
      ${found && found.bytes > 0 ? html`<small class="numbers">${words.series(formatNumber(found.series, 0), formatBytes(found.bytes))}</small>` : nothing}
    </li>`;
  }

  #field(at: number, line: PolicyEntry, name: keyof PolicyEntry, label: string) {
    return html`<label class="field ${name}">
      <span>${label}</span>
      <input
        autocomplete="off"
        autocapitalize="off"
        spellcheck="false"
        list=${name === "keep" ? "usual" : nothing}
        placeholder=${name === "keep" ? "raw 30d, minute 1y, hour forever" : nothing}
        .value=${line[name]}
        @input=${(event: Event) => {
          const { value } = event.target as HTMLInputElement;
          this.#change(this.lines.map((one, index) => (index === at ? { ...one, [name]: value } : one)));
        }}
      />
    </label>`;
  }

  #what() {
    const words = retentionWords().policies;
    const { preview, problem } = this;
    if (problem !== undefined) return html`<p class="error">${problem}</p>`;
    if (!preview) return html`<p>${deletionWords().counting}</p>`;
    const { readings, series, lost, bytes, from, through } = preview;
    if (bytes === 0 && readings === 0) return html`<p><strong>${words.nothing}</strong></p>`;
    const nowMs = this.hub.client.now();
    return html`<p>
      <strong>${words.frees(formatBytes(bytes))}</strong>
      ${
        from === null || through === null
          ? words.tiersOnly
          : html`${words.goes(formatNumber(readings, 0), formatNumber(series, 0), formatInstant(from, nowMs), formatInstant(through, nowMs))}.
            ${lost === 0 ? texts.storage.agedHoursStay : texts.storage.agedLost(formatNumber(lost, 0))} ${deletionWords().forGood}`
      }
    </p>`;
  }

  #change(lines: readonly PolicyEntry[]): void {
    this.lines = lines;
    this.preview = undefined;
    this.problem = undefined;
    this.#asking?.abort();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#ask(), typingMs);
  }

  get #order() {
    const trimmed = ({ device, metric, keep }: PolicyEntry): PolicyEntry => ({
      ...{ device: device.trim(), metric: metric.trim(), keep: keep.trim() || "forever" },
    });
    return { policies: this.lines.map(trimmed) };
  }

  async #ask(): Promise<void> {
    this.#asking?.abort();
    const asking = new AbortController();
    this.#asking = asking;
    try {
      const { signal } = asking;
      const answer = await this.hub.api.post<AgedPreviewAnswer>("storage/preview", this.#order, { signal });
      if (!asking.signal.aborted) this.preview = answer;
    } catch (error) {
      if (!asking.signal.aborted) this.problem = wordsOf(error);
    }
  }

  async #apply(event: Event): Promise<void> {
    event.preventDefault();
    // What is shown is what is done.
    if (this.applying || !this.preview) return;
    this.applying = true;
    try {
      await this.hub.api.put("storage/policies", this.#order);
      this.#done = retentionWords().policies.done;
      this.dialog.close();
    } catch (error) {
      this.problem = wordsOf(error);
    } finally {
      this.applying = false;
    }
  }
}

/** One line goes before the one above it. */
function swapped(lines: readonly PolicyEntry[], at: number): PolicyEntry[] {
  const moved = [...lines];
  moved.splice(at - 1, 0, ...moved.splice(at, 1));
  return moved;
}

function wordsOf(error: unknown): string {
  return error instanceof HubRefusal ? error.message : texts.dialog.noAnswer;
}

declare global {
  interface HTMLElementTagNameMap {
    "storage-policies": StoragePolicies;
  }
}
