/** What a person chose, kept in this browser. A private window may refuse storage: a choice then holds until the page is closed. */

const prefix = "telemetry-hub.";

export function kept(name: string): string | undefined {
  try {
    return localStorage.getItem(prefix + name) ?? undefined;
  } catch {
    return undefined;
  }
}

/** What the palette keeps of what was used last: it names devices, which nobody who comes next has to see. */
export const recentKey = "palette-recent";

export function forget(name: string): void {
  try {
    localStorage.removeItem(prefix + name);
  } catch {
    // See above.
  }
}

export function keep(name: string, value: string): void {
  try {
    localStorage.setItem(prefix + name, value);
  } catch {
    // See above.
  }
}
