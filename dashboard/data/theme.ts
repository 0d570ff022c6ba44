/** Light, dark, or what the system says; kept in the browser. */

export const themeChoices = ["system", "light", "dark"] as const;
export type ThemeChoice = (typeof themeChoices)[number];

const storageKey = "telemetry-hub.theme";
const listeners = new Set<() => void>();
const systemDark = matchMedia("(prefers-color-scheme: dark)");

/** A private window may refuse storage: the choice then holds until the page is closed. */
function stored(): string | null {
  try {
    return localStorage.getItem(storageKey);
  } catch {
    return null;
  }
}

let choice: ThemeChoice = themeChoices.find((each) => each === stored()) ?? "system";

function apply(): void {
  const dark = choice === "dark" || (choice === "system" && systemDark.matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  for (const call of [...listeners]) call();
}

systemDark.addEventListener("change", apply);
apply();

export const theme = {
  get choice(): ThemeChoice {
    return choice;
  },

  choose(next: ThemeChoice): void {
    choice = next;
    try {
      localStorage.setItem(storageKey, next);
    } catch {
      // See `stored`.
    }
    apply();
  },

  /** Calls after each change of what is shown. Returns how to end it. */
  listen(call: () => void): () => void {
    listeners.add(call);
    return () => listeners.delete(call);
  },
};
