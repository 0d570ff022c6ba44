import { css, html, LitElement, nothing } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import type { Hub } from "../client/hub.ts";
import { type FoundDevices, findDevices, firstDevices } from "../data/device-search.ts";
import { baseStyles, buttonStyles } from "../styles/shared.ts";
import { texts } from "../texts/index.ts";
import { icons } from "./icons.ts";

/** Devices by id or by selector, found while one types. Fires `picked` with all of them. */
@customElement("device-picker")
export class DevicePicker extends LitElement {
  static override styles = [
    baseStyles,
    buttonStyles,
    css`
      :host {
        display: grid;
        gap: 4px;
        min-width: 0;
        font-size: var(--text-s);
      }
      label {
        color: var(--text-muted);
        font-weight: 550;
      }
      .chosen {
        display: flex;
        flex-wrap: wrap;
        gap: 4px;
      }
      .chosen li {
        display: inline-flex;
        align-items: center;
        max-width: 100%;
        padding-left: 8px;
        border: 1px solid var(--border);
        border-radius: var(--radius-s);
        background: var(--surface-selected);
        font-family: var(--font-mono);
        overflow-wrap: anywhere;
      }
      .chosen .button {
        width: var(--control-height-s);
        min-height: var(--control-height-s);
      }
      input {
        width: 100%;
        height: var(--control-height);
        padding: 0 8px;
        border: 1px solid var(--border-strong);
        border-radius: var(--radius-s);
        background: var(--surface);
        font-size: var(--input-text);
      }
      input::placeholder {
        color: var(--text-muted);
        opacity: 1;
      }
      .found {
        border: 1px solid var(--border);
        border-radius: var(--radius-s);
        background: var(--surface-raised);
      }
      .found li {
        display: flex;
        flex-wrap: wrap;
        gap: 0 8px;
        align-items: center;
        min-height: var(--control-height);
        padding: 4px 8px;
        cursor: pointer;
        overflow-wrap: anywhere;
      }
      .found li[aria-selected="true"],
      .found li:hover {
        background: var(--surface-selected);
      }
      .id {
        font-family: var(--font-mono);
      }
      .name,
      small {
        color: var(--text-muted);
      }
      small {
        font-size: var(--text-xs);
      }
      .error {
        color: var(--alarm);
        overflow-wrap: anywhere;
      }
      .error:empty {
        display: none;
      }
      input[aria-invalid="true"] {
        border-color: var(--alarm);
      }
    `,
  ];

  @property({ attribute: false }) hub!: Hub;
  @property({ attribute: false }) devices: readonly string[] = [];
  @property() label = "";
  @property() hint = "";
  /** Exactly one device, and no selector. */
  @property({ attribute: false }) single = false;
  /** One that the hub knows already: of any other it is said at once that there is none. */
  @property({ attribute: false }) existing = false;
  @state() private typed = "";
  /** Which of the found the arrow keys stand at; -1: none. */
  @state() private at = -1;
  /** What was typed and is no device. */
  @state() private unknown = "";
  /** Whether whoever sits here is in the field. */
  @state() private isIn = false;
  @query("input") private input!: HTMLInputElement;

