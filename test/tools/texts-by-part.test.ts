/** The build cuts the file of a language: what one page says comes with that page. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "vite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { textsByPart } from "../../server/tools/texts-by-part.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "texts-"));
  mkdirSync(join(root, "languages"));
  const language = 'const unit = "s";\nexport const texts = { a: { one: "first" }, b: (n: string) => n + unit };\n';
  writeFileSync(join(root, "languages/en.ts"), language);
  const entry =
    'export { texts } from "./languages/en.ts?part=front";\nexport const late = () => import("./languages/en.ts?part=back");\n';
  writeFileSync(join(root, "entry.ts"), entry);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** The code of each file that comes out, the entry first. */
async function built(parts: Record<string, readonly string[]>): Promise<string[]> {
  const made = await build({
    root,
    configFile: false,
    logLevel: "silent",
    plugins: [textsByPart("client", join(root, "languages"), parts)],
    build: { write: false, minify: false, lib: { entry: join(root, "entry.ts"), formats: ["es"] } },
  });
  const [{ output } = { output: [] }] = made as { output: { code?: string }[] }[];
  return output.map(({ code = "" }) => code);
}

describe("texts by part", () => {
  it("leave in each what it has, and what that needs", async () => {
    const [front = "", back = "", ...more] = await built({ front: ["a"], back: ["b"] });
    expect(more).toEqual([]);
    expect([front.includes("first"), front.includes("unit"), back.includes("first")]).toEqual([true, false, false]);
    expect(back).toContain('unit = "s"');
  });

  it("end the build where a part is unknown, or a language lacks a section of it", async () => {
    await expect(built({ front: ["a"] })).rejects.toThrow("no part back");
    await expect(built({ front: ["a", "c"], back: ["b"] })).rejects.toThrow("lacks c");
  });
});
