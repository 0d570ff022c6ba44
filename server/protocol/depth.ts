/** How deep a JSON text nests, found without recursion: some of what reads it later would overflow the stack. */

const quote = 0x22;
const backslash = 0x5c;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/** True where objects and lists nest more than `depth` levels. One pass; the text need not be valid JSON. */
export function nestsDeeperThan(text: string, depth: number): boolean {
  let level = 0;
  for (let index = 0; index < text.length; index++) {
    const character = text.charCodeAt(index);
    if (character === quote) {
      for (index++; index < text.length; index++) {
        const inside = text.charCodeAt(index);
        if (inside === quote) break;
        if (inside === backslash) index++;
      }
    } else if (character === openBracket || character === openBrace) {
      if (++level > depth) return true;
    } else if (character === closeBracket || character === closeBrace) {
      level--;
    }
  }
  return false;
}

/** True where any object inside `value` has a field of its own called `__proto__`. Iterative; `value` comes from JSON. */
export function hasProtoKey(value: unknown): boolean {
  const waiting: unknown[] = [value];
  while (waiting.length > 0) {
    const one = waiting.pop();
    if (typeof one !== "object" || one === null) continue;
    if (Array.isArray(one)) {
      for (const entry of one) if (typeof entry === "object") waiting.push(entry);
      continue;
    }
    if (Object.hasOwn(one, "__proto__")) return true;
    for (const entry of Object.values(one)) if (typeof entry === "object") waiting.push(entry);
  }
  return false;
}
