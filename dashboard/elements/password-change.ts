import { type CSSResultGroup, html } from "lit";
import { customElement } from "lit/decorators.js";
import { formatCount } from "../data/format.ts";
import { minPasswordLength } from "../data/password-rule.ts";
import { texts } from "../texts/index.ts";
import { AccessDialog } from "./access-dialog.ts";
import type { DialogForm } from "./form-dialog.ts";
import { PasswordInput, passwordStyles } from "./password-input.ts";

/** Changes one's own password. Fires `closed`, with words as detail where it was done. */
@customElement("password-change")
export class PasswordChange extends AccessDialog {
  static override styles: CSSResultGroup = [AccessDialog.styles, passwordStyles];

  readonly #old = new PasswordInput(this, "old");
  readonly #new = new PasswordInput(this, "new");

  protected override form(): DialogForm {
    const words = texts.access.passwordChange;
    return {
      heading: words.heading,
      intro: words.intro,
      body: html`
        <input
          class="hidden-text"
          type="text"
          name="username"
          autocomplete="username"
          tabindex="-1"
          aria-hidden="true"
          readonly
          .value=${this.hub.access.session?.name ?? ""}
        />
        ${this.#old.render({ label: words.old, autocomplete: "current-password" })}
        ${this.#new.render({
          label: words.new,
          autocomplete: "new-password",
          hint: texts.password.rule(formatCount(minPasswordLength)),
        })}
      `,
      confirm: this.waiting ? words.waiting : words.confirm,
      ready: this.#old.value !== "" && this.#new.isLongEnough,
    };
  }

  protected override async submit(): Promise<string> {
    await this.hub.access.changePassword({ old: this.#old.value, new: this.#new.value });
    return texts.access.passwordChange.done;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "password-change": PasswordChange;
  }
}
