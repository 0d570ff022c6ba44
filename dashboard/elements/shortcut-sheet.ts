import { css, html, LitElement, nothing } from "lit";
import { customElement, query, state } from "lit/decorators.js";
import { offeredShortcuts, type Shortcut } from "../client/commands.ts";
import { Observer } from "../client/controllers.ts";
import { paletteKeys } from "../data/keyboard.ts";
import { baseStyles, buttonStyles } from "../styles/shared.ts";
import { language, texts } from "../texts/index.ts";
import { icons } from "./icons.ts";
import { dialogStyles } from "./palette-styles.ts";

/** All keys that mean something, everywhere and on the page that is shown. */
@customElement("shortcut-sheet")
export class ShortcutSheet extends LitElement {
  static override styles = [
    baseStyles,
    buttonStyles,
    dialogStyles,
    css`
      .head {
        display: flex;
        align-items: center;
        justify-content: space-between;
        padding: 6px 6px 6px 16px;
        border-bottom: 1px solid var(--border);
      }
      h2 {
        font-size: var(--text-m);
        font-weight: 650;
      }
      .groups {
        display: grid;
        gap: 16px;
        padding: 12px 16px 20px;
        overflow-y: auto;
      }
      h3 {
        margin-bottom: 4px;
        color: var(--text-muted);
        font-size: var(--text-s);
        font-weight: 600;
      }
      dl div {
        display: flex;
        align-items: baseline;
        justify-content: space-between;
        gap: 16px;
        padding: 4px 0;
      }
      dt {
        flex: none;
        order: 1;
      }
      dd {
        font-size: var(--text-s);
      }
    `,
  ];

  @state() private open = false;
  @query("dialog") private dialog!: HTMLDialogElement;

  constructor() {
    super();
    new Observer(this, () => language);
  }

  async toggle(): Promise<void> {
    if (this.open) {
      this.dialog.close();
      return;
    }
    this.open = true;
    await this.updateComplete;
    this.dialog.showModal();
  }

  override render() {
    return html`<dialog
      aria-labelledby="title"
      @close=${() => {
        this.open = false;
      }}
      @click=${(event: Event) => event.target === this.dialog && this.dialog.close()}
    >
      ${this.open ? this.#content() : nothing}
    </dialog>`;
  }

  #content() {
    const everywhere: Shortcut[] = [
      { keys: paletteKeys(), does: texts.shortcuts.search },
      { keys: ["?"], does: texts.shortcuts.sheet },
      { keys: ["Tab"], does: texts.shortcuts.skip },
      { keys: ["Esc"], does: texts.shortcuts.close },
    ];
    return html`
      <div class="head">
        <h2 id="title">${texts.shortcuts.title}</h2>
        <button type="button" class="button bare icon" aria-label=${texts.search.close} @click=${() => this.dialog.close()}>
          ${icons.close}
        </button>
      </div>
      <div class="groups" tabindex="0" role="group" aria-labelledby="title">
        ${group(texts.shortcuts.here, offeredShortcuts())} ${group(texts.shortcuts.everywhere, everywhere)}
      </div>
    `;
  }
}

function group(name: string, shortcuts: readonly Shortcut[]) {
  if (shortcuts.length === 0) return nothing;
  return html`<section>
    <h3>${name}</h3>
    <dl>
      ${shortcuts.map(
        ({ keys, does }) => html`<div><dt>${keys.map((key) => html`<kbd>${key}</kbd> `)}</dt><dd>${does}</dd></div>`,
      )}
    </dl>
  </section>`;
}

declare global {
  interface HTMLElementTagNameMap {
    "shortcut-sheet": ShortcutSheet;
  }
}
