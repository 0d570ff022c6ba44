import { css, html, LitElement } from "lit";
import { customElement, state } from "lit/decorators.js";
import { Observer } from "../client/controllers.ts";
import { type ThemeChoice, theme, themeChoices } from "../data/theme.ts";
import { timeZone, type ZoneChoice, zoneChoices } from "../data/time-zone.ts";
import { baseStyles, buttonStyles } from "../styles/shared.ts";
import { type LanguageKey, language, languageKeys, languages, texts } from "../texts/index.ts";
import { icons } from "./icons.ts";
import { popoverStyles, returnFocus } from "./popover.ts";

export const themeIcons = { system: icons.system, light: icons.sun, dark: icons.moon } satisfies Record<
  ThemeChoice,
  unknown
>;

/** What a person chooses once: theme, language, and whose clock times are shown by. */
@customElement("settings-menu")
export class SettingsMenu extends LitElement {
  static override styles = [
    baseStyles,
    buttonStyles,
    popoverStyles,
    css`
      :host {
        display: inline-flex;
      }
      .menu {
        inset: var(--header-height) 8px auto auto;
        width: min(320px, calc(100vw - 16px));
        margin: 4px 0 0;
      }
      .name {
        margin-bottom: 6px;
        color: var(--text-muted);
        font-size: var(--text-s);
        font-weight: 600;
      }
      .choices {
        display: flex;
      }
      .choices button {
        flex: 1;
      }
      .failure:empty {
        display: none;
      }
      .failure {
        margin-top: 6px;
        color: var(--alarm);
        font-size: var(--text-s);
      }
      .choices.rows {
        display: grid;
      }
      .choices.rows button {
        justify-content: flex-start;
        white-space: normal;
        text-align: left;
      }
    `,
  ];

  /** The language that did not come. */
  @state() private missing: LanguageKey | undefined;

  constructor() {
    super();
    for (const source of [theme, language, timeZone]) new Observer(this, () => source);
  }

  override render() {
    return html`
      <button
        type="button"
        class="button bare icon"
        popovertarget="menu"
        aria-label=${texts.settings.label}
        title=${texts.settings.label}
      >
        ${icons.settings}
      </button>
      <div class="menu" id="menu" popover role="dialog" aria-label=${texts.settings.label} @beforetoggle=${returnFocus}>
        ${this.#choices(texts.settings.theme, themeChoices, {
          chosen: theme.choice,
          name: (each) => texts.theme[each],
          icon: (each) => themeIcons[each],
          choose: (each: ThemeChoice) => theme.choose(each),
        })}
        ${this.#choices(texts.settings.language, languageKeys, {
          chosen: language.key,
          name: (each) => languages[each],
          choose: (each: LanguageKey) => void this.#speak(each),
        })}
        <p class="failure" role="status">${this.missing && texts.settings.languageFailed(languages[this.missing])}</p>
        ${this.#choices(texts.settings.times, zoneChoices, {
          chosen: timeZone.choice,
          name: zoneName,
          rows: true,
          choose: (each: ZoneChoice) => timeZone.choose(each),
        })}
      </div>
    `;
  }

  async #speak(key: LanguageKey): Promise<void> {
    this.missing = undefined;
    await language.choose(key).catch(() => {
      this.missing = key;
    });
  }

  #choices<Choice extends string>(label: string, all: readonly Choice[], offer: Offer<Choice>) {
    return html`<div role="group" aria-label=${label}>
      <p class="name">${label}</p>
      <div class="choices ${offer.rows ? "rows" : ""}">
        ${all.map(
          (each) => html`<button
            type="button"
            aria-pressed=${each === offer.chosen}
            title=${offer.name(each)}
            aria-label=${offer.name(each)}
            @click=${() => offer.choose(each)}
          >
            ${offer.icon?.(each) ?? offer.name(each)}
          </button>`,
        )}
      </div>
    </div>`;
  }
}

interface Offer<Choice> {
  readonly chosen: Choice;
  readonly name: (choice: Choice) => string;
  readonly icon?: (choice: Choice) => unknown;
  /** One below the other. */
  readonly rows?: boolean;
  readonly choose: (choice: Choice) => void;
}

/** Whose times those are, with the zone. */
export function zoneName(choice: ZoneChoice): string {
  if (choice === "local") return texts.settings.local(Intl.DateTimeFormat().resolvedOptions().timeZone);
  return timeZone.hub === undefined ? texts.settings.hubUnknown : texts.settings.hub(timeZone.hub);
}
