/** The programs that README shows, as they stand there. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

export const readme = readFileSync(join(import.meta.dirname, "../../README.md"), "utf8");

/** The first program of a language that holds `mark`. */
export function program(language: string, mark: string): string {
  for (const [, name, text] of readme.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm))
    if (name === language && text?.includes(mark)) return text;
  throw new Error(`README has no ${language} program with ${mark}`);
}
