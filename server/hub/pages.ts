/** Entries in one `devices` or `series` frame at most. */
const entriesPerFrame = 500;

/** `items` in pages of one frame each; none for none. */
export function* pagesOf<T>(items: readonly T[], size = entriesPerFrame): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}
