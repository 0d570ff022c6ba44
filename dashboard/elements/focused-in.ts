/** What has the focus, in whichever shadow below `root` it stands. */
export function focusedIn(root: HTMLElement | DocumentFragment): HTMLElement | undefined {
  let at = root instanceof ShadowRoot ? root.activeElement : null;
  while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
  return at instanceof HTMLElement ? at : undefined;
}
