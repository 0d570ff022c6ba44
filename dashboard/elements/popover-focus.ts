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
