/** What opens below a button and closes by itself: its looks, where it stands, and who has the focus afterwards. */
import { css } from "lit";

/** Of an element with class `menu`. */
export const popoverStyles = css`
  .menu {
    position: fixed;
    inset: auto;
    margin: 0;
    padding: 16px;
    border: 1px solid var(--border);
    border-radius: var(--radius);
    background: var(--surface-raised);
    box-shadow: var(--shadow-raised);
    color: var(--text);
  }
  .menu:popover-open {
    display: grid;
    gap: 16px;
  }
`;

/**
 * Of a popover that is about to close with the focus in it (`beforetoggle`): its button in the same root has the focus back.
 * Browsers leave it nowhere where both stand in a shadow root, and who goes by keys begins at the top of the page again.
 */
export function returnFocus(event: Event): void {
  const popover = event.currentTarget as HTMLElement;
  const root = popover.getRootNode() as ShadowRoot;
  if ((event as ToggleEvent).newState !== "closed" || !popover.contains(root.activeElement)) return;
  root.querySelector<HTMLElement>(`[popovertarget="${popover.id}"]`)?.focus();
}

/** Below its button, and inside the screen; by script, since the page allows no style attributes. */
export function placeBelow(opener: HTMLElement, menu: HTMLElement): void {
  const { bottom, right } = opener.getBoundingClientRect();
  menu.style.top = `${Math.max(12, Math.min(bottom + 4, innerHeight - menu.offsetHeight - 12))}px`;
  menu.style.left = `${Math.max(12, right - menu.offsetWidth)}px`;
}