  override render() {
    const found = this.#found();
    const isOpen = found.length > 0;
    const unknown = this.unknown || (isOpen || this.#isKnown(this.typed.trim()) ? "" : this.typed.trim());
    return html`
      <label for="text">${this.label || texts.access.picker.label}</label>
      ${
        this.devices.length === 0
          ? nothing
          : html`<ul class="chosen">
              ${this.devices.map(
                (each) => html`<li>
                  ${each}<button
                    type="button"
                    class="button bare icon"
                    aria-label=${texts.access.picker.remove(each)}
                    title=${texts.access.picker.remove(each)}
                    @click=${() => this.#remove(each)}
                  >
                    ${icons.close}
                  </button>
                </li>`,
              )}
            </ul>`
      }
      <input
        id="text"
        type="text"
        role="combobox"
        autocomplete="off"
        autocapitalize="none"
        spellcheck="false"
        maxlength="128"
        placeholder=${this.single ? texts.access.picker.oneHint : texts.access.picker.hint}
        aria-expanded=${isOpen}
        aria-controls="found"
        aria-autocomplete="list"
        aria-activedescendant=${isOpen && this.at >= 0 ? `found-${this.at}` : nothing}
        aria-invalid=${this.existing && unknown !== "" ? "true" : "false"}
        aria-describedby=${this.existing ? "unknown" : this.hint === "" ? nothing : "hint"}
        .value=${this.typed}
        @input=${this.#type}
        @keydown=${this.#key}
        @focus=${this.#enter}
        @blur=${this.#take}
      />
      <ul class="found" id="found" role="listbox" aria-label=${this.label || texts.access.picker.label} ?hidden=${!isOpen}>
        ${found.map(
          ({ selector, name }, index) => html`<li
            id=${`found-${index}`}
            role="option"
            aria-selected=${index === this.at}
            @pointerdown=${(event: Event) => event.preventDefault()}
            @click=${() => this.#add(selector)}
          >
            <span class="id">${selector}</span>
            <span class="name">${selector.endsWith("*") ? texts.access.picker.add(selector.slice(0, -1)) : name}</span>
          </li>`,
        )}
      </ul>
      <span class="hidden-text" role="status">${isOpen ? texts.access.picker.found(String(found.length)) : ""}</span>
      ${
        this.existing
          ? html`<small class="error" id="unknown" role="alert">${unknown === "" ? "" : texts.access.picker.unknown(unknown)}</small>`
          : nothing
      }
      ${this.hint === "" ? nothing : html`<small id="hint">${this.hint}</small>`}
    `;
  }

  override focus(): void {
    this.input?.focus();
  }

  #found(): readonly FoundDevices[] {
    const devices = [...this.hub.view.devices.values()].map(({ entry: { device, name } }) => ({ device, name }));
    // Of those that there are some are offered before anything is typed.
    const isEmpty = this.typed.trim() === "";
    if (this.existing && isEmpty) return this.isIn && this.devices.length === 0 ? firstDevices(devices) : [];
    const found = findDevices(devices, this.typed, !this.single);
    return found.filter(({ selector }) => !this.devices.includes(selector));
  }

  #type(): void {
    this.typed = this.input.value;
    this.at = -1;
    this.unknown = "";
  }

  #key(event: KeyboardEvent): void {
    if (event.isComposing) return;
    const found = this.#found();
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && found.length > 0) {
      event.preventDefault();
      // Before the first and behind the last stands what was typed itself.
      const places = found.length + 1;
      this.at = ((this.at + 1 + step + places) % places) - 1;
    } else if ((event.key === "Enter" || event.key === ",") && (this.typed.trim() !== "" || this.at >= 0)) {
      event.preventDefault();
      this.#add(found[this.at]?.selector ?? this.typed.trim());
    } else if (event.key === "Escape" && found.length > 0) {
      // One Escape closes one thing: what was found, and the dialog with the next.
      event.preventDefault();
      event.stopPropagation();
      this.typed = "";
      this.at = -1;
      this.isIn = false;
    } else if (event.key === "Backspace" && this.typed === "") {
      const last = this.devices.at(-1);
      if (last !== undefined) this.#remove(last);
    }
  }

  #isKnown(device: string): boolean {
    return this.hub.view.devices.has(device);
  }

  #enter(): void {
    this.isIn = true;
  }

  /** What was typed and left counts. */
  #take(): void {
    this.isIn = false;
    if (this.typed.trim() !== "") this.#add(this.typed.trim());
  }

  #add(selector: string): void {
    this.unknown = this.existing && !this.#isKnown(selector) ? selector : "";
    if (this.unknown !== "") {
      // Whoever wrote another one does not mean the one that was chosen before.
      if (this.devices.length > 0) this.#tell([]);
      return;
    }
    this.typed = "";
    this.at = -1;
    const others = this.single ? [] : this.devices.filter((each) => each !== selector);
    this.#tell([...others, selector]);
  }

  #remove(selector: string): void {
    this.#tell(this.devices.filter((each) => each !== selector));
    this.input.focus();
  }

  #tell(devices: readonly string[]): void {
    this.devices = devices;
    this.dispatchEvent(new CustomEvent<readonly string[]>("picked", { detail: devices }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "device-picker": DevicePicker;
  }
}
