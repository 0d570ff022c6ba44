import { css, html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { Observer } from "../client/controllers.ts";
import type { Hub } from "../client/hub.ts";
import { patienceMs, progress } from "../client/progress.ts";
import type { PageName, Route } from "../data/route.ts";
import { baseStyles, buttonStyles } from "../styles/shared.ts";
import { texts } from "../texts/index.ts";
import { type PageSource, pages } from "./registry.ts";

/** Shows the page of a route; its code is loaded when it is first wanted. */
@customElement("page-outlet")
export class PageOutlet extends LitElement {
  static override styles = [
    baseStyles,
    buttonStyles,
    css`
      .note {
        display: grid;
        gap: 12px;
        place-content: center;
        justify-items: center;
        min-height: 50vh;
        padding: 16px;
        color: var(--text-muted);
        text-align: center;
      }
    `,
  ];

  @property({ attribute: false }) hub!: Hub;
  @property({ attribute: false }) route!: Route;
  @state() private loaded: ReadonlySet<PageName> = new Set();
  @state() private late = false;
  @state() private failed = false;
  /** The code did not come since the hub was away: it is asked for again when the hub is back. */
  #failedCut = false;

  constructor() {
    super();
    new Observer(this, () => (this.failed ? this.hub.client : undefined));
  }

  override willUpdate(changed: Map<string, unknown>): void {
    const isBack = this.#failedCut && this.hub.client.state.state === "open";
    if ((changed.has("route") || isBack) && !this.loaded.has(this.route.page)) void this.#load(this.route.page, isBack);
  }

  override render() {
    const { page } = this.route;
    if (this.loaded.has(page)) return (pages[page] as PageSource).render(this.hub, this.route);
    if (this.failed) {
      // The hub is away; or it was updated meanwhile, and the files of this page's version are gone.
      return html`<div class="note" role="alert">
        ${texts.pages.failed}
        <button type="button" class="button" @click=${() => location.reload()}>${texts.pages.reload}</button>
      </div>`;
    }
    return this.late ? html`<p class="note" role="status">${texts.pages.loading}</p>` : nothing;
  }

  /** Moves the focus to the content of the page that is shown; false where it has no place for that of its own. */
  focusContent(): boolean {
    const page: (Element & { focusContent?: () => void }) | null = this.renderRoot.firstElementChild;
    if (!page?.focusContent) return false;
    page.focusContent();
    return true;
  }

  async #load(page: PageName, isAgain: boolean): Promise<void> {
    this.late = false;
    this.failed = false;
    this.#failedCut = false;
    const late = setTimeout(() => {
      this.late = true;
    }, patienceMs);
    try {
      await progress.during(pages[page].load());
      this.loaded = new Set([...this.loaded, page]);
    } catch {
      // A browser may remember of a module that it did not come, and never ask for it again. All that is shown is in the address.
      if (isAgain && this.hub.client.state.state === "open") location.reload();
      this.failed = true;
      this.#failedCut = this.hub.client.state.state !== "open";
    } finally {
      clearTimeout(late);
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "page-outlet": PageOutlet;
  }
}
