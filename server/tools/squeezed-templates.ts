/** Takes out of the page's templates what only those who read the source need: comments of styles, indentation. */
import type { Plugin } from "vite";

/** What is left of a piece of a template, by its tag. Line ends of markup stay: between words they are spaces. */
const squeeze: Readonly<Record<string, (text: string) => string>> = {
  css: (text) =>
    text
      .replaceAll(/\/\*[\s\S]*?\*\//g, "")
      .replaceAll(/\s+/g, " ")
      .replaceAll(/ ?([{};]) ?/g, "$1"),
  html: (text) => text.replaceAll(/\n\s+/g, "\n"),
};

interface Piece {
  readonly start: number;
  readonly end: number;
}

/** @param environment whose modules are squeezed */
export function squeezedTemplates(environment: string, folder: string): Plugin {
  return {
    name: "squeezed-templates",
    applyToEnvironment: ({ name }) => name === environment,
    apply: "build",
    transform(code, id) {
      if (!id.startsWith(folder) || !/\b(?:css|html)`/.test(code)) return null;
      let out = "";
      let at = 0;
      for (const { tag, start, end } of piecesIn(this.parse(code))) {
        out += code.slice(at, start) + (squeeze[tag]?.(code.slice(start, end)) ?? code.slice(start, end));
        at = end;
      }
      return { code: out + code.slice(at), map: null };
    },
  };
}

/** The pieces of all templates between their expressions, in order. */
function piecesIn(program: object): (Piece & { readonly tag: string })[] {
  const found: (Piece & { readonly tag: string })[] = [];
  const look = (node: unknown): void => {
    if (typeof node !== "object" || node === null) return;
    if ("type" in node && node.type === "TaggedTemplateExpression") {
      const { tag, quasi } = node as unknown as { tag: { name?: string }; quasi: { quasis: readonly Piece[] } };
      for (const { start, end } of quasi.quasis) found.push({ tag: tag.name ?? "", start, end });
    }
    for (const each of Object.values(node)) look(each);
  };
  look(program);
  return found.sort((a, b) => a.start - b.start);
}
