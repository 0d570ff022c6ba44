import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import * as rules from "./support/architecture/rules.ts";
import { codeOf, readTree } from "./support/architecture/source.ts";

const project = readTree(fileURLToPath(new URL("..", import.meta.url)));

describe("the house", () => {
  it.each([
    ["imports lead to files that are there", rules.missingTargets],
    ["a file imports its own floor or a lower one", rules.upwardImports],
    ["no file imports itself by way of others", rules.cycles],
    ["a package is imported by its owner alone", rules.foreignPackages],
    ["a program sees itself and the door of the contract", rules.otherDoors],
    ["zod does not come into the page", rules.zodInThePage],
    ["no file is longer than 350 lines", rules.longFiles],
    ["nothing stands in the root but what belongs there", rules.strayTopLevel],
    ["nothing escapes the types", rules.untyped],
    ["TypeScript is there for types only", rules.moreThanTypes],
    ["every test runs, every time", rules.leftOutTests],
    ["a test waits for an event, never for time to pass", rules.sleepingTests],
    ["a test waits for as long as a busy machine needs", rules.hastyWaits],
    ["a test leaves nothing behind in its process", rules.leftBehind],
  ])("%s", (_, rule) => {
    expect(rule(project)).toEqual([]);
  });

  it("is looked at as a whole", () => {
    const paths = [...project.sources.keys()];
    for (const place of ["server/hub/", "server/store/", "dashboard/", "simulator/", "test/"])
      expect(paths.filter((path) => path.startsWith(place)).length).toBeGreaterThan(3);
    const imports = [...project.sources.values()].flatMap((source) => source.imports);
    expect(imports.length).toBeGreaterThan(300);
    expect(imports.map((one) => one.specifier)).toEqual(
      expect.arrayContaining(["ws", "better-sqlite3", "uplot", "zod"]),
    );
  });
});

