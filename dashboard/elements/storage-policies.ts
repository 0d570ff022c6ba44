import { css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { AgedPreviewAnswer, PolicyEntry, StorageAnswer } from "../../server/protocol/index.ts";
import { formatCount, formatInstant, formatNumber } from "../data/format.ts";
import { formatBytes } from "../data/sizes.ts";
import { texts } from "../texts/index.ts";
import { type DialogForm, FormDialog } from "./form-dialog.ts";
import { icons } from "./icons.ts";
import { PreviewController } from "./preview-controller.ts";

/** Ages that many choose, as people may change them. */
const usual = ["raw 30d", "raw 30d, minute 1y, hour forever", "all 1y", "forever"];

/** How long what is kept: the lines, what would go by them, and that it does. Fires `closed`, with words as detail where it was said. */
@customElement("storage-policies")
export class StoragePolicies extends FormDialog {
  static override styles = [
    FormDialog.styles,
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
      ol:not(:has(li)) {
        display: none;
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

  @property({ attribute: false }) answer!: StorageAnswer;
  @state() private lines: readonly PolicyEntry[] = [];

  readonly #preview = new PreviewController(this, (signal) =>
    this.hub.api.post<AgedPreviewAnswer>("storage/preview", this.#order, { signal }),
  );

  override connectedCallback(): void {
    super.connectedCallback();
    this.lines = this.answer.policies;
    void this.#preview.ask();
  }

  protected override form(): DialogForm {
    const words = texts.retention.policies;
    const preview = this.#preview.answer;
    return {
      heading: texts.storage.howLong,
      intro: words.intro,
      confirm: preview?.readings ? words.applyAnd(formatCount(preview.readings)) : words.apply,
      danger: (preview?.readings ?? 0) > 0,
      ready: preview !== undefined,
      body: html`<datalist id="usual">${usual.map((keep) => html`<option value=${keep}></option>`)}</datalist>
          <ol>
            ${this.lines.map((line, at) => this.#line(line, at))}
          </ol>
          <div>
            <button type="button" class="button" @click=${this.#add}>
              ${icons.plus}${words.add}
            </button>
          </div>
          <p class="others">${words.others(this.answer.keep === "forever" ? texts.storage.forEver : this.answer.keep, "--keep")}</p>
          <div class="what numbers" role="status">${this.#what()}</div>
          <p class="hint">${words.hint}</p>`,
    };
  }

  #line(line: PolicyEntry, at: number) {
    const words = texts.retention.policies;
    const { device, metric } = texts.storage.deletion;
    const found = this.#preview.answer?.policies[at];
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
    const words = texts.retention.policies;
    const { answer: preview, problem } = this.#preview;
    // The hub names a line as its order does.
    if (problem !== undefined)
      return html`<p class="error">${problem.replace(/^policies\[(\d+)\]\.\w+: /, (_, at) => words.line(Number(at) + 1))}</p>`;
    if (!preview) return html`<p>${texts.deletion.counting}</p>`;
    const { readings, series, lost, bytes, from, through } = preview;
    if (bytes === 0 && readings === 0) return html`<p><strong>${words.nothing}</strong></p>`;
    const nowMs = this.hub.client.now();
    return html`<p>
      <strong>${words.frees(formatBytes(bytes))}</strong>
      ${
        from === null || through === null
          ? words.tiersOnly
          : html`${words.goes(formatNumber(readings, 0), formatNumber(series, 0), formatInstant(from, nowMs), formatInstant(through, nowMs))}.
            ${lost === 0 ? texts.storage.agedHoursStay : texts.storage.agedLost(formatNumber(lost, 0))} ${texts.deletion.forGood}`
      }
    </p>`;
  }

  readonly #add = async (): Promise<void> => {
    this.#change([...this.lines, { device: "*", metric: "*", keep: "" }]);
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>("li:last-child input")?.focus();
  };

  #change(lines: readonly PolicyEntry[]): void {
    this.lines = lines;
    this.problem = undefined;
    this.#preview.typed();
  }

  get #order() {
    const trimmed = ({ device, metric, keep }: PolicyEntry): PolicyEntry => ({
      ...{ device: device.trim(), metric: metric.trim(), keep: keep.trim() || "forever" },
    });
    return { policies: this.lines.map(trimmed) };
  }

  protected override async submit(): Promise<string | undefined> {
    // What is shown is what is done.
    if (!this.#preview.answer) return undefined;
    await this.hub.api.put("storage/policies", this.#order);
    return texts.retention.policies.done;
  }
}

/** One line goes before the one above it. */
function swapped(lines: readonly PolicyEntry[], at: number): PolicyEntry[] {
  const moved = [...lines];
  moved.splice(at - 1, 0, ...moved.splice(at, 1));
  return moved;
}

declare global {
  interface HTMLElementTagNameMap {
    "storage-policies": StoragePolicies;
  }
}
