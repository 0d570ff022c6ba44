import { css, html, LitElement, nothing } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import type { RemovedDeviceAnswer } from "../../server/protocol/index.ts";
import { countDoomed, type Doomed, type DoomedCount, deleteDoomed } from "../client/deletion.ts";
import type { Hub } from "../client/hub.ts";
import { HubRefusal } from "../client/hub-api.ts";
import type { DeviceView } from "../client/hub-view.ts";
import { formatInstant, formatNumber } from "../data/format.ts";
import type { TimeSpan } from "../data/ranges.ts";
import { instantOf, wallTime } from "../data/zoned-time.ts";
import { baseStyles, buttonStyles } from "../styles/shared.ts";
import { deletionWords } from "../texts/deletion.ts";
import { texts } from "../texts/index.ts";
import { dialogStyles } from "./dialog-styles.ts";
import { deviceLabel, seriesLabel } from "./values.ts";

/** What is to go: a range of one metric or of all, a metric, or the device. */
export type Deletion =
  | { readonly what: "range"; readonly span: TimeSpan; readonly metric: string | undefined }
  | { readonly what: "series"; readonly metric: string }
  | { readonly what: "device" };

/** What the hub answered. `device`: it is gone. */
export interface Deleted {
  readonly words: string;
  readonly device: boolean;
}

/** After the last key in a field of the range the readings are counted, ms. */
const typingMs = 300;

/** Says exactly what would go before it goes. Fires `closed`, with `Deleted` as detail where something went. */
@customElement("device-delete")
export class DeviceDelete extends LitElement {
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
  @property({ attribute: false }) device!: DeviceView;
  @property({ attribute: false }) deletion!: Deletion;
  @state() private metric: string | undefined;
  @state() private from = "";
  @state() private until = "";
  @state() private typed = "";
  @state() private count: DoomedCount | undefined;
  @state() private uncounted: string | undefined;
  @state() private deleting = false;
  @state() private problem: string | undefined;
  @query("dialog") private dialog!: HTMLDialogElement;

  #counting: AbortController | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #deleted: Deleted | undefined;
  /** The name may be edited meanwhile by somebody else. */
  #name = "";

  override connectedCallback(): void {
    super.connectedCallback();
    this.#name = deviceLabel(this.device);
    if (this.deletion.what !== "device") this.metric = this.deletion.metric;
    if (this.deletion.what === "range") {
      this.from = wallTime(Math.floor(this.deletion.span.fromMs));
      this.until = wallTime(Math.ceil(this.deletion.span.toMs));
    }
    void this.#count();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
    this.#counting?.abort();
  }

  override firstUpdated(): void {
    this.dialog.showModal();
  }

  override render() {
    const { what } = this.deletion;
    const confirm = what === "device" ? deletionWords().confirmDevice : deletionWords().confirm;
    return html`<dialog aria-labelledby="heading" @close=${this.#closed} @cancel=${this.#cancelled}>
      <form novalidate @submit=${this.#delete} aria-busy=${this.deleting}>
        <div class="head"><h2 id="heading">${this.#heading()}</h2></div>
        <div class="body">
          ${what === "range" ? this.#range() : nothing}
          <div class="what numbers" role="status">${this.#what()}</div>
          ${
            what === "device"
              ? html`<label class="field">
                <span>${deletionWords().typeName(this.#name)}</span>
                <input
                  autocomplete="off"
                  spellcheck="false"
                  .value=${this.typed}
                  @input=${(event: Event) => {
                    this.typed = (event.target as HTMLInputElement).value;
                  }}
                />
              </label>`
              : nothing
          }
        </div>
        <div class="foot">
          <p class="status" role="status">
            ${this.problem === undefined ? nothing : html`<span class="error">${deletionWords().failed(this.problem)}</span>`}
          </p>
          <button type="button" class="button" ?disabled=${this.deleting} @click=${() => this.dialog.close()}>
            ${texts.dialog.cancel}
          </button>
          <button type="submit" class="button danger" ?disabled=${this.deleting || !this.#mayDelete()}>
            ${this.deleting ? deletionWords().deleting : confirm}
          </button>
        </div>
      </form>
    </dialog>`;
  }

  #heading(): string {
    const { deletion } = this;
    if (deletion.what === "range") return deletionWords().range;
    return deletion.what === "device"
      ? deletionWords().device(this.#name)
      : deletionWords().series(this.#labelOf(deletion.metric));
  }

  #labelOf(metric: string): string {
    const series = [...this.device.series.values()].find(({ entry }) => entry.metric === metric);
    return series ? seriesLabel(series) : metric;
  }

  #range() {
    const all = [...this.device.series.values()];
    return html`<label class="field">
        <span>${deletionWords().metric}</span>
        <select
          @change=${(event: Event) => {
            this.metric = (event.target as HTMLSelectElement).value || undefined;
            void this.#count();
          }}
        >
          <option value="" ?selected=${this.metric === undefined}>${deletionWords().allMetrics}</option>
          ${all.map(
            (series) =>
              html`<option value=${series.entry.metric} ?selected=${this.metric === series.entry.metric}>
                ${seriesLabel(series)}
              </option>`,
          )}
        </select>
      </label>
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
      ${this.#span() ? nothing : html`<p class="error" role="alert">${deletionWords().notARange}</p>`}`;
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

  /** The range as typed; undefined where it is none. */
  #span(): TimeSpan | undefined {
    const fromMs = this.#instant(this.from, (span) => Math.floor(span.fromMs));
    const toMs = this.#instant(this.until, (span) => Math.ceil(span.toMs));
    return fromMs !== undefined && toMs !== undefined && fromMs < toMs ? { fromMs, toMs } : undefined;
  }

  /** What stands in a field as it was given is that instant: in the hour that a clock shows twice its words tell another one, too. */
  #instant(text: string, given: (span: TimeSpan) => number): number | undefined {
    const asked = this.deletion.what === "range" ? given(this.deletion.span) : undefined;
    return asked !== undefined && text === wallTime(asked) ? asked : instantOf(text);
  }

