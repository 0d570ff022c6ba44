/** Keys by the names that stand on this machine's keyboard. */

const apple = /Mac|iPhone|iPad/.test(navigator.userAgent);

/** The keys that open the search. */
export function paletteKeys(): readonly string[] {
  return apple ? ["⌘", "K"] : ["Ctrl", "K"];
}
