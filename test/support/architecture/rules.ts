/** The rules of the house. Each finds what breaks it in a tree; none knows this project by name, the plan is in `house.ts`. */
import { alone } from "../alone.ts";
import * as house from "./house.ts";
import { type Import, lineAt, type Source, type Tree } from "./source.ts";

/** What breaks a rule, as the test says it: `file:line why`. */
export type Breach = string;

function breach(file: string, line: number, why: string): Breach {
  return `${file}:${line} ${why}`;
}

function covers(place: string, path: string): boolean {
  return place.endsWith("/") ? path.startsWith(place) : path === place;
}

const isTest = (path: string) => path.startsWith("test/");

function* importsIn(tree: Tree): Generator<[Source, Import]> {
  for (const source of tree.sources.values()) for (const one of source.imports) yield [source, one];
}

function floorOf(path: string): { program: string; floor: number } | undefined {
  for (const [program, floors] of Object.entries(house.floors)) {
    if (!path.startsWith(program)) continue;
    return { program, floor: floors.findIndex((places) => places.some((place) => covers(place, path))) };
  }
  return undefined;
}

/** Every relative import leads to a file that is there, named with its extension. */
export function missingTargets(tree: Tree): Breach[] {
  const found: Breach[] = [];
  for (const [{ path }, { target, specifier, line }] of importsIn(tree)) {
    if (target === undefined || tree.sources.has(target) || /\.(?:json|svg)$/.test(target)) continue;
    found.push(breach(path, line, `imports ${specifier}, which is not there`));
  }
  return found;
}

/** A file imports its own floor or a lower one. */
export function upwardImports(tree: Tree): Breach[] {
  const found: Breach[] = [];
  for (const { path } of tree.sources.values()) {
    if (/\.(?:css|html)$/.test(path)) continue;
    if (floorOf(path)?.floor === -1) found.push(breach(path, 1, "stands on no floor: give it one in house.ts"));
  }
  for (const [{ path }, { target, line }] of importsIn(tree)) {
    const [from, to] = [floorOf(path), target === undefined ? undefined : floorOf(target)];
    if (from && to && from.program === to.program && from.floor >= 0 && to.floor > from.floor)
      found.push(breach(path, line, `imports ${target}, which stands ${to.floor - from.floor} floor(s) above it`));
  }
  return found;
}

/** No file imports itself by way of others, types included. */
export function cycles(tree: Tree): Breach[] {
  const found: Breach[] = [];
  const state = new Map<string, "open" | "done">();
  const trail: string[] = [];
  const visit = (path: string) => {
    state.set(path, "open");
    trail.push(path);
    for (const { target, line } of tree.sources.get(path)?.imports ?? []) {
      if (target === undefined || !tree.sources.has(target)) continue;
      const seen = state.get(target);
      if (seen === "open")
        found.push(
          breach(path, line, `closes a circle: ${[...trail.slice(trail.indexOf(target)), target].join(" → ")}`),
        );
      else if (seen === undefined) visit(target);
    }
    trail.pop();
    state.set(path, "done");
  };
  for (const path of tree.sources.keys()) if (!state.has(path)) visit(path);
  return found;
}

function packageOf(specifier: string): string {
  const parts = specifier.split("/");
  return specifier.startsWith("@") ? parts.slice(0, 2).join("/") : (parts[0] as string);
}

/** A package is imported by its owner alone. */
export function foreignPackages(tree: Tree): Breach[] {
  const found: Breach[] = [];
  for (const [{ path }, { target, specifier, line }] of importsIn(tree)) {
    if (target !== undefined || isTest(path)) continue;
    if (specifier.startsWith("node:")) {
      if (house.withoutNode.some((place) => covers(place, path)))
        found.push(breach(path, line, `imports ${specifier}, and must run in a browser`));
      continue;
    }
    const allowed = house.owners[packageOf(specifier)];
    if (!allowed) found.push(breach(path, line, `imports ${specifier}, which has no owner: give it one in house.ts`));
    else if (!allowed.some((place) => covers(place, path)))
      found.push(breach(path, line, `imports ${specifier}, which belongs to ${allowed.join(", ")}`));
  }
  return found;
}

