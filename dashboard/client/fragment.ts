/** Text out of an address; a hand-written one may hold a stray `%`. */
export function decodeFragment(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
