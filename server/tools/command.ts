/** What the commands about the data have in common. */
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

/** Reads the command line by `read`; prints `help` and ends the program where it was asked for, or with 2 where the line is wrong. */
export function flagsOrExit<T extends { readonly values: { readonly help: boolean }; readonly positionals: string[] }>(
  help: string,
  words: number,
  read: () => T,
): T {
  let problem: string;
  try {
    const flags = read();
    if (flags.values.help) {
      console.log(help);
      process.exit(0);
    }
    if (flags.positionals.length === words) return flags;
    problem = flags.positionals.length < words ? "FILE is missing." : "One FILE is taken, no more.";
  } catch (error) {
    problem = error instanceof Error ? error.message : String(error);
  }
  console.error(`${problem}\n\n${help}`);
  process.exit(2);
}

/** The folder of the data as the hub itself finds it: flag, environment, default. */
export function dataFolder(flag: string | undefined): string {
  return resolve(flag || process.env.HUB_DATA || "./data");
}

/** How much there is, for people. */
export function told({ readings, series, bytes }: { readings: number; series: number; bytes: number }): string {
  const count = (value: number): string => value.toLocaleString("en-US");
  return `${count(readings)} readings of ${count(series)} series, ${count(bytes)} bytes`;
}

/** The folder of package.json: a build lies deeper than the sources. */
export function projectRoot(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, "package.json")) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
}