/** A program sees itself and the door of the contract; nothing but tests sees tests. */
export function otherDoors(tree: Tree): Breach[] {
  const found: Breach[] = [];
  for (const [{ path }, { target, line }] of importsIn(tree)) {
    if (target === undefined || isTest(path)) continue;
    const [own] = path.split("/");
    const [other] = target.split("/");
    const foreign = house.topFolders.includes(`${other}/`) && house.topFolders.includes(`${own}/`) && own !== other;
    if (foreign && target !== house.door)
      found.push(breach(path, line, `imports ${target}: of other programs only ${house.door} is open`));
  }
  return found;
}

/** Modules that a module needs at run time, itself included. */
function runtimeClosure(tree: Tree, start: string): Set<string> {
  const reached = new Set<string>();
  const visit = (path: string) => {
    if (reached.has(path)) return;
    reached.add(path);
    for (const { target, typeOnly } of tree.sources.get(path)?.imports ?? [])
      if (target !== undefined && !typeOnly) visit(target);
  };
  visit(start);
  return reached;
}

/** Which module behind the door makes each value. */
function valuesBehindDoor(tree: Tree): Map<string, string> {
  const makers = new Map<string, string>();
  for (const { target, names } of tree.sources.get(house.door)?.imports ?? []) {
    const made = target === undefined ? undefined : tree.sources.get(target);
    if (!made || target === undefined) continue;
    const exported = made.code.matchAll(/^export (?:const|let|(?:async )?function\*?|(?:abstract )?class) +(\w+)/gm);
    for (const [, name = ""] of exported) if (names.includes("*") || names.includes(name)) makers.set(name, target);
  }
  return makers;
}

/** What the dashboard takes as a value must not bring zod into the page. */
export function zodInThePage(tree: Tree): Breach[] {
  const found: Breach[] = [];
  const makers = valuesBehindDoor(tree);
  for (const [{ path }, { target, names, line }] of importsIn(tree)) {
    if (!path.startsWith("dashboard/") || target !== house.door) continue;
    for (const name of names) {
      const maker = makers.get(name);
      if (maker === undefined) {
        found.push(breach(path, line, `takes ${name} from the door: name single values that one of its modules makes`));
      } else if (!house.zodInThePage.includes(maker)) {
        const through = [...runtimeClosure(tree, maker)].find((module) =>
          tree.sources.get(module)?.imports.some((one) => one.specifier === "zod" && !one.typeOnly),
        );
        if (through) found.push(breach(path, line, `takes ${name}, which brings zod into the page through ${through}`));
      }
    }
  }
  return found;
}

/** No file is longer than a person reads in one sitting. */
export function longFiles(tree: Tree): Breach[] {
  const found: Breach[] = [];
  for (const { path, text } of tree.sources.values()) {
    if (house.mayBeLong.some((place) => covers(place, path))) continue;
    const lines = text.trimEnd().split("\n").length;
    if (lines > house.maxLines) found.push(breach(path, house.maxLines + 1, `goes on to line ${lines}`));
  }
  return found;
}

/** Nothing stands in the root but what belongs there. */
export function strayTopLevel(tree: Tree): Breach[] {
  const allowed = new Set([...house.topFolders, ...house.topFiles]);
  return tree.top
    .filter((name) => !name.startsWith(".") && !allowed.has(name))
    .map((name) => breach(name, 1, "does not belong into the root"));
}

/** Finds a pattern in code, not in comments or text. */
function matches(tree: Tree, pattern: RegExp, why: string, where: (path: string) => boolean = () => true): Breach[] {
  const found: Breach[] = [];
  for (const { path, code } of tree.sources.values()) {
    if (!where(path)) continue;
    for (const match of code.matchAll(pattern)) {
      const begins = match.index + (match[0].length - match[0].trimStart().length);
      found.push(breach(path, lineAt(code, begins), why));
    }
  }
  return found;
}

