/** The project's sources as the rules of the house look at them: files, their code without comments and text, and their imports. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix, relative } from "node:path";

/** One import or re-export. */
export interface Import {
  /** As written: `./x.ts`, `ws`, `node:fs`. */
  readonly specifier: string;
  /** Path from the root of a relative import; undefined for a package. */
  readonly target: string | undefined;
  readonly line: number;
  /** True where nothing of it is left at run time. */
  readonly typeOnly: boolean;
  /** Names taken as values, as the other module calls them; `*` for all of them. */
  readonly names: readonly string[];
}

export interface Source {
  /** Path from the root, with `/`. */
  readonly path: string;
  readonly text: string;
  /** The text with comments, strings, templates and regular expressions blanked out, line for line. */
  readonly code: string;
  readonly imports: readonly Import[];
}

/** A project: what stands in its root, and every source below. */
export interface Tree {
  readonly root: string;
  /** Names in the root that are not ignored by git; folders end with `/`. */
  readonly top: readonly string[];
  readonly sources: ReadonlyMap<string, Source>;
}

const sourcePattern = /\.(?:ts|mts|mjs|js|css|html)$/;
const codePattern = /\.(?:ts|mts|mjs|js)$/;

/** Where an expression may begin, a `/` begins a regular expression. */
const beforeRegex = /(?:^|[(,=:[!&|?{};+\-*%~^<>]|\breturn|\btypeof|\bcase)\s*$/;

/** Index behind the end of a comment or literal that begins at `start`, or `start` where none does. */
function literalEnd(text: string, start: number, before: string): number {
  const pair = text.slice(start, start + 2);
  const endOf = (end: string, from: number) => {
    const found = text.indexOf(end, from);
    return found < 0 ? text.length : found + end.length;
  };
  if (pair === "//") return endOf("\n", start) - 1;
  if (pair === "/*") return endOf("*/", start + 2);
  const quote = text[start];
  if (quote === '"' || quote === "'" || quote === "`") return quotedEnd(text, start, quote);
  if (quote === "/" && beforeRegex.test(before)) return regexEnd(text, start);
  return start;
}

function quotedEnd(text: string, start: number, quote: string): number {
  for (let index = start + 1; index < text.length; index++) {
    if (text[index] === "\\") index++;
    else if (text[index] === quote) return index + 1;
    else if (quote === "`" && text.startsWith("${", index)) index = holeEnd(text, index + 2) - 1;
  }
  return text.length;
}

/** Index behind the `}` of a hole in a template. */
function holeEnd(text: string, start: number): number {
  let depth = 1;
  for (let index = start; index < text.length; index++) {
    const end = literalEnd(text, index, text.slice(Math.max(start, index - 20), index));
    if (end > index) index = end - 1;
    else if (text[index] === "{") depth++;
    else if (text[index] === "}" && --depth === 0) return index + 1;
  }
  return text.length;
}

function regexEnd(text: string, start: number): number {
  let inClass = false;
  for (let index = start + 1; index < text.length; index++) {
    const character = text[index];
    if (character === "\\") index++;
    else if (character === "\n") return start;
    else if (character === "[") inClass = true;
    else if (character === "]") inClass = false;
    else if (character === "/" && !inClass) return index + 1;
  }
  return start;
}

/** Blanks out everything in which a word means nothing to the compiler; lines stay where they are. */
export function codeOf(text: string): string {
  let code = "";
  for (let index = 0; index < text.length; ) {
    const end = literalEnd(text, index, code.slice(-20));
    if (end > index) {
      code += text.slice(index, end).replace(/[^\n]/g, " ");
      // What stands in its place is an operand, so that a `/` after it divides.
      if (/["'`/]$/.test(text.slice(index, end)) && !/^\/[/*]/.test(text.slice(index, end)))
        code = `${code.slice(0, -1)}_`;
      index = end;
    } else {
      code += text[index];
      index++;
    }
  }
  return code;
}

/** The regular expressions of a text, with their flags; those inside of templates are left out. */
export function patternsOf(text: string): string[] {
  const found: string[] = [];
  let code = "";
  for (let index = 0; index < text.length; ) {
    const end = literalEnd(text, index, code.slice(-20));
    const literal = text.slice(index, end);
    if (/^\/[^/*]/.test(literal)) found.push(`${literal}${/^[a-z]*/.exec(text.slice(end))?.[0] ?? ""}`);
    // A comment leaves nothing, so that what stands before it decides on what is behind it.
    code += end === index ? text[index] : /^\/[/*]/.test(literal) ? "" : "_";
    index = Math.max(end, index + 1);
  }
  return found;
}

export function lineAt(text: string, index: number): number {
  return text.slice(0, index).split("\n").length;
}

/** Names of an import clause that are values. */
function valueNames(clause: string): string[] {
  const names: string[] = [];
  const braces = /\{([^}]*)\}/.exec(clause);
  for (const part of braces?.[1]?.split(",") ?? []) {
    const name = part.trim().split(/\s+as\s+/)[0] ?? "";
    if (name !== "" && !name.startsWith("type ")) names.push(name);
  }
  const rest = clause.replace(/\{[^}]*\}/, "");
  if (rest.includes("*")) names.push("*");
  else if (/\w/.test(rest)) names.push("default");
  return names;
}

const statement = /^[ \t]*(import|export)\s+(type\s+)?([\w*\s{},$]*?)\s*from\s*"([^"\n]+)"/gm;
const sideEffect = /^[ \t]*import\s*"([^"\n]+)"/gm;
const dynamic = /\bimport\(\s*"([^"\n]+)"\s*\)/g;
const worker = /\bnew URL\(\s*"(\.[^"\n]+)"\s*,\s*import\.meta\.url\s*\)/g;

/** Imports of a source, found by their form: no compiler is asked. */
export function importsOf(path: string, text: string, code: string): Import[] {
  const found: Import[] = [];
  const add = (index: number, specifier: string, typeOnly: boolean, names: readonly string[]) => {
    // What is blank in the code stands in a comment or a string.
    if (code.slice(index, index + 3).trim() === "") return;
    const relativeTarget = /^\.\.?\//.test(specifier);
    const target = relativeTarget ? posix.join(dirname(path), specifier.replace(/\?.*$/, "")) : undefined;
    found.push({ specifier, target, line: lineAt(text, index), typeOnly, names });
  };
  for (const match of text.matchAll(statement)) {
    const [whole, , type, clause = "", specifier = ""] = match;
    const names = type ? [] : valueNames(clause);
    const begins = match.index + (whole.length - whole.trimStart().length);
    add(begins, specifier, names.length === 0, names);
  }
  for (const match of text.matchAll(sideEffect)) add(match.index, match[1] as string, false, []);
  for (const match of text.matchAll(dynamic)) {
    // `typeof import("x")` and `import("x").Type` in a type leave nothing behind either, but cannot be told apart here.
    add(match.index, match[1] as string, /typeof\s*$/.test(text.slice(0, match.index)), ["*"]);
  }
  for (const match of text.matchAll(worker)) {
    // What the build makes is not there yet.
    const target = match[1] as string;
    if (/\.(?:ts|mjs)$/.test(target)) add(match.index, target, false, ["*"]);
  }
  return found;
}

/** What git ignores: names anywhere, and names in the root alone, which begin with `/` there. */
function ignoredNames(root: string): { anywhere: Set<string>; inRoot: Set<string> } {
  const file = join(root, ".gitignore");
  const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
  const names = lines.map((line) => line.trim().replace(/\/$/, ""));
  const inRoot = names.filter((name) => name.startsWith("/")).map((name) => name.slice(1));
  return { anywhere: new Set(["node_modules", ".git", ...names]), inRoot: new Set(inRoot) };
}

/** Reads a project. */
export function readTree(root: string): Tree {
  const ignored = ignoredNames(root);
  const isIgnored = (name: string, isTop: boolean) => ignored.anywhere.has(name) || (isTop && ignored.inRoot.has(name));
  const sources = new Map<string, Source>();
  const walk = (folder: string) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (isIgnored(entry.name, folder === root) || entry.name.startsWith(".")) continue;
      const full = join(folder, entry.name);
      if (entry.isDirectory()) walk(full);
      else if (sourcePattern.test(entry.name)) {
        const path = relative(root, full).replaceAll("\\", "/");
        const text = readFileSync(full, "utf8");
        const code = codePattern.test(path) ? codeOf(text) : "";
        sources.set(path, { path, text, code, imports: code === "" ? [] : importsOf(path, text, code) });
      }
    }
  };
  walk(root);
  const top = readdirSync(root, { withFileTypes: true })
    .filter((entry) => !isIgnored(entry.name, true))
    .map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name));
  return { root, top, sources };
}
