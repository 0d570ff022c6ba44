/** The known name that a mistyped one probably meant. */

/** Longer names are not compared: no typing error makes a known name of one. */
const maxComparedLength = 40;

/** `report_interval`, `Report-Interval` and `reportInterval` are one name to a person. */
function folded(name: string): string {
  return name.replace(/[_\-. ]/g, "").toLowerCase();
}

/** Edits (insert, delete, replace, swap of neighbours) between two short texts. */
function editDistance(a: string, b: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let least = Math.min(
        (previous[column] as number) + 1,
        (current[column - 1] as number) + 1,
        (previous[column - 1] as number) + (same ? 0 : 1),
      );
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1])
        least = Math.min(least, (beforePrevious[column - 2] as number) + 1);
      current.push(least);
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[b.length] as number;
}

/** The one of `known` that is at most a third of its letters away from `name`; undefined where none is. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  if (name.length > maxComparedLength) return undefined;
  const wanted = folded(name);
  let nearest: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const candidate of known) {
    const distance = editDistance(wanted, folded(candidate));
    if (distance < least && distance <= Math.floor(candidate.length / 3)) {
      nearest = candidate;
      least = distance;
    }
  }
  return nearest;
}
