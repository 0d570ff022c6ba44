/** Selectors: a device or metric name in which `*` stands for any run of characters, `/` included. */

/** Compiles selectors into one test; no selectors, or one that is `*`, match everything. */
export function compileSelectors(selectors: readonly string[] | undefined): (name: string) => boolean {
  if (!selectors || selectors.length === 0 || selectors.includes("*")) return () => true;
  const literals = new Set(selectors.filter(isLiteral));
  const patterns = selectors.filter((one) => !isLiteral(one)).map((one) => one.split("*"));
  return (name) => literals.has(name) || patterns.some((parts) => matchesParts(name, parts));
}

/** True where a selector names exactly one device or metric. */
export function isLiteral(selector: string): boolean {
  return !selector.includes("*");
}

/** Greedy match of the runs between stars, left to right: linear, so that no selector can stall the hub. */
function matchesParts(name: string, parts: readonly string[]): boolean {
  const head = parts[0] as string;
  const tail = parts[parts.length - 1] as string;
  if (name.length < head.length + tail.length || !name.startsWith(head) || !name.endsWith(tail)) return false;
  let at = head.length;
  const end = name.length - tail.length;
  for (let index = 1; index < parts.length - 1; index++) {
    const part = parts[index] as string;
    const found = name.indexOf(part, at);
    if (found < 0 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}
