/** Links side by side of which one is where somebody is, each with how many wait there. */
import { css, html, nothing } from "lit";

export interface NavLink {
  /** Of a route of this page: it begins with #. */
  readonly href: string;
  readonly isCurrent: boolean;
  readonly label: unknown;
  readonly icon?: unknown;
  /** How many wait there, and in words of what; nothing for none. */
  readonly count?: { readonly value: number; readonly words: string };
}

export function navLinks(label: string, links: readonly NavLink[]) {
  return html`<nav aria-label=${label}>
    <ul>
      ${links.map(
        ({ href, isCurrent, label, icon, count }) => html`<li>
          <a href="#${href.slice(1)}" aria-current=${isCurrent ? "page" : nothing}
            >${icon ?? nothing}<span>${label}</span>${
              count && count.value > 0
                ? html`<span class="count numbers">${count.value}<span class="hidden-text"> ${count.words}</span></span>`
                : nothing
            }</a
          >
        </li>`,
      )}
    </ul>
  </nav>`;
}

export const navLinkStyles = css`
  a {
    display: inline-flex;
    gap: 7px;
    align-items: center;
    height: var(--control-height);
    padding: 0 11px;
    color: var(--text-muted);
    font-size: 13px;
    font-weight: 550;
    text-decoration: none;
    white-space: nowrap;
  }
  a:hover,
  a[aria-current] {
    color: var(--text);
  }
  .count {
    min-width: 18px;
    padding: 0 5px;
    border-radius: 9px;
    background: var(--accent);
    color: var(--on-accent);
    font-size: var(--text-xs);
    line-height: 18px;
    text-align: center;
  }
`;
