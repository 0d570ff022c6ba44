/** The page's own code and its first file: nothing in them makes markup or a program of a text. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { lineAt, readTree } from "../support/architecture/source.ts";

const root = join(import.meta.dirname, "../..");
const tree = readTree(root);
const sources = [...tree.sources.values()].filter(({ path }) => path.startsWith("dashboard/"));

/** Ways from a text to markup or to a program, as code has them. */
const ways =
  /\b(?:innerHTML|outerHTML|insertAdjacentHTML|setHTMLUnsafe|createContextualFragment|parseFromString|srcdoc|unsafeHTML|unsafeSVG|unsafeStatic|document\.write(?:ln)?)\b|\beval\s*\(|\bnew\s+Function\b|\bsetTimeout\s*\(\s*_|javascript:/g;

const breaches = (path: string, code: string) =>
  [...code.matchAll(ways)].map(({ 0: way, index }) => `${path}:${lineAt(code, index)} ${way}`);

describe("the page's code", () => {
  it("[S20] makes markup or programs of no text", () => {
    expect(sources.length).toBeGreaterThan(100);
    expect(sources.flatMap(({ path, code }) => breaches(path, code))).toEqual([]);
    // In templates stands what a browser sees.
    const attributes = /<[a-z][^>]*\s(?:on[a-z]+=|href="?javascript:|srcdoc=)|["'`]\s*javascript:/g;
    expect(
      sources.flatMap(({ path, text }) => [...text.matchAll(attributes)].map(({ 0: way }) => `${path} ${way}`)),
    ).toEqual([]);
    expect(breaches("x", "a.innerHTML = b;\nnew Function(c); eval (d)")).toHaveLength(3);
  });

  it("[S20] takes addresses of links from its own routes alone: none is what a device said", () => {
    const own =
      /^(?:"?#|(?:deviceHref|pageHref|exploreHref|accessHref|this\.hrefOf|this\.#address\.hrefOf|scene\.hrefOf)\()/;
    const found: string[] = [];
    for (const { path, text } of sources)
      for (const { 1: value = "" } of text.matchAll(/<a\b[^>]*?\s\.?href=(\$\{[^}]*(?:\{[^}]*\}[^}]*)*\}|[^\s>]+)/g)) {
        const written = value.replace(/^["']?\$\{|\}["']?$/g, "");
        // Of a choice, each that may be chosen.
        for (const one of written.includes(" ? ") ? written.split(/\s[?:]\s/).slice(1) : [written])
          if (!own.test(one)) found.push(`${path} ${one}`);
      }
    expect(found).toEqual([]);
  });

  it("[S20] begins without a program or a style of its own in the page: the policy allows none", () => {
    const page = readFileSync(join(root, "dashboard/index.html"), "utf8");
    for (const [, attributes = "", program = ""] of page.matchAll(/<script\b([^>]*)>([\s\S]*?)<\/script>/g)) {
      expect(attributes).toContain("src=");
      expect(program.trim()).toBe("");
    }
    expect(page).not.toMatch(/\son[a-z]+=|javascript:|<base\b|<style\b/i);
  });
});
