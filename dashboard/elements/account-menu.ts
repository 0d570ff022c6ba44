import { css, html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { SessionAnswer } from "../../server/protocol/index.ts";
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
    const { kind } = session;
    const isPerson = kind === "person";
    const { called, how, label } = wordsOf(session);
    return html`
      <button
        type="button"
        class="button bare who"
        popovertarget="account"
        aria-label=${label}
        title=${label}
      >
        ${icons.person}<span>${called}</span>
      </button>
      <div class="menu" id="account" popover role="dialog" aria-label=${label} @beforetoggle=${returnFocus}>
        <div>
          <strong>${called}</strong>
          <span class="role">${how}</span>
        </div>
        ${isPerson ? html`<a class="button" href=${accessHref("sessions")} @click=${this.#close}>${texts.guard.mine}</a>` : nothing}
        <button type="button" class="button" @click=${this.#leave}>
          ${isPerson ? texts.guard.signOut : kind === "link" ? texts.guard.signIn : texts.guard.forgetToken}
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

/** What is said of whoever sits here. What a link was called by who made it is not for guests. */
function wordsOf({ kind, name, role }: SessionAnswer) {
  const { guard } = texts;
  if (kind === "link") return { called: guard.guest, how: guard.byLink, label: guard.isGuest };
  const how = role === null ? guard.token : guard.roles[role];
  if (kind === "person") return { called: name, how, label: guard.account(name) };
  return { called: name || guard.token, how, label: guard.byToken(name) };
}
