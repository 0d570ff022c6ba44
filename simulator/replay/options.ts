/** The command line of `--replay`. */
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { readDuration, readToken, readUrl } from "../option-values.ts";
import type { Speed } from "./pace.ts";
import type { FileOptions } from "./plan.ts";
import { timeFormats } from "./times.ts";

export interface ReplayOptions extends FileOptions {
  /** Path of the file. */
  readonly replay: string;
  readonly url: string;
  readonly token?: string;
  readonly speed: Speed;
  readonly loop: boolean;
  readonly shiftToNow: boolean;
  readonly skipWrong: boolean;
  /** ms; undefined: to the end of the file. */
  readonly duration?: number;
  readonly quiet: boolean;
}

function readSpeed(text: string): Speed {
  if (text === "max") return text;
  const speed = Number(text);
  if (text.trim() !== "" && speed >= 0.001 && speed <= 1_000_000_000) return speed;
  throw new InvalidArgumentError("Expected a factor from 0.001 to 1000000000, or max.");
}

const after = `
Reads CSV (parted by commas, semicolons, tabs or bars) and NDJSON, wide (a column a metric) or long (a row a reading),
and the hub's own exports. Times without a zone are UTC. They may be:
${Object.entries(timeFormats)
  .map(([name, example]) => `  ${name.padEnd(8)} ${example}`)
  .join("\n")}
The file is read twice before anything is sent: what is wrong is told with its line and column.`;

function command(): Command {
  return new Command("simulate --replay")
    .description("Plays recorded data as real devices.")
    .requiredOption("--replay <file>", "CSV or NDJSON")
    .option("--url <address>", "where the hub takes devices", readUrl, "ws://localhost:8080/ws")
    .addOption(
      new Option("--token <token>", "the hub's, where it was started with --lan").env("HUB_TOKEN").argParser(readToken),
    )
    .addOption(
      new Option(
        "--speed <factor>",
        "times as fast as recorded, or max: as fast as the hub takes it (default: max, 1 with --loop)",
      ).argParser(readSpeed),
    )
    .option("--shift-to-now", "give readings the time at which they are sent; with max, the last one is now", false)
    .option("--loop", "begin again after the end; with --shift-to-now", false)
    .option("--time-column <name>", "default: found by its name and what stands in it")
    .addOption(
      new Option("--date-format <name>", "how times are written (default: found by the whole column)").choices(
        Object.keys(timeFormats),
      ),
    )
    .addOption(
      new Option("--decimal <sign>", "point or comma (default: found by the whole file)").choices(["point", "comma"]),
    )
    .option("--device-column <name>", "whose reading it is; default: found by its name")
    .option("--metric-column <name>", "long form: what was measured; default: found by its name")
    .option("--value-column <name>", "long form, or the only metric of a wide one; default: found by its name")
    .option("--device <name>", "one device for the whole file; default: the file's name, where no column is found")
    .option("--skip-wrong", "leave out rows that are wrong, and count them", false)
    .option("--duration <time>", "stop by itself after so long (30s, 5m, 1h)", readDuration)
    .option("--quiet", "tell troubles and the totals only", false)
    .helpOption("--help", "show this help")
    .addHelpText("after", after)
    .exitOverride()
    .allowExcessArguments(false);
}

/** What `--replay --help` tells. */
export function replayHelp(): string {
  return command().helpInformation();
}

/** Reads the arguments after the program's name. Gives the exit code where there is nothing to play: commander has said why. */
export function readReplayOptions(args: readonly string[]): ReplayOptions | { readonly exitCode: number } {
  const program = command();
  try {
    // A flag that takes a file would take the word for its name.
    const asked = args.includes("--help") ? ["--help"] : args;
    const read = program.parse([...asked], { from: "user" }).opts<ReplayOptions & { speed?: Speed }>();
    const options = { ...read, speed: read.speed ?? (read.loop ? 1 : "max") };
    const trouble = contradiction(options);
    if (trouble !== undefined) program.error(`error: ${trouble}`);
    return options;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return { exitCode: error.exitCode === 0 ? 0 : 2 };
  }
}

function contradiction({ loop, shiftToNow, speed, device, deviceColumn }: ReplayOptions): string | undefined {
  if (loop && !shiftToNow) return "--loop takes --shift-to-now: a second round of the same times would change nothing.";
  if (loop && speed === "max") return "--loop takes a --speed other than max, or there would be no end to the past.";
  if (device !== undefined && deviceColumn !== undefined) return "--device and --device-column: give one of the two.";
  return undefined;
}