  #doomed(): Doomed | undefined {
    const { device } = this.device.entry;
    if (this.deletion.what !== "range") return { device, metric: this.metric };
    const span = this.#span();
    return span && { device, metric: this.metric, ...span };
  }

  /** In words what would go. */
  #what() {
    const { what } = this.deletion;
    const online = this.device.entry.state === "online";
    return html`${this.#readings()}
      ${what === "series" ? html`<p>${deletionWords().seriesGoes}</p>` : nothing}
      ${what === "device" ? html`<p>${deletionWords().deviceGoes}</p>` : nothing}
      ${what === "device" && online ? html`<p>${deletionWords().comesBack}</p>` : nothing}
      <p>${deletionWords().forGood}</p>`;
  }

  #readings() {
    const { count } = this;
    if (this.uncounted !== undefined) return html`<p>${deletionWords().uncounted(this.uncounted)}</p>`;
    if (!count) return html`<p>${deletionWords().counting}</p>`;
    if (count.readings === 0 || count.firstMs === undefined || count.lastMs === undefined) {
      return html`<p><strong>${deletionWords().none}</strong></p>`;
    }
    const number = formatNumber(count.readings, 0);
    const nowMs = this.hub.client.now();
    return html`<p>
      <strong>
        ${count.atMost ? deletionWords().upTo(number) : deletionWords().readings(number, count.readings === 1)}</strong
      >
      ${deletionWords().between(formatInstant(count.firstMs, nowMs), formatInstant(count.lastMs, nowMs))}
    </p>`;
  }

  #mayDelete(): boolean {
    if (this.deletion.what === "device") return [this.#name, this.device.entry.device].includes(this.typed.trim());
    return this.#doomed() !== undefined && (this.uncounted !== undefined || (this.count?.readings ?? 0) > 0);
  }

  async #count(): Promise<void> {
    this.#counting?.abort();
    const asking = new AbortController();
    this.#counting = asking;
    this.count = undefined;
    this.uncounted = undefined;
    const doomed = this.#doomed();
    if (!doomed) return;
    try {
      const count = await countDoomed(this.hub.api, doomed, asking.signal);
      if (!asking.signal.aborted) this.count = count;
    } catch (error) {
      if (!asking.signal.aborted) this.uncounted = wordsOf(error);
    }
  }

  async #delete(event: Event): Promise<void> {
    event.preventDefault();
    const doomed = this.#doomed();
    if (this.deleting || !doomed || !this.#mayDelete()) return;
    this.deleting = true;
    this.problem = undefined;
    try {
      if (this.deletion.what === "device") {
        await this.hub.api.delete<RemovedDeviceAnswer>(`devices/${encodeURIComponent(doomed.device)}`);
        this.#deleted = { words: deletionWords().doneDevice(this.#name), device: true };
      } else {
        const { removed, seriesRemoved } = await deleteDoomed(this.hub.api, doomed);
        const words = [deletionWords().done(formatNumber(removed, 0), removed === 1)];
        if (seriesRemoved > 0) words.push(deletionWords().doneSeries(seriesRemoved));
        this.#deleted = { words: words.join(" "), device: false };
      }
      this.dialog.close();
    } catch (error) {
      this.problem = wordsOf(error);
      void this.#count();
    } finally {
      this.deleting = false;
    }
  }

  /** What is on its way to the hub is waited for. */
  #cancelled(event: Event): void {
    if (this.deleting) event.preventDefault();
  }

  #closed(): void {
    this.dispatchEvent(new CustomEvent<Deleted | undefined>("closed", { detail: this.#deleted }));
  }
}

function wordsOf(error: unknown): string {
  return error instanceof HubRefusal ? error.message : texts.dialog.noAnswer;
}
