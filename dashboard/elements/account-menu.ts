import { css, html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Access } from "../client/access.ts";
import { Observer } from "../client/controllers.ts";
import { accessHref } from "../data/route.ts";
import { baseStyles, buttonStyles } from "../styles/shared.ts";
import { language, texts } from "../texts/index.ts";
import { failureWords } from "./failure-words.ts";
import { icons } from "./icons.ts";
import { popoverStyles, returnFocus } from "./popover.ts";

/** Who is signed in, the way to what is theirs, and out. */
@customElement("account-menu")
export class AccountMenu extends LitElement {
  static override styles = [
    baseStyles,
    buttonStyles,
    popoverStyles,
    css`
      :host {
        display: inline-flex;
        min-width: 0;
      }
      .who {
        min-width: var(--control-height);
        max-width: 180px;
      }
      .who span {
        overflow: hidden;
        text-overflow: ellipsis;
      }
      .menu {
        inset: var(--header-height) 8px auto auto;
        width: min(280px, calc(100vw - 16px));
        margin: 4px 0 0;
      }
      strong,
      .role {
        display: block;
        overflow-wrap: anywhere;
      }
      .role {
        color: var(--text-muted);
        font-size: var(--text-s);
      }
      .failure {
        color: var(--alarm);
        font-size: var(--text-s);
        overflow-wrap: anywhere;
      }
      .failure:empty {
        display: none;
      }
      @media (max-width: 1300px) {
        .who {
          width: var(--control-height);
          padding: 0;
        }
        .who span {
          display: none;
        }
      }
    `,
  ];

  @property({ attribute: false }) access!: Access;
  @state() private problem = "";

  constructor() {
    super();
    new Observer(this, () => language);
    new Observer(this, () => this.access);
  }

  override render() {
    const { session } = this.access;
    if (!session || session.kind === "none" || session.kind === "open") return nothing;
    const { name, kind, role } = session;
    const isPerson = kind === "person";
    const how =
      kind === "person" ? texts.guard.roles[role ?? "viewer"] : texts.guard.kinds[kind === "link" ? "link" : "token"];
    const called = name || how;
    return html`
      <button
        type="button"
        class="button bare who"
        popovertarget="account"
        aria-label=${texts.guard.account(called)}
        title=${texts.guard.account(called)}
      >
        ${icons.person}<span>${called}</span>
      </button>
      <div class="menu" id="account" popover role="dialog" aria-label=${texts.guard.account(called)} @beforetoggle=${returnFocus}>
        <div>
          <strong>${called}</strong>
          ${name === "" ? nothing : html`<span class="role">${how}</span>`}
        </div>
        ${isPerson ? html`<a class="button" href=${accessHref("sessions")} @click=${this.#close}>${texts.guard.mine}</a>` : nothing}
        <button type="button" class="button" @click=${this.#leave}>
          ${isPerson ? texts.guard.signOut : texts.guard.forgetToken}
        </button>
        <p class="failure" role="alert">${this.problem}</p>
      </div>
    `;
  }

  #close(): void {
    this.renderRoot.querySelector<HTMLElement>(".menu")?.hidePopover();
  }

  async #leave(): Promise<void> {
    this.problem = "";
    try {
      await this.access.signOut();
    } catch (error) {
      this.problem = failureWords(error);
    }
  }
}