/** Nothing escapes the types: tests alone may look into an answer of any shape, where the linter is told why. */
export function untyped(tree: Tree): Breach[] {
  const found = matches(tree, /(?::\s*|\bas\s+|[<|&]\s*)any\b(?!\s*[(:.?])|,\s*any\s*[>,]|\bany\[\]/g, "uses any");
  return found.filter((one) => {
    const [path = "", line] = (one.split(" ")[0] ?? "").split(":");
    const above = tree.sources.get(path)?.text.split("\n")[Number(line) - 2] ?? "";
    return !isTest(path) || !/biome-ignore lint\/suspicious\/noExplicitAny: \w/.test(above);
  });
}

/** TypeScript for types only: what is left after dropping them is the program. */
export function moreThanTypes(tree: Tree): Breach[] {
  return [
    ...matches(tree, /^[ \t]*(?:export\s+)?(?:declare\s+)?(?:const\s+)?enum\s+\w/gm, "uses enum"),
    ...matches(tree, /^[ \t]*(?:export\s+)?namespace\s+\w/gm, "uses namespace"),
    ...matches(tree, /\bconstructor\(\s*(?:private|public|protected|readonly)\s/g, "uses a parameter property"),
  ];
}

/** Every test runs, every time; one that needs what a machine may lack says `skipIf(missing…)`, and in its title what is missing. */
export function leftOutTests(tree: Tree): Breach[] {
  return matches(
    tree,
    /\.(?:skip|only|todo|runIf|fails)\s*\(|\.skipIf\s*\((?!\s*missing)|^[ \t]*(?:x|f)(?:it|test|describe)\s*\(/gm,
    "leaves tests out",
    isTest,
  );
}

/** A test waits for an event, never for time to pass. A timer that fails a test which waits too long is fine. */
export function sleepingTests(tree: Tree): Breach[] {
  const imported: Breach[] = [];
  for (const [{ path }, { specifier, line }] of importsIn(tree))
    if (isTest(path) && /^(?:node:)?timers\/promises$/.test(specifier))
      imported.push(breach(path, line, "sleeps: it imports the timers that are only waited for"));
  const mayNotWait = (path: string) => isTest(path) && !Object.keys(house.mayWait).some((place) => covers(place, path));
  return [
    ...imported,
    ...matches(
      tree,
      /\bsetTimeout\(\s*(?:\(\s*\)\s*=>\s*)?(?:resolve|res|done|next|wake|go|ok|r)\b|\bsleep\s*\(|\bAtomics\.wait\s*\(/g,
      "sleeps: wait for the event",
      mayNotWait,
    ),
  ];
}

/** What a test changes of its process is there for the next file, too: what takes back each change. */
const takenBack = [
  [/\bvi\.stubGlobal\(/, "vi.unstubAllGlobals("],
  [/\bvi\.stubEnv\(/, "vi.unstubAllEnvs("],
  [/\bvi\.useFakeTimers\(/, "vi.useRealTimers("],
  [/\bprocess\.on\(/, "process.off("],
] as const;

/** A test puts back what it changes of its process, and has one for itself where it changes modules (`alone.ts`). */
export function leftBehind(tree: Tree): Breach[] {
  const found: Breach[] = [];
  for (const { path, code } of tree.sources.values()) {
    if (!path.endsWith(".test.ts") || alone.includes(path)) continue;
    const modules = /\bvi\.(?:mock|doMock|resetModules)\(/.exec(code);
    if (modules) found.push(breach(path, lineAt(code, modules.index), "changes modules: name it in alone.ts"));
    for (const [change, back] of takenBack) {
      const changed = change.exec(code);
      if (changed && !code.includes(back))
        found.push(breach(path, lineAt(code, changed.index), `changes its process, and never calls ${back})`));
    }
  }
  return found;
}

/** `vi.waitFor` gives up after one second where it is told nothing else, which is too soon on a busy machine. `expect.poll` has a minute here. */
export function hastyWaits(tree: Tree): Breach[] {
  const found: Breach[] = [];
  for (const { path, code } of tree.sources.values()) {
    if (!isTest(path)) continue;
    for (const { 0: call, index } of code.matchAll(/\bvi\.wait(?:For|Until)\(/g))
      if (isLastArgument(code, index + call.length))
        found.push(breach(path, lineAt(code, index), "waits for one second: say how long, or use expect.poll"));
  }
  return found;
}

/** Whether the argument that begins here is followed by no other. */
function isLastArgument(code: string, begin: number): boolean {
  let depth = 1;
  for (let at = begin; at < code.length; at++) {
    const character = code[at] as string;
    if ("([{".includes(character)) depth += 1;
    else if (")]}".includes(character)) depth -= 1;
    if (depth === 0) return true;
    if (depth === 1 && character === ",") return /^,\s*\)/.test(code.slice(at));
  }
  return true;
}
