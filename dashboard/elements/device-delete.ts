import { html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { RemovedDeviceAnswer } from "../../server/protocol/index.ts";
import { countDoomed, type Doomed, deleteDoomed } from "../client/deletion.ts";
import type { DeviceView } from "../client/hub-view.ts";
import { formatInstant, formatNumber } from "../data/format.ts";
import type { TimeSpan } from "../data/ranges.ts";
import { texts } from "../texts/index.ts";
import { failureWords } from "./failure-words.ts";
import { type DialogForm, FormDialog } from "./form-dialog.ts";
import { PreviewController } from "./preview-controller.ts";
import { RangeFields } from "./range-fields.ts";
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

/** Says exactly what would go before it goes. Fires `closed`, with `Deleted` as detail where something went. */
@customElement("device-delete")
export class DeviceDelete extends FormDialog<Deleted> {
  @property({ attribute: false }) device!: DeviceView;
  @property({ attribute: false }) deletion!: Deletion;
  @state() private metric: string | undefined;
  @state() private typed = "";

  readonly #span = new RangeFields(this, () => this.#count.typed());
  readonly #count = new PreviewController(this, (signal) => {
    const doomed = this.#doomed();
    return doomed && countDoomed(this.hub.api, doomed, signal);
  });
  /** The name may be edited meanwhile by somebody else. */
  #name = "";

  override connectedCallback(): void {
    super.connectedCallback();
    this.#name = deviceLabel(this.device);
    if (this.deletion.what !== "device") this.metric = this.deletion.metric;
    if (this.deletion.what === "range") this.#span.begin(this.deletion.span);
    void this.#count.ask();
  }

  protected override form(): DialogForm {
    const { what } = this.deletion;
    const words = texts.deletion;
    const confirm = what === "device" ? words.confirmDevice : words.confirm;
    return {
      heading: this.#heading(),
      confirm: this.waiting ? words.deleting : confirm,
      danger: true,
      ready: this.#mayDelete(),
      body: html`${what === "range" ? this.#rangeFields() : nothing}
        <div class="what numbers" role="status">${this.#what()}</div>
        ${
          what === "device"
            ? html`<label class="field">
                <span>${texts.deletion.typeName(this.#name)}</span>
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
        }`,
    };
  }

  #heading(): string {
    const { deletion } = this;
    if (deletion.what === "range") return texts.deletion.range;
    return deletion.what === "device"
      ? texts.deletion.device(this.#name)
      : texts.deletion.series(this.#labelOf(deletion.metric));
  }

  #labelOf(metric: string): string {
    const series = [...this.device.series.values()].find(({ entry }) => entry.metric === metric);
    return series ? seriesLabel(series) : metric;
  }

  #rangeFields() {
    const all = [...this.device.series.values()];
    return html`<label class="field">
        <span>${texts.deletion.metric}</span>
        <select
          @change=${(event: Event) => {
            this.metric = (event.target as HTMLSelectElement).value || undefined;
            void this.#count.ask();
          }}
        >
          <option value="" ?selected=${this.metric === undefined}>${texts.deletion.allMetrics}</option>
          ${all.map(
            (series) =>
              html`<option value=${series.entry.metric} ?selected=${this.metric === series.entry.metric}>
                ${seriesLabel(series)}
              </option>`,
          )}
        </select>
      </label>
      ${this.#span.render()}`;
  }

  #doomed(): Doomed | undefined {
    const { device } = this.device.entry;
    if (this.deletion.what !== "range") return { device, metric: this.metric };
    const { span } = this.#span;
    return span && { device, metric: this.metric, ...span };
  }

  /** In words what would go. */
  #what() {
    const { what } = this.deletion;
    const online = this.device.entry.state === "online";
    return html`${this.#readings()}
      ${what === "series" ? html`<p>${texts.deletion.seriesGoes}</p>` : nothing}
      ${what === "device" ? html`<p>${texts.deletion.deviceGoes}</p>` : nothing}
      ${what === "device" && online ? html`<p>${texts.deletion.comesBack}</p>` : nothing}
      <p>${texts.deletion.forGood}</p>`;
  }

  #readings() {
    const { answer: count, problem } = this.#count;
    if (problem !== undefined) return html`<p>${texts.deletion.uncounted(problem)}</p>`;
    if (!count) return html`<p>${texts.deletion.counting}</p>`;
    if (count.readings === 0 || count.firstMs === undefined || count.lastMs === undefined) {
      return html`<p><strong>${texts.deletion.none}</strong></p>`;
    }
    const number = formatNumber(count.readings, 0);
    const nowMs = this.hub.client.now();
    return html`<p>
      <strong>
        ${count.atMost ? texts.deletion.upTo(number) : texts.deletion.readings(number, count.readings === 1)}</strong
      >
      ${texts.deletion.between(formatInstant(count.firstMs, nowMs), formatInstant(count.lastMs, nowMs))}
    </p>`;
  }

  #mayDelete(): boolean {
    if (this.deletion.what === "device") return [this.#name, this.device.entry.device].includes(this.typed.trim());
    return (
      this.#doomed() !== undefined && (this.#count.problem !== undefined || (this.#count.answer?.readings ?? 0) > 0)
    );
  }

  protected override async submit(): Promise<Deleted | undefined> {
    const doomed = this.#doomed();
    if (!doomed || !this.#mayDelete()) return undefined;
    const words = texts.deletion;
    try {
      if (this.deletion.what === "device") {
        await this.hub.api.delete<RemovedDeviceAnswer>(`devices/${encodeURIComponent(doomed.device)}`);
        return { words: words.doneDevice(this.#name), device: true };
      }
      const { removed, seriesRemoved } = await deleteDoomed(this.hub.api, doomed);
      const done = [words.done(formatNumber(removed, 0), removed === 1)];
      if (seriesRemoved > 0) done.push(words.doneSeries(seriesRemoved));
      return { words: done.join(" "), device: false };
    } catch (error) {
      void this.#count.ask();
      throw error;
    }
  }

  protected override failed(error: unknown): string {
    return texts.deletion.failed(failureWords(error));
  }
}
