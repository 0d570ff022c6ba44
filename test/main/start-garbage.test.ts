import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { collectStartGarbage } from "../../server/main/start-garbage.ts";

it("what a start left behind is taken away, and what is in use is not", async () => {
  const used = { of: "the hub" };
  const [left, kept] = [() => new WeakRef({ of: "the start" }), () => new WeakRef(used)].map((make) => make());
  // What a weak reference was made of stays until the turn ends.
  await readFile(import.meta.filename);
  collectStartGarbage();
  expect(left?.deref()).toBeUndefined();
  expect(kept?.deref()).toBe(used);
});
