import { html, LitElement, nothing } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { everySecond, Observer } from "../client/controllers.ts";
import type { Hub } from "../client/hub.ts";
import { formatCount } from "../data/format.ts";
import { baseStyles, buttonStyles, dotStyles } from "../styles/shared.ts";
import { language, texts } from "../texts/index.ts";
import { icons } from "./icons.ts";
import type { OfferedPage } from "./page-nav.ts";
import { PaletteFinder, type PaletteGroup, type PaletteItem } from "./palette-finder.ts";
import { dialogStyles, paletteStyles } from "./palette-styles.ts";
import { shellCommands } from "./shell-commands.ts";

/** Rows that Page Up and Page Down pass. */
const pageRows = 6;

/** Finds whatever the hub and the page have, and goes or does: by words, arrow keys and Enter, or a fingertip. Fires `shortcuts`, and `said` with words. */
@customElement("command-palette")
export class CommandPalette extends LitElement {
  static override styles = [baseStyles, buttonStyles, dotStyles, dialogStyles, paletteStyles];

  @property({ attribute: false }) hub!: Hub;
  @property({ attribute: false }) offered: readonly OfferedPage[] = [];
  @state() private query = "";
  @state() private chosen: string | undefined;
  @state() private open = false;
  @query("dialog") private dialog!: HTMLDialogElement;
  @query("input") private input!: HTMLInputElement;

  #finder: PaletteFinder | undefined;
  #groups: readonly PaletteGroup[] = [];

  constructor() {
    super();
    new Observer(this, () => language);
    // Values and states that are shown beside what was found.
    new Observer(this, () => (this.open ? everySecond : undefined));
    new Observer(this, () => (this.open ? this.hub?.client : undefined));
  }

  /** Opens it, or closes it where it is open. */
  async toggle(): Promise<void> {
    if (this.open) {
      this.dialog.close();
      return;
    }
    this.query = "";
    this.chosen = undefined;
    this.open = true;
    await this.updateComplete;
    this.input.value = "";
    this.dialog.showModal();
    this.input.focus();
  }

  override willUpdate(): void {
    if (!this.open) return;
    this.#finder ??= new PaletteFinder(
      this.hub,
      () => this.offered,
      () =>
        shellCommands({
          hub: this.hub,
          showShortcuts: () => this.dispatchEvent(new CustomEvent("shortcuts")),
          say: (words) => this.dispatchEvent(new CustomEvent("said", { detail: words })),
        }),
    );
    this.#groups = this.#finder.find(this.query);
    if (this.#index() < 0) this.chosen = this.#items()[0]?.key;
  }

  override render() {
    const items = this.#items();
    return html`<dialog
      aria-label=${texts.search.title}
      @close=${this.#closed}
      @click=${(event: Event) => event.target === this.dialog && this.dialog.close()}
    >
      ${this.open ? this.#content(items) : nothing}
    </dialog>`;
  }

  #content(items: readonly Placed[]) {
    const chosen = this.#index();
    return html`
      <div class="field">
        ${icons.search}
        <input
          type="text"
          role="combobox"
          aria-label=${texts.search.hint}
          aria-expanded=${items.length > 0}
          aria-controls="results"
          aria-autocomplete="list"
          aria-activedescendant=${chosen < 0 ? nothing : `item-${chosen}`}
          autocomplete="off"
          autocapitalize="off"
          spellcheck="false"
          placeholder=${texts.search.hint}
          @input=${this.#typed}
          @keydown=${this.#key}
        />
        <button type="button" class="button bare icon" aria-label=${texts.search.close} @click=${() => this.dialog.close()}>
          ${icons.close}
        </button>
      </div>
      <div class="results" id="results" role="listbox" aria-label=${texts.search.results}>${this.#list(items)}</div>
      ${items.length === 0 ? html`<p class="nothing" role="status">${texts.search.nothing(this.query.trim())}</p>` : nothing}
      <div class="foot">
        ${
          this.hub.client.state.state === "open"
            ? nothing
            : html`<span class="old" role="status">${texts.search.notConnected}</span>`
        }
        <span class="keys"><kbd>↑</kbd> <kbd>↓</kbd> ${texts.search.choose}</span>
        <span class="keys"><kbd>↵</kbd> ${texts.search.open}</span>
        <span class="keys"><kbd>Esc</kbd> ${texts.search.close}</span>
      </div>
    `;
  }

  #list(items: readonly Placed[]) {
    return this.#groups.map(
      ({ key, left }) => html`<div class="group" role="group" aria-labelledby="group-${key}">
        <p class="name" id="group-${key}" role="presentation">${texts.search.groups[key]}</p>
        ${items.map((placed, index) => (placed.group === key ? this.#item(placed, index) : nothing))}
        ${left > 0 ? html`<p class="more" role="presentation">${texts.search.more(formatCount(left))}</p>` : nothing}
      </div>`,
    );
  }

  #item({ key, item }: Placed, index: number) {
    return html`<div
      class="item"
      id="item-${index}"
      role="option"
      aria-selected=${key === this.chosen}
      @click=${() => this.#run(item)}
      @pointermove=${() => {
        this.chosen = key;
      }}
    >
      <span class="sign">${item.sign}</span>
      <span class="words"><span class="title">${item.title}</span><span class="hint">${item.hint}</span></span>
      <span class="now numbers ${item.level ?? ""}">${item.now}</span>
    </div>`;
  }

  override updated(): void {
    this.renderRoot.querySelector(".item[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }

  /** All lines as they stand. One that was used last stands a second time where it belongs. */
  #items(): Placed[] {
    return this.#groups.flatMap(({ key, items }) =>
      items.map((item) => ({ key: `${key}\n${item.id}`, group: key, item })),
    );
  }

  #index(): number {
    return this.#items().findIndex(({ key }) => key === this.chosen);
  }

  readonly #typed = (): void => {
    this.query = this.input.value;
    this.chosen = undefined;
    this.renderRoot.querySelector(".results")?.scrollTo(0, 0);
  };

  readonly #key = (event: KeyboardEvent): void => {
    // While an input method puts a word together the keys are its own.
    if (event.isComposing) return;
    const items = this.#items();
    const at = this.#index();
    const to: Record<string, number> = {
      ArrowDown: (at + 1) % items.length,
      ArrowUp: (at - 1 + items.length) % items.length,
      PageDown: Math.min(items.length - 1, at + pageRows),
      PageUp: Math.max(0, at - pageRows),
    };
    if (event.key === "Enter") {
      const chosen = items[at];
      if (chosen) this.#run(chosen.item);
    } else if (to[event.key] === undefined) return;
    else this.chosen = items[to[event.key] ?? 0]?.key;
    event.preventDefault();
  };

  #run(item: PaletteItem): void {
    this.dialog.close();
    this.#finder?.run(item);
  }

  readonly #closed = (): void => {
    this.open = false;
  };
}

interface Placed {
  readonly key: string;
  readonly group: PaletteGroup["key"];
  readonly item: PaletteItem;
}

declare global {
  interface HTMLElementTagNameMap {
    "command-palette": CommandPalette;
  }
}