describe("the rules of the house", () => {
  const roots: string[] = [];
  afterEach(() => {
    for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true });
  });

  function treeOf(files: Record<string, string>) {
    const root = mkdtempSync(join(tmpdir(), "house-"));
    roots.push(root);
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    return readTree(root);
  }

  const door = {
    "server/protocol/index.ts": 'export * from "./codes.ts";\nexport * from "./values.ts";\n',
    "server/protocol/codes.ts": "export const codes = [];\nexport function shouldComeBack() {}\n",
    "server/protocol/values.ts":
      'import { z } from "zod";\nexport const value = z.number();\nexport type Value = number;\n',
  };

  it("find nothing in a house that is in order", () => {
    const tree = treeOf({
      ...door,
      "package.json": "{}",
      ".gitignore": "dist/\n/data/\n",
      "data/notes.ts": "let a: any;",
      "dashboard/data/a.ts": "export const a = 1;\n",
      "dist/x.js": "import 'any'",
      "server/hub/hub.ts":
        'import { value } from "../protocol/index.ts";\nimport type { Row } from "../store/store.ts";\n',
      "server/store/store.ts":
        "/** any, it.skip( and sleep( in a comment */\nexport interface Row { any: 1 }\nconst a = 'as any';\n",
      "dashboard/main.ts": 'import { codes, type Value } from "../server/protocol/index.ts";\nconst say = `as any`;\n',
      "test/hub.test.ts":
        'import WebSocket from "ws";\nsetTimeout(() => reject(new Error("late")), 5_000);\nexpect.any(Number);\n// biome-ignore lint/suspicious/noExplicitAny: why\nlet a: any;\nit.skipIf(missing("curl"))("x");\n',
    });
    for (const rule of Object.values(rules)) expect(rule(tree)).toEqual([]);
  });

  it.each<[string, (tree: Parameters<typeof rules.cycles>[0]) => string[], Record<string, string>, string]>([
    [
      "an import of a file that is not there",
      rules.missingTargets,
      { "server/app.ts": '\nimport { a } from "./hub/gone.ts";' },
      "server/app.ts:2 imports ./hub/gone.ts",
    ],
    [
      "an import without its extension",
      rules.missingTargets,
      { "server/app.ts": 'import { a } from "./main";', "server/main.ts": "" },
      "server/app.ts:1 imports ./main",
    ],
    [
      "an upward import",
      rules.upwardImports,
      { "server/store/a.ts": '\n\nimport {\n  b,\n} from "../hub/b.ts";', "server/hub/b.ts": "" },
      "server/store/a.ts:3 imports server/hub/b.ts",
    ],
    [
      "an upward import of a type",
      rules.upwardImports,
      { "server/protocol/a.ts": 'export type { Log } from "../ports.ts";', "server/ports.ts": "" },
      "server/protocol/a.ts:1 imports server/ports.ts",
    ],
    [
      "an upward import at run time",
      rules.upwardImports,
      { "server/hub/a.ts": 'const b = await import("../transport/b.ts");', "server/transport/b.ts": "" },
      "server/hub/a.ts:1 imports server/transport/b.ts",
    ],
    [
      "an upward import of a worker",
      rules.upwardImports,
      { "server/hub/a.ts": 'new Worker(new URL("../app.ts", import.meta.url));', "server/app.ts": "" },
      "server/hub/a.ts:1 imports server/app.ts",
    ],
    ["a file on no floor", rules.upwardImports, { "server/extra/a.ts": "" }, "server/extra/a.ts:1 stands on no floor"],
    [
      "a circle",
      rules.cycles,
      {
        "server/hub/a.ts": 'import "./b.ts";',
        "server/hub/b.ts": '\nimport type { C } from "./c.ts";',
        "server/hub/c.ts": 'export * from "./a.ts";',
      },
      "server/hub/c.ts:1 closes a circle: server/hub/a.ts → server/hub/b.ts → server/hub/c.ts → server/hub/a.ts",
    ],
    [
      "a second importer of a package",
      rules.foreignPackages,
      { "server/hub/a.ts": 'import { WebSocket } from "ws";' },
      "server/hub/a.ts:1 imports ws, which belongs to server/transport/websocket.ts",
    ],
    [
      "a second importer of a part of a package",
      rules.foreignPackages,
      { "dashboard/pages/a.ts": 'import css from "uplot/dist/uPlot.min.css?inline";' },
      "dashboard/pages/a.ts:1 imports uplot/dist/uPlot.min.css?inline",
    ],
    [
      "a package that nobody owns",
      rules.foreignPackages,
      { "server/hub/a.ts": 'import left from "left-pad";' },
      "server/hub/a.ts:1 imports left-pad, which has no owner",
    ],
    [
      "Node in the contract",
      rules.foreignPackages,
      { "server/protocol/a.ts": 'import { hash } from "node:crypto";' },
      "server/protocol/a.ts:1 imports node:crypto",
    ],
    [
      "a page that sees more of the server than the door",
      rules.otherDoors,
      { ...door, "dashboard/main.ts": 'import type { Value } from "../server/protocol/values.ts";' },
      "dashboard/main.ts:1 imports server/protocol/values.ts",
    ],
    [
      "a simulator that sees the dashboard",
      rules.otherDoors,
      { "simulator/main.ts": 'import { a } from "../dashboard/main.ts";', "dashboard/main.ts": "" },
      "simulator/main.ts:1 imports dashboard/main.ts",
    ],
    [
      "a program that sees a test",
      rules.otherDoors,
      { "server/app.ts": 'import { a } from "../test/support/a.ts";', "test/support/a.ts": "" },
      "server/app.ts:1 imports test/support/a.ts",
    ],
    [
      "zod in the page",
      rules.zodInThePage,
      { ...door, "dashboard/main.ts": '\nimport { codes, value } from "../server/protocol/index.ts";' },
      "dashboard/main.ts:2 takes value, which brings zod into the page through server/protocol/values.ts",
    ],
    [
      "all of the contract in the page",
      rules.zodInThePage,
      { ...door, "dashboard/main.ts": 'import * as contract from "../server/protocol/index.ts";' },
      "dashboard/main.ts:1 takes * from the door",
    ],
    [
      "a long file",
      rules.longFiles,
      { "server/app.ts": "x();\n".repeat(351) },
      "server/app.ts:351 goes on to line 351",
    ],
    ["a folder in the root", rules.strayTopLevel, { "docs/a.md": "" }, "docs/:1 does not belong into the root"],
    ["a file in the root", rules.strayTopLevel, { "notes.txt": "" }, "notes.txt:1 does not belong into the root"],
    ["any as a type", rules.untyped, { "server/app.ts": "\nfunction f(a: any) {}" }, "server/app.ts:2 uses any"],
    ["a cast to any", rules.untyped, { "server/app.ts": "f(a as any);" }, "server/app.ts:1 uses any"],
    [
      "any in a program, whatever the linter is told",
      rules.untyped,
      { "server/app.ts": "// biome-ignore lint/suspicious/noExplicitAny: why\nlet a: any = 1;" },
      "server/app.ts:2 uses any",
    ],
    ["any in a list", rules.untyped, { "server/app.ts": "let a: Map<string, any>;" }, "server/app.ts:1 uses any"],
    ["a list of any", rules.untyped, { "server/app.ts": "type A = any[];" }, "server/app.ts:1 uses any"],
    ["an enum", rules.moreThanTypes, { "server/app.ts": "export const enum A {}" }, "server/app.ts:1 uses enum"],
    [
      "a parameter property",
      rules.moreThanTypes,
      { "server/app.ts": "class A { constructor(private readonly b: B) {} }" },
      "server/app.ts:1 uses a parameter property",
    ],
    [
      "a skipped test",
      rules.leftOutTests,
      { "test/a.test.ts": '\nit.skip("x", f);' },
      "test/a.test.ts:2 leaves tests out",
    ],
    [
      "a lonely test",
      rules.leftOutTests,
      { "test/a.test.ts": 'describe.only("x", f);' },
      "test/a.test.ts:1 leaves tests out",
    ],
    [
      "a test that runs here and there",
      rules.leftOutTests,
      { "test/a.test.ts": 'it.skipIf(process.env.CI)("x", f);' },
      "test/a.test.ts:1 leaves tests out",
    ],
    [
      "a sleep",
      rules.sleepingTests,
      { "test/a.test.ts": "\nawait new Promise((resolve) => setTimeout(resolve, 50));" },
      "test/a.test.ts:2 sleeps",
    ],
    [
      "a sleep in other words",
      rules.sleepingTests,
      { "test/a.test.ts": 'import { setTimeout as pause } from "node:timers/promises";' },
      "test/a.test.ts:1 sleeps",
    ],
    [
      "a wait that ends after a second",
      rules.hastyWaits,
      { "test/a.test.ts": "await vi.waitFor(() => f(1, 2), 60_000);\nawait vi.waitFor(\n  () => f(1, [2, 3]),\n);" },
      "test/a.test.ts:2 waits",
    ],
    [
      "a module that stays in the place of another",
      rules.leftBehind,
      { "test/a.test.ts": '\nvi.mock("./b.ts", f);' },
      "test/a.test.ts:2 changes modules",
    ],
    [
      "a clock that stands still for the next file",
      rules.leftBehind,
      { "test/a.test.ts": "vi.useFakeTimers();" },
      "test/a.test.ts:1 changes its process, and never calls vi.useRealTimers()",
    ],
  ])("see %s", (_, rule, files, breach) => {
    const found = rule(treeOf(files));
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(breach);
  });

  it("look at code alone, not at comments, texts and patterns", () => {
    const text = [
      "const a = /[\"'`/]/g.test(b) ? 6 / 2 / 1 : '// no comment'; // as any",
      // biome-ignore lint/suspicious/noTemplateCurlyInString: source code as a text
      "const t = `x ${f({ a: `${'as any'}` })} as any`;",
      "/* import { z } from 'zod' */ const c: any = 1;",
    ].join("\n");
    const code = codeOf(text);
    expect(code.split("\n")).toHaveLength(3);
    expect([...code.matchAll(/\bany\b/g)]).toHaveLength(1);
    expect(code).toContain("? 6 / 2 / 1 :");
    expect(code).toContain("const c: any = 1;");
  });
});
