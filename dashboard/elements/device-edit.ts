import { html, LitElement, nothing } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import type { DeviceAnswer } from "../../server/protocol/index.ts";
import type { Hub } from "../client/hub.ts";
import { HubRefusal } from "../client/hub-api.ts";
import { type DeviceView, decimalsOf } from "../client/hub-view.ts";
import { changeOf, type DeviceDraft, doubleLabel, fieldPath, problemsByField } from "../data/device-draft.ts";
import { formatNumber } from "../data/format.ts";
import { baseStyles, buttonStyles } from "../styles/shared.ts";
import { texts } from "../texts/index.ts";
import { editStyles } from "./device-edit-styles.ts";
import { dialogStyles } from "./dialog-styles.ts";
import { icons } from "./icons.ts";
import { deviceLabel } from "./values.ts";

type MetricField = "label" | "unit" | "decimals";
const metricFields: readonly MetricField[] = ["label", "unit", "decimals"];

/** What a person may say of a device and its metrics. Fires `closed`, with what was done as detail where something was. */
@customElement("device-edit")
export class DeviceEdit extends LitElement {
  static override styles = [baseStyles, buttonStyles, dialogStyles, editStyles];

  @property({ attribute: false }) hub!: Hub;
  @property({ attribute: false }) device!: DeviceView;
  /** The metric to begin with. */
  @property() metric: string | undefined;
  @state() private saving = false;
  @state() private done: string | undefined;
  /** By the path of a field, as the hub writes it. */
  @state() private problems: ReadonlyMap<string, string> = new Map();
  @state() private problem: string | undefined;
  @query("dialog") private dialog!: HTMLDialogElement;

