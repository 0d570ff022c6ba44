import { expect, it } from "vitest";
import { changesBetween, classesOf, makerOf } from "./heap-classes.ts";

const kinds = ["hidden", "array", "string", "object", "code", "closure"];

/** A snapshot as V8 writes it, of nodes with a field that does not matter here between those that do. */
function snapshot(nodes: readonly (readonly [kind: string, name: string, bytes: number])[]) {
  const strings = [...new Set(nodes.map(([, name]) => name))];
  const meta = { node_fields: ["type", "id", "name", "self_size"], node_types: [kinds] as [string[]] };
  const cells = nodes.flatMap(([kind, name, bytes], id) => [kinds.indexOf(kind), id, strings.indexOf(name), bytes]);
  return { snapshot: { meta }, nodes: cells, strings };
}

it("adds up what a heap holds by kind and name, texts and code as one each", () => {
  const classes = classesOf(
    snapshot([
      ["object", "Reading", 24],
      ["object", "Reading", 32],
      ["closure", "draw", 64],
      ["string", "12.5", 16],
      ["string", "12.6", 16],
      ["code", "draw", 500],
    ]),
  );
  expect(Object.fromEntries(classes)).toEqual({
    "object: Reading": { count: 2, bytes: 56 },
    "closure: draw": { count: 1, bytes: 64 },
    string: { count: 2, bytes: 32 },
    code: { count: 1, bytes: 500 },
  });
});

it("tells what came and what went, most bytes first, and nothing of what stayed", () => {
  const before = classesOf(
    snapshot([
      ["object", "Stays", 8],
      ["object", "Goes", 40],
    ]),
  );
  const after = classesOf(
    snapshot([
      ["object", "Stays", 8],
      ["array", "Comes", 400],
      ["array", "Comes", 400],
    ]),
  );
  expect(changesBetween(before, after)).toEqual([
    { name: "array: Comes", count: 2, bytes: 800 },
    { name: "object: Goes", count: -1, bytes: -40 },
  ]);
});

it("tells what the page's scripts hold from what the compiler and the browser keep", () => {
  for (const name of ["code", "hidden: system / Map", "object shape: system / Map"])
    expect(makerOf(name)).toBe("compiler");
  for (const name of ["native: blink::PlainTextNode", "synthetic: (GC roots)"]) expect(makerOf(name)).toBe("browser");
  for (const name of ["object: Code", "string", "closure: code", "array: ", "native: system / JSArrayBufferData"])
    expect(makerOf(name)).toBe("page");
});
