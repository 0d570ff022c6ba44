import { parseArgs } from "node:util";

/** For a program without flags: prints `usage` and ends where it is asked for `--help`, ends with 2 where a word was wrong. */
export function takesNoFlags(usage: string): void {
  try {
    const { values } = parseArgs({ options: { help: { type: "boolean", short: "h" } } });
    if (!values.help) return;
    process.stdout.write(`${usage}\n`);
    process.exit(0);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exit(2);
  }
}