  #before!: DeviceDraft;
  #draft!: DeviceDraft;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#begin();
  }

  override firstUpdated(): void {
    this.dialog.showModal();
    const first = this.metric === undefined ? "name" : fieldPath("metrics", this.metric, "label");
    const field = this.renderRoot.querySelector<HTMLElement>(`[data-path="${CSS.escape(first)}"]`);
    field?.focus();
    field?.scrollIntoView({ block: "nearest" });
  }

  #begin(): void {
    const { entry, series } = this.device;
    const draft = (): DeviceDraft => ({
      name: entry.name ?? "",
      kind: entry.kind ?? "",
      interval: "",
      labels: Object.entries(entry.labels ?? {}).map(([name, value]) => ({ name, value })),
      metrics: [...series.values()].map(({ entry: { metric, label = "", unit = "", decimals } }) => ({
        metric,
        label,
        unit,
        decimals: decimals === undefined ? "" : String(decimals),
      })),
    });
    this.#before = draft();
    this.#draft = draft();
  }

  override render() {
    const name = deviceLabel(this.device);
    return html`<dialog aria-labelledby="heading" @close=${this.#closed} @cancel=${this.#cancelled}>
      <form novalidate @submit=${this.#save} aria-busy=${this.saving}>
        <div class="head">
          <h2 id="heading">${texts.edit.heading(name)}</h2>
          <p>${texts.edit.intro}</p>
        </div>
        <div class="body">${this.#deviceFields(name)} ${this.#labels()} ${this.#metrics()}</div>
        <div class="foot">
          <p class="status" role="status">
            ${this.problem === undefined ? this.done : html`<span class="error">${texts.edit.failed(this.problem)}</span>`}
          </p>
          <button type="button" class="button" @click=${() => this.dialog.close()}>${texts.dialog.cancel}</button>
          <button type="submit" class="button primary" ?disabled=${this.saving}>
            ${this.saving ? texts.edit.saving : texts.edit.save}
          </button>
        </div>
      </form>
    </dialog>`;
  }

  #deviceFields(name: string) {
    return html`<fieldset>
      <legend>${texts.edit.device} ${this.#resetButton(name, () => this.#resetDevice())}</legend>
      <div class="two">
        ${this.#field(texts.edit.name, "name", this.#draft.name, (text) => {
          this.#draft.name = text;
        })}
        ${this.#field(texts.edit.kind, "kind", this.#draft.kind, (text) => {
          this.#draft.kind = text;
        })}
        ${this.#field(
          texts.edit.interval,
          "reportInterval",
          this.#draft.interval,
          (text) => {
            this.#draft.interval = text;
          },
          {
            number: true,
            placeholder: intervalInWords(this.device.entry.reportInterval),
            hint: texts.edit.intervalHint,
          },
        )}
      </div>
    </fieldset>`;
  }

  #labels() {
    const { labels } = this.#draft;
    return html`<fieldset>
      <legend>${texts.edit.labels}</legend>
      ${labels.map(
        (label, index) => html`<div class="row">
          <input
            aria-label=${texts.edit.labelName}
            placeholder=${texts.edit.labelName}
            .value=${label.name}
            @input=${(event: Event) => {
              label.name = textOf(event);
            }}
          />
          <input
            aria-label=${texts.edit.labelValue}
            placeholder=${texts.edit.labelValue}
            .value=${label.value}
            @input=${(event: Event) => {
              label.value = textOf(event);
            }}
          />
          <button
            type="button"
            class="button bare icon"
            aria-label=${texts.edit.removeLabel(label.name)}
            title=${texts.edit.removeLabel(label.name)}
            @click=${() => {
              labels.splice(index, 1);
              this.requestUpdate();
            }}
          >
            ${icons.minus}
          </button>
        </div>`,
      )}
      ${this.#error("labels")}
      <div>
        <button type="button" class="button" @click=${this.#addLabel}>${icons.plus}${texts.edit.addLabel}</button>
      </div>
    </fieldset>`;
  }

  #metrics() {
    if (this.#draft.metrics.length === 0) return nothing;
    return html`<fieldset>
      <legend>${texts.edit.metrics}</legend>
      ${this.#draft.metrics.map((metric) => {
        const path = (field: string) => fieldPath("metrics", metric.metric, field);
        return html`<div class="metric" role="group" aria-label=${metric.metric}>
          <code>${metric.metric}</code>
          ${metricFields.map((field) =>
            this.#field(
              texts.edit[field],
              path(field),
              metric[field],
              (text) => {
                metric[field] = text;
              },
              { number: field === "decimals", apart: true },
            ),
          )}
          ${this.#resetButton(metric.metric, () => this.#resetMetric(metric.metric))}
          ${metricFields.map((field) => this.#error(path(field)))}
        </div>`;
      })}
    </fieldset>`;
  }

  /** `apart`: what is wrong with it is shown by its group. */
  #field(
    label: string,
    path: string,
    value: string,
    take: (text: string) => void,
    options: { number?: boolean; placeholder?: string; hint?: string; apart?: boolean } = {},
  ) {
    return html`<label class="field">
      <span>${label}</span>
      <input
        data-path=${path}
        type=${options.number ? "number" : "text"}
        step="any"
        autocomplete="off"
        placeholder=${options.placeholder ?? ""}
        aria-invalid=${this.problems.has(path)}
        .value=${value}
        @input=${(event: Event) => take(textOf(event))}
      />
      ${options.hint ? html`<small>${options.hint}</small>` : nothing} ${options.apart ? nothing : this.#error(path)}
    </label>`;
  }

  #error(path: string) {
    const problem = this.problems.get(path);
    return problem === undefined ? nothing : html`<p class="error" role="alert">${problem}</p>`;
  }

  #resetButton(name: string, reset: () => void) {
    return html`<button
      type="button"
      class="button bare"
      ?disabled=${this.saving}
      aria-label=${texts.edit.resetOf(name)}
      title=${texts.edit.resetOf(name)}
      @click=${reset}
    >
      ${texts.edit.reset}
    </button>`;
  }

  async #addLabel(): Promise<void> {
    this.#draft.labels.push({ name: "", value: "" });
    this.requestUpdate();
    await this.updateComplete;
    const rows = this.renderRoot.querySelectorAll<HTMLElement>(".row");
    rows[rows.length - 1]?.querySelector("input")?.focus();
  }

  /** A half-typed number is none, and would be taken for an emptied field. */
  #localProblems(): Map<string, string> {
    const found = new Map<string, string>();
    for (const input of this.renderRoot.querySelectorAll<HTMLInputElement>("input[type=number]")) {
      if (input.validity.badInput) found.set(input.dataset.path ?? "", texts.edit.notANumber);
    }
    const twice = doubleLabel(this.#draft);
    if (twice !== undefined) found.set("labels", texts.edit.twice(twice));
    return found;
  }

  async #save(event: Event): Promise<void> {
    event.preventDefault();
    this.problems = this.#localProblems();
    if (this.saving || this.problems.size > 0) return;
    const change = changeOf(this.#before, this.#draft);
    if (Object.keys(change).length === 0) {
      this.dialog.close();
      return;
    }
    if (await this.#send(change)) {
      this.done = texts.edit.saved;
      this.dialog.close();
    } else {
      await this.updateComplete;
      this.renderRoot.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
    }
  }

  /** True once the hub has it on disk. */
  async #send(change: object): Promise<DeviceAnswer | undefined> {
    this.saving = true;
    this.done = undefined;
    this.problem = undefined;
    try {
      return await this.hub.api.patch<DeviceAnswer>(`devices/${encodeURIComponent(this.device.entry.device)}`, change);
    } catch (error) {
      if (!(error instanceof HubRefusal)) this.problem = texts.dialog.noAnswer;
      else {
        const fields = [...this.renderRoot.querySelectorAll<HTMLElement>("[data-path]")];
        const { of, rest } = problemsByField(error.message, [
          ...fields.map(({ dataset }) => dataset.path ?? ""),
          "labels",
        ]);
        this.problems = of;
        this.problem = rest;
      }
      return undefined;
    } finally {
      this.saving = false;
    }
  }

  async #resetDevice(): Promise<void> {
    const answer = await this.#send({ name: null, kind: null, reportInterval: null, labels: null });
    if (!answer) return;
    for (const draft of [this.#before, this.#draft]) {
      draft.name = answer.name ?? "";
      draft.kind = answer.kind ?? "";
      draft.interval = "";
      draft.labels = Object.entries(answer.labels ?? {}).map(([name, value]) => ({ name, value }));
    }
    this.done = texts.edit.isReset(answer.name ?? answer.device);
  }

  async #resetMetric(name: string): Promise<void> {
    const answer = await this.#send({ metrics: { [name]: null } });
    if (!answer) return;
    const { label = "", unit = "", decimals } = answer.metrics[name] ?? {};
    for (const { metrics } of [this.#before, this.#draft]) {
      const metric = metrics.find((each) => each.metric === name);
      if (metric) Object.assign(metric, { label, unit, decimals: decimals === undefined ? "" : String(decimals) });
    }
    this.done = texts.edit.isReset(name);
  }

  /** What is on its way to the hub is waited for. */
  #cancelled(event: Event): void {
    if (this.saving) event.preventDefault();
  }

  #closed(): void {
    this.dispatchEvent(new CustomEvent<string | undefined>("closed", { detail: this.done }));
  }
}

/** The interval that holds while nobody types one, in the unit that is typed. */
function intervalInWords(intervalMs: number | null): string {
  if (intervalMs === null) return texts.presenceLine.unknown;
  if (intervalMs === 0) return texts.device.onEvent;
  const seconds = intervalMs / 1_000;
  return texts.duration.s(formatNumber(seconds, decimalsOf(seconds)));
}

function textOf(event: Event): string {
  return (event.target as HTMLInputElement).value.trim();
}
