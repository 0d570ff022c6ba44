import { css, html, LitElement } from "lit";
import { customElement } from "lit/decorators.js";
import { Observer } from "../client/controllers.ts";
import { texts } from "../data/texts.ts";
import { type ThemeChoice, theme, themeChoices } from "../data/theme.ts";
import { baseStyles, buttonStyles } from "../styles/shared.ts";
import { icons } from "./icons.ts";

const iconOf = { system: icons.system, light: icons.sun, dark: icons.moon } satisfies Record<ThemeChoice, unknown>;

/** System, light or dark. */
@customElement("theme-toggle")
export class ThemeToggle extends LitElement {
  static override styles = [baseStyles, buttonStyles, css`:host { display: inline-flex; }`];

  constructor() {
    super();
    new Observer(this, () => theme);
  }

  override render() {
    return html`<div class="choices" role="group" aria-label=${texts.theme.label}>
      ${themeChoices.map(
        (choice) => html`<button
          type="button"
          aria-pressed=${theme.choice === choice}
          aria-label=${texts.theme[choice]}
          title=${texts.theme[choice]}
          @click=${() => theme.choose(choice)}
        >
          ${iconOf[choice]}
        </button>`,
      )}
    </div>`;
  }
}
