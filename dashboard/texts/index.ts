/**
 * Every text of the page in the language that a person chose, or that the browser asks for. A language is one file and one
 * row of `languages`.
 */
import { keep, kept } from "../client/kept.ts";
import { en, type Texts } from "./en.ts";

interface LanguageSource {
  /** Its name in itself. */
  readonly name: string;
  load(): Promise<Texts>;
}

/** English comes with the page, since it stands in for what the browser asks for and nobody wrote; others when needed. */
export const languages = {
  en: { name: "English", load: async () => en },
  ko: { name: "한국어", load: async () => (await import("./ko.ts")).ko },
} as const satisfies Record<string, LanguageSource>;

export type LanguageKey = keyof typeof languages;
export const languageKeys = Object.keys(languages) as LanguageKey[];

/** The texts of the present language: read them when rendering, since they change with it. */
export let texts: Texts = en;

const listeners = new Set<() => void>();
const asked: readonly string[] = globalThis.navigator?.languages ?? [globalThis.navigator?.language ?? "en"];
let present: LanguageKey = "en";
/** The language wanted last: one that is slower to load does not come after it. */
let wanted: LanguageKey = "en";

export const language = {
  get key(): LanguageKey {
    return present;
  },

  /**
   * The locale of numbers and dates: the browser's own where it is one of this language (`en-GB`), or where the texts are
   * English only because nobody wrote them in the browser's language.
   */
  get locale(): string {
    const tags = asked.map(supported).filter((tag) => tag !== undefined);
    const own = tags.find((tag) => languageOf(tag) === present);
    return (
      own ??
      (tags.some((tag) => isLanguage(languageOf(tag))) || isLanguage(kept("language")) ? present : tags[0]) ??
      present
    );
  },

  /** Loads what was chosen before, or else what the browser asks for. */
  async open(): Promise<void> {
    const tags = [kept("language"), ...asked];
    await show(tags.map((tag) => tag && languageOf(tag)).find(isLanguage) ?? "en");
  },

  async choose(key: LanguageKey): Promise<void> {
    keep("language", key);
    await show(key);
  },

  /** Calls after each change. Returns how to end it. */
  listen(call: () => void): () => void {
    listeners.add(call);
    return () => listeners.delete(call);
  },
};

async function show(key: LanguageKey): Promise<void> {
  wanted = key;
  const loaded = await languages[key].load();
  if (wanted !== key) return;
  texts = loaded;
  present = key;
  if (globalThis.document) document.documentElement.lang = key;
  for (const call of [...listeners]) call();
}

function languageOf(tag: string): string {
  return tag.split("-")[0]?.toLowerCase() ?? "";
}

function isLanguage(tag: string | undefined): tag is LanguageKey {
  return languageKeys.includes(tag as LanguageKey);
}

/** The tag as Intl knows it; undefined where it refuses it, as what a browser that was started without a locale reports. */
function supported(tag: string): string | undefined {
  try {
    return new Intl.NumberFormat(tag).resolvedOptions().locale;
  } catch {
    return undefined;
  }
}
