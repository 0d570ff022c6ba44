/** Every language says everything, in its own words. */
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type LanguageKey, languageKeys } from "../../dashboard/texts/index.ts";

type Module = typeof import("../../dashboard/texts/index.ts");

/** The texts of a language by their places; those that are made of parts with parts put in. */
function spoken(part: unknown, place = "", into = new Map<string, string>()): Map<string, string> {
  if (typeof part === "string") into.set(place, part);
  else if (typeof part === "function") {
    // Each part is itself, so that what is left out shows; counts are numbers.
    into.set(place, String(part(...["⟨1⟩", "⟨2⟩", "⟨3⟩", "⟨4⟩"].slice(0, part.length))));
  } else for (const [key, inner] of Object.entries(part as object)) spoken(inner, `${place}.${key}`, into);
  return into;
}

/** What is the same in both languages for a reason: names of languages and programs, signs. */
const same =
  /^(\.connect\.ways\.(node|curl|python|java|arduino)\.name|\.counts\.notYet|\.device\.stands|\.duration\.ms)$/;

async function allOf(key: LanguageKey): Promise<Map<string, string>> {
  return spoken((await import(`../../dashboard/texts/languages/${key}.ts`)).texts);
}

describe("the languages of the page", () => {
  it.each(languageKeys.filter((key) => key !== "en"))("%s says everything, and nothing in English", async (key) => {
    const english = await allOf("en");
    const foreign = await allOf(key);
    expect([...foreign.keys()]).toEqual([...english.keys()]);
    const untold = [...foreign].filter(
      ([place, text]) => !same.test(place) && /\p{L}/u.test(text) && text === english.get(place),
    );
    expect(untold).toEqual([]);
  });

  it.each(languageKeys.filter((key) => key !== "en"))("%s leaves no part of a sentence out", async (key) => {
    const parts = (text: string) => [...new Set(text.match(/⟨\d⟩/g))].sort();
    const english = await allOf("en");
    for (const [place, text] of await allOf(key)) {
      const told = parts(english.get(place) ?? "");
      // Korean has one form for one and many, and need not be given what only chooses between them.
      expect(told, place).toEqual(expect.arrayContaining(parts(text)));
      expect(parts(text).length, place).toBeGreaterThanOrEqual(told.length);
    }
  });
});

describe("the language that is shown", () => {
  const stored = new Map<string, string>();
  async function pageIn(languagesAsked: readonly string[]): Promise<Module> {
    vi.resetModules();
    vi.stubGlobal("navigator", { languages: languagesAsked, language: languagesAsked[0] });
    vi.stubGlobal("localStorage", {
      getItem: (name: string) => stored.get(name) ?? null,
      setItem: (name: string, value: string) => void stored.set(name, value),
    });
    const page: Module = await import("../../dashboard/texts/index.ts");
    await page.language.open();
    return page;
  }
  const stubbed = new Set<string>();
  /** What comes, each time that it is asked for, as a part of Korean. */
  function stubPart(part: string, texts: () => object): void {
    const path = `../../dashboard/texts/languages/ko.ts?part=${part}`;
    stubbed.add(path);
    vi.doMock(path, () => Object.defineProperty({}, "texts", { get: texts, enumerable: true }));
  }
  beforeEach(() => stored.clear());
  afterEach(() => {
    for (const path of stubbed) vi.doUnmock(path);
  });
  // What was loaded for another browser keeps its language.
  afterAll(() => {
    vi.unstubAllGlobals();
    vi.resetModules();
  });

  it("is the first that the browser asks for and somebody wrote, with its own numbers", async () => {
    const korean = await pageIn(["fr-FR", "ko-KR", "en-US"]);
    expect(korean.language.key).toBe("ko");
    expect(korean.language.locale).toBe("ko-KR");
    const british = await pageIn(["en-GB"]);
    expect([british.language.key, british.language.locale]).toEqual(["en", "en-GB"]);
  });

  it("is English where nobody wrote the browser's, with the numbers that the browser asks for", async () => {
    const german = await pageIn(["de-DE"]);
    expect([german.language.key, german.language.locale]).toEqual(["en", "de-DE"]);
  });

  it("is what a person chose, from then on and at the next visit", async () => {
    const first = await pageIn(["de-DE"]);
    const heard: string[] = [];
    first.language.listen(() => heard.push(first.texts.pages.fleet));
    await first.language.choose("ko");
    expect(heard).toEqual(["장치"]);
    const second = await pageIn(["de-DE"]);
    expect([second.language.key, second.language.locale]).toEqual(["ko", "ko"]);
  });

  it("is the one chosen last, whichever is loaded last", async () => {
    const page = await pageIn(["en-US"]);
    const slow = page.language.choose("ko");
    await page.language.choose("en");
    await slow;
    expect(page.language.key).toBe("en");
  });

  it("comes whole where a page is looked at, although its file did not come once", async () => {
    const away = new Error("the hub is away");
    // What does not come, or not yet; of a promise that failed nobody may have heard.
    const later = (then: (_: unknown, reject: (error: Error) => void) => void) => ({ then });
    let fleet: object = {};
    const asked = new Promise<(error: Error) => void>((resolve) => {
      fleet = later((_, reject) => resolve(reject));
    });
    stubPart("fleet", () => fleet);
    stubPart("shell", () => ({}));
    const page = await pageIn(["en-US"]);
    await page.withTexts("fleet", Promise.resolve());
    const chosen = page.language.choose("ko");
    const fail = await asked;
    // Somebody comes back to the page meanwhile.
    fleet = later((_, reject) => reject(away));
    await expect(page.withTexts("fleet", Promise.resolve())).rejects.toThrow("away");
    fail(away);
    await expect(chosen).rejects.toThrow("away");
    fleet = { fleet: {} };
    await page.language.choose("ko");
    expect([page.language.key, "fleet" in page.texts]).toEqual(["ko", true]);
  });

  it("stays the one before where the file of the one that is chosen does not come, at the next visit too", async () => {
    stubPart("shell", () => {
      throw new Error("the hub is away");
    });
    const page = await pageIn(["en-US"]);
    await expect(page.language.choose("ko")).rejects.toThrow("the hub is away");
    expect([page.language.key, stored.size]).toEqual(["en", 0]);
  });

  it("is English where the file of the one that was chosen does not come, and the page opens", async () => {
    stubPart("shell", () => {
      throw new Error("the hub is away");
    });
    const page = await pageIn(["ko-KR"]);
    await page.withTexts("fleet", Promise.resolve());
    expect([page.language.key, "fleet" in page.texts]).toEqual(["en", true]);
  });
});
