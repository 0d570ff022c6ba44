/** Light, dark, or what the system says; kept in the browser. */
import { keep, kept } from "../client/kept.ts";

export const themeChoices = ["system", "light", "dark"] as const;
export type ThemeChoice = (typeof themeChoices)[number];

const listeners = new Set<() => void>();
const systemDark = matchMedia("(prefers-color-scheme: dark)");

let choice: ThemeChoice = themeChoices.find((each) => each === kept("theme")) ?? "system";

function apply(): void {
  const dark = choice === "dark" || (choice === "system" && systemDark.matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  // What a phone's browser paints around the page goes with its head.
  const head = getComputedStyle(document.documentElement).getPropertyValue("--surface").trim();
  for (const meta of document.querySelectorAll("meta[name=theme-color]")) meta.setAttribute("content", head);
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
    keep("theme", next);
    apply();
  },

  /** Calls after each change of what is shown. Returns how to end it. */
  listen(call: () => void): () => void {
    listeners.add(call);
    return () => listeners.delete(call);
  },
};
