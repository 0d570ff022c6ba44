/** The built page by itself: what is in it, and what is not. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { builtPage } from "./built-page.ts";

describe("the built page", () => {
  let folder: string;
  let files: { name: string; text: string }[];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "hub-page-"));
    const page = await builtPage(folder);
    files = readdirSync(page, { recursive: true, withFileTypes: true })
      // The others are the same, compressed.
      .filter((entry) => entry.isFile() && !/\.(?:gz|br)$/.test(entry.name))
      .map((entry) => ({ name: entry.name, text: readFileSync(join(entry.parentPath, entry.name), "utf8") }));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("brings types of the protocol, not its schemas", () => {
    const script = files.map(({ name, text }) => (name.endsWith(".js") ? text : "")).join("\n");
    expect(script).toContain("hub-app");
    expect(script).not.toMatch(/ZodError|_zod|safeParse/);
  });

  it("brings no comments of its styles, nor their indentation", () => {
    const assets = files.filter(({ name }) => /^(?:app|hub-page)-.*\.js$/.test(name)).map(({ text }) => text);
    expect(assets.join("\n")).toContain(":host{display: block;min-height: 100vh;}");
    expect(assets.filter((text) => text.includes("/*"))).toEqual([]);
  });

  it("names no other machine, but the names of XML", () => {
    const addresses = files.flatMap(({ text }) => text.match(/\b(?:https?|wss?):\/\/[\w.-]+/g) ?? []);
    expect(addresses.filter((address) => address !== "http://www.w3.org")).toEqual([]);
  });
});
