/** What a page says came with it: elsewhere in the tests a language is whole, in what is built it comes part by part. */
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { texts } from "../../dashboard/texts/languages/en.ts";
import { type PartName, parts } from "../../dashboard/texts/parts.ts";
import { readTree, type Source } from "../support/architecture/source.ts";

const { sources } = readTree(fileURLToPath(new URL("../..", import.meta.url)));

/** A page and all that it loads, at once or later; the other pages, which the registry loads, bring texts of their own. */
function loadedBy(entry: string): Source[] {
  const found = new Map<string, Source>();
  const add = (path: string) => {
    const source = sources.get(path);
    if (!source || found.has(path) || !path.startsWith("dashboard/")) return;
    found.set(path, source);
    if (path === "dashboard/pages/registry.ts") return;
    for (const { target, typeOnly } of source.imports) if (target && !typeOnly) add(target);
  };
  add(entry);
  return [...found.values()];
}

/** The sections of the texts that a source reads. */
function saidBy({ text }: Source): string[] {
  const read = [...text.matchAll(/\btexts\.(\w+)/g)].map(([, section = ""]) => section);
  const taken = [...text.matchAll(/\{([^{}]*)\} = texts;/g)].flatMap(([, names = ""]) => names.split(","));
  return [...read, ...taken.map((name) => name.trim())].filter((section) => section in texts);
}

describe("the texts of a part", () => {
  const entries: [PartName, string][] = (Object.keys(parts) as PartName[])
    .filter((part) => !["shell", "dialogs", "palette"].includes(part))
    .map((part) => [part, `dashboard/pages/${part}-page.ts`]);

  it.each<[PartName, string]>([["shell", "dashboard/pages/app.ts"], ...entries])(
    "%s are all that its code says",
    (part, entry) => {
      const loaded = loadedBy(entry);
      const asked = loaded.flatMap(({ text }) => [...text.matchAll(/withTexts\("(\w+)"/g)]).map(([, name]) => name);
      const isRegistry = loaded.some(({ path }) => path === "dashboard/pages/registry.ts");
      // What a page offers to the palette and to the sheet of keys is asked by these, which bring the words for it.
      const brought = new Set<PartName>(["shell", "palette", part, ...(isRegistry ? [] : (asked as PartName[]))]);
      const there = new Set<string>([...brought].flatMap((name) => parts[name]));
      const unsaid = loaded.flatMap((source) =>
        saidBy(source)
          .filter((section) => !there.has(section))
          .map((section) => `${source.path}: texts.${section}`),
      );
      expect(unsaid).toEqual([]);
      expect(loaded.flatMap(saidBy).length).toBeGreaterThan(5);
    },
  );

  it("are read when something is shown, not when its code arrives: they may still be on their way", () => {
    const early = [...sources.values()]
      .filter(({ path }) => path.startsWith("dashboard/"))
      .flatMap(({ path, text }) =>
        (text.match(/^(?:export )?(?:const|let) .*\btexts\.\w.*$/gm) ?? []).map((line) => `${path}: ${line}`),
      )
      .filter((line) => !line.includes("=>"));
    expect(early).toEqual([]);
  });

  it("are the whole language together, and no section is of no use", () => {
    expect(new Set(Object.values(parts).flat())).toEqual(new Set(Object.keys(texts)));
    const said = new Set([...sources.values()].filter(({ path }) => path.startsWith("dashboard/")).flatMap(saidBy));
    expect(new Set(Object.keys(texts))).toEqual(said);
  });
});
