/** Groups spans of time that overlap; groups and their members in rising start. */
export function clusters<T extends { readonly firstMs: number; readonly lastMs: number }>(spans: readonly T[]): T[][] {
  const groups: T[][] = [];
  let endMs = Number.NEGATIVE_INFINITY;
  for (const span of [...spans].sort((a, b) => a.firstMs - b.firstMs)) {
    const group = groups.at(-1);
    if (group && span.firstMs <= endMs) group.push(span);
    else groups.push([span]);
    endMs = Math.max(endMs, span.lastMs);
  }
  return groups;
}
