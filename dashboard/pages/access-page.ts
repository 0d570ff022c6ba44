import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Access } from "../client/access.ts";
import { Observer } from "../client/controllers.ts";
import type { Hub } from "../client/hub.ts";
import { type AccessTab, accessHref, accessTabs, pageHref, type Route } from "../data/route.ts";
import "../elements/access-audit.ts";
import "../elements/access-links.ts";
import "../elements/access-people.ts";
import "../elements/access-requests.ts";
import "../elements/access-sessions.ts";
import "../elements/access-tokens.ts";
import { navLinkStyles, navLinks } from "../elements/nav-links.ts";
import { baseStyles, buttonStyles } from "../styles/shared.ts";
import { texts } from "../texts/index.ts";

/** Who may do what: devices that ask, tokens, links, people, sessions, and who changed what. */
@customElement("access-page")
export class AccessPage extends LitElement {
  static override styles = [
    baseStyles,
    buttonStyles,
    navLinkStyles,
    css`
      :host {
        display: block;
        max-width: 960px;
        margin: 0 auto;
        padding: 24px 16px 64px;
      }
      h1 {
        margin-bottom: 12px;
        font-size: var(--text-xl);
        font-weight: 650;
        letter-spacing: -0.01em;
      }
      nav {
        margin-bottom: 16px;
        border-bottom: 1px solid var(--border);
      }
      nav ul {
        display: flex;
        gap: 4px;
        overflow-x: auto;
        scrollbar-width: none;
      }
      nav li {
        flex: none;
      }
      nav a {
        padding: 0 10px 4px;
        border-bottom: 2px solid transparent;
      }
      nav a:focus-visible {
        outline-offset: -2px;
      }
      nav a[aria-current] {
        border-bottom-color: var(--accent);
      }
      .open {
        display: grid;
        gap: 4px;
        margin-bottom: 16px;
        padding: 12px 16px;
        border: 1px solid var(--border);
        border-radius: var(--radius);
        background: var(--surface);
        text-wrap: pretty;
      }
      .open.loud {
        border-color: var(--warn-border);
        background: var(--warn-ground);
      }
      .open h2 {
        font-size: var(--text-m);
        font-weight: 600;
      }
      .open p {
        color: var(--text-muted);
        font-size: var(--text-s);
      }
      .open.loud p {
        color: var(--text);
      }
      .open .button {
        justify-self: start;
        margin-top: 8px;
      }
      @media (max-width: 860px) {
        :host {
          padding: 12px 12px 48px;
        }
        /* What goes on beyond the edge is seen to go on. */
        nav ul {
          padding-right: 24px;
          mask-image: linear-gradient(to right, #000 calc(100% - 24px), transparent);
        }
      }
    `,
  ];

  @property({ attribute: false }) hub!: Hub;
  @property({ attribute: false }) route!: Route & { readonly page: "access" };

  constructor() {
    super();
    new Observer(this, () => this.hub?.access);
    new Observer(this, () => this.hub?.requests);
  }

  #tab: string | undefined;

  /** On a phone the tabs are wider than the page: the one that is shown stands in sight. */
  override updated(): void {
    const current = this.renderRoot.querySelector<HTMLAnchorElement>("nav a[aria-current]");
    if (!current || current.href === this.#tab) return;
    this.#tab = current.href;
    current.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  override render() {
    const { access, requests } = this.hub;
    const tabs = tabsOf(access);
    const [first] = tabs;
    // Whoever asks is let in before anything else is looked at.
    const preferred = requests.value > 0 || !tabs.includes("tokens") ? first : "tokens";
    const tab = tabs.find((each) => each === this.route.tab) ?? preferred;
    return html`
      <h1>${texts.access.heading}</h1>
      ${this.#open()}
      ${navLinks(
        texts.access.parts,
        tabs.map((each) => ({
          href: accessHref(each),
          isCurrent: each === tab,
          label: texts.access.tabs[each],
          ...(each === "requests"
            ? { count: { value: requests.value, words: texts.pages.requests(requests.value) } }
            : {}),
        })),
      )}
      ${tab ? this.#panel(tab) : nothing}
    `;
  }

  /** Says how sign-in is set up, as long as nobody needs to. */
  #open() {
    const { session } = this.hub.access;
    if (session?.kind !== "open") return nothing;
    const words = texts.access.open;
    return html`<section class="open ${session.reachable ? "loud" : ""}">
      ${
        session.hasPeople
          ? html`<p>${words.still}</p>`
          : html`<h2>${words.heading}</h2>
              <p>${session.reachable ? words.toAll : words.here} ${words.how}</p>
              <a class="button primary" href=${pageHref("setup")}>${words.start}</a>`
      }
    </section>`;
  }

  #panel(tab: AccessTab) {
    switch (tab) {
      case "requests":
        return html`<access-requests .hub=${this.hub}></access-requests>`;
      case "tokens":
        return html`<access-tokens .hub=${this.hub}></access-tokens>`;
      case "links":
        return html`<access-links .hub=${this.hub}></access-links>`;
      case "people":
        return html`<access-people .hub=${this.hub}></access-people>`;
      case "sessions":
        return html`<access-sessions .hub=${this.hub}></access-sessions>`;
      case "audit":
        return html`<access-audit .hub=${this.hub}></access-audit>`;
    }
  }
}

/** What of this page somebody may see. */
function tabsOf({ may, session }: Pick<Access, "may" | "session">): readonly AccessTab[] {
  const allowed: Readonly<Record<AccessTab, boolean>> = {
    requests: may("admit"),
    tokens: may("admit"),
    links: may("admit"),
    people: may("people"),
    sessions: session?.kind === "person" || may("people"),
    audit: may("audit"),
  };
  return accessTabs.filter((tab) => allowed[tab]);
}
