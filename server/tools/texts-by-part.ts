/** Cuts the file of a language to what one part of the page says: `en.ts?part=fleet` has the sections of that part alone. */
import type { Plugin } from "vite";

interface Span {
  readonly start: number;
  readonly end: number;
}

interface Texts extends Span {
  readonly sections: readonly (Span & { readonly key: string })[];
}

/**
 * @param environment whose modules are cut
 * @param folder of the files of languages: each exports one object, `texts`
 * @param parts name of a part → the sections, keys of that object, which stay in it
 */
export function textsByPart(
  environment: string,
  folder: string,
  parts: Readonly<Record<string, readonly string[]>>,
): Plugin {
  return {
    name: "texts-by-part",
    applyToEnvironment: ({ name }) => name === environment,
    apply: "build",
    transform(code, id) {
      const [file = "", query] = id.split("?");
      const part = new URLSearchParams(query).get("part");
      if (!file.startsWith(folder) || part === null) return null;
      const kept = parts[part] ?? this.error(`${id}: the texts have no part ${part}`);
      const { start, end, sections } = textsIn(this.parse(code)) ?? this.error(`${file} exports no object texts`);
      const missing = kept.filter((wanted) => !sections.some(({ key }) => key === wanted));
      if (missing.length > 0) this.error(`${file} lacks ${missing.join(", ")}`);
      const left = sections.filter(({ key }) => kept.includes(key)).map((each) => code.slice(each.start, each.end));
      return { code: `${code.slice(0, start)}{${left.join(",")}}${code.slice(end)}`, map: null };
    },
  };
}

/** The object that is exported as `texts`. */
function textsIn(program: object): Texts | undefined {
  const { body } = program as { body: readonly { declaration?: { declarations?: readonly Declarator[] } | null }[] };
  const declared = body.flatMap(({ declaration }) => declaration?.declarations ?? []);
  const init = declared.find(({ id }) => id.name === "texts")?.init;
  if (!init?.properties) return undefined;
  const sections = init.properties.map(({ start, end, key }) => ({ start, end, key: key?.name ?? "" }));
  return { start: init.start, end: init.end, sections };
}

/** What is read of the syntax tree. */
interface Declarator {
  readonly id: { readonly name?: string };
  readonly init: (Span & { readonly properties?: readonly (Span & { key?: { name?: string } })[] }) | null;
}
