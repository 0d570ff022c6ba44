/**
 * Every text of the page in the language that a person chose, or that the browser asks for. A language is one file of
 * `languages/` and one row below; what of it is needed comes part by part.
 */
import { keep, kept } from "../client/kept.ts";
import type { Texts } from "./languages/en.ts";
import type { PartName } from "./parts.ts";

/** The name of each in itself. */
export const languages = { en: "English", ko: "한국어" } as const;

export type LanguageKey = keyof typeof languages;
export const languageKeys = Object.keys(languages) as LanguageKey[];

type Part = Partial<Texts>;

/** The files of all languages, cut by the build (`texts-by-part`) to what a part has; uncut they have more. */
const files: Readonly<Record<PartName, Readonly<Record<string, () => Promise<Part>>>>> = {
  shell: import.meta.glob<Part>("./languages/*.ts", { import: "texts", query: "?part=shell" }),
  palette: import.meta.glob<Part>("./languages/*.ts", { import: "texts", query: "?part=palette" }),
  fleet: import.meta.glob<Part>("./languages/*.ts", { import: "texts", query: "?part=fleet" }),
  device: import.meta.glob<Part>("./languages/*.ts", { import: "texts", query: "?part=device" }),
  market: import.meta.glob<Part>("./languages/*.ts", { import: "texts", query: "?part=market" }),
  explore: import.meta.glob<Part>("./languages/*.ts", { import: "texts", query: "?part=explore" }),
  connect: import.meta.glob<Part>("./languages/*.ts", { import: "texts", query: "?part=connect" }),
  hub: import.meta.glob<Part>("./languages/*.ts", { import: "texts", query: "?part=hub" }),
  storage: import.meta.glob<Part>("./languages/*.ts", { import: "texts", query: "?part=storage" }),
  access: import.meta.glob<Part>("./languages/*.ts", { import: "texts", query: "?part=access" }),
  "sign-in": import.meta.glob<Part>("./languages/*.ts", { import: "texts", query: "?part=sign-in" }),
  dialogs: import.meta.glob<Part>("./languages/*.ts", { import: "texts", query: "?part=dialogs" }),
};

/** English comes with the page, since it stands in for what the browser asks for and nobody wrote. */
const [english = {}] = Object.values(
  import.meta.glob<Part>("./languages/en.ts", { import: "texts", query: "?part=shell", eager: true }),
);

/**
 * The texts of the present language: read them when rendering, since they change with it. A section is there once its part
 * was brought: see `withTexts`.
 */
export let texts = english as Texts;

const listeners = new Set<() => void>();
const asked: readonly string[] = globalThis.navigator?.languages ?? [globalThis.navigator?.language ?? "en"];
let present: LanguageKey = "en";
/** The language wanted last: one that is slower to load does not come after it. */
let wanted: LanguageKey = "en";
/** Parts that are shown, or may be: another language brings them too. */
const brought = new Set<PartName>(["shell"]);
/** Those of them that came. They stay brought, whatever fails later: somebody may look at them. */
const there = new Set<PartName>(["shell"]);

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

  /** Loads what was chosen before, or else what the browser asks for; English stands in for what does not come. */
  async open(): Promise<void> {
    const tags = [kept("language"), ...asked];
    await show(tags.map((tag) => tag && languageOf(tag)).find(isLanguage) ?? "en").catch(() => {});
  },

  /** From now on and at the next visit. Rejects where it does not come: the one before stays, then too. */
  async choose(key: LanguageKey): Promise<void> {
    if (await show(key)) keep("language", key);
  },

  /** Calls after each change. Returns how to end it. */
  listen(call: () => void): () => void {
    listeners.add(call);
    return () => listeners.delete(call);
  },
};

/** Brings code together with the texts that it says: when both are there, it may be shown. Rejects where one does not come. */
export async function withTexts(part: PartName, code: Promise<unknown>): Promise<void> {
  await Promise.all([code, bring(part)]);
}

async function bring(part: PartName): Promise<void> {
  brought.add(part);
  try {
    // A language that is chosen meanwhile is waited for, too.
    while (!(await load(wanted)));
    there.add(part);
  } catch (error) {
    if (!there.has(part)) brought.delete(part);
    throw error;
  }
}

/** False where another is wanted by the time that it came. */
async function show(key: LanguageKey): Promise<boolean> {
  wanted = key;
  try {
    return await load(key);
  } catch (error) {
    if (wanted === key) wanted = present;
    throw error;
  }
}

/** Loads what was brought so far in this language, and shows it in it; false where another is wanted by then. */
async function load(key: LanguageKey): Promise<boolean> {
  const path = `./languages/${key}.ts`;
  const loaded = await Promise.all([...brought].map((part) => files[part][path]?.()));
  if (wanted !== key) return false;
  const isOther = present !== key;
  texts = Object.assign({}, isOther ? {} : texts, ...loaded);
  present = key;
  if (globalThis.document) document.documentElement.lang = key;
  if (isOther) for (const call of [...listeners]) call();
  return true;
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
