/** The page alone, without head and foot, for a screen on a wall: `?kiosk` in the address, so that it comes back after a restart. */

const listeners = new Set<() => void>();
const name = "kiosk";
let on = new URLSearchParams(location.search).has(name);
show();

export const kiosk = {
  get on(): boolean {
    return on;
  },

  /** Also takes the whole screen where the browser lets it, and gives it back. */
  set(next: boolean): void {
    if (next === on) return;
    on = next;
    const params = new URLSearchParams(location.search);
    if (on) params.set(name, "1");
    else params.delete(name);
    const query = params.size === 0 ? "" : `?${params}`;
    history.replaceState(history.state, "", `${location.pathname}${query}${location.hash}`);
    show();
    if (on) void document.documentElement.requestFullscreen?.().catch(() => {});
    else if (document.fullscreenElement) void document.exitFullscreen();
    for (const call of [...listeners]) call();
  },

  /** Calls after each change. Returns how to end it. */
  listen(call: () => void): () => void {
    listeners.add(call);
    return () => listeners.delete(call);
  },
};

/** The tokens of the page follow: nothing stands above it then. */
function show(): void {
  document.documentElement.toggleAttribute("data-kiosk", on);
}
