/** The command line of `--load` and of `npm run load:dashboards`. */
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { deviceName } from "../../server/protocol/index.ts";
import { readCount, readDuration, readToken, readUrl } from "../option-values.ts";
import { type Form, forms } from "./frames.ts";

export interface LoadOptions {
  readonly url: string;
  readonly token?: string;
  /** Devices are `PREFIX/1`, `PREFIX/2`, … */
  readonly prefix: string;
  readonly connections: number;
  /** Readings a second, all connections together, or as fast as the hub takes them. */
  readonly rate: number | "max";
  /** Readings in a frame. */
  readonly frame: number;
  readonly form: Form;
  /** Metrics of each device. */
  readonly metrics: number;
  /** Most frames on their way on each connection. */
  readonly window: number;
  /** ms. */
  readonly duration: number;
  readonly json: boolean;
}

export interface DashboardsOptions {
  readonly url: string;
  readonly token?: string;
  readonly viewers: number;
  /** Selectors; undefined: all. */
  readonly devices?: readonly string[];
  readonly metrics?: readonly string[];
  /** At most one update a series in so many ms; undefined: all. */
  readonly interval?: number;
  /** ms between two readings whose way to the viewers is measured. */
  readonly probeEvery: number;
  /** ms. */
  readonly duration: number;
  readonly json: boolean;
}

export type Read<T> = { readonly options: T } | { readonly exitCode: number };

function readRate(text: string): number | "max" {
  if (text === "max") return text;
  const rate = Number(text);
  if (text.trim() !== "" && rate > 0 && rate <= 100_000_000) return rate;
  throw new InvalidArgumentError("Expected readings a second, more than 0, or max.");
}

function readPrefix(text: string): string {
  if (deviceName.safeParse(`${text}/60000`).success) return text;
  throw new InvalidArgumentError("Expected how a device's id may begin, such as load or load/b.");
}

function readProbeEvery(text: string): number {
  const everyMs = readDuration(text);
  if (everyMs >= 1 && everyMs <= 3_600_000) return everyMs;
  throw new InvalidArgumentError("Expected a duration from 1ms to 1h.");
}

function base(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option("--url <address>", "where the hub takes sockets", readUrl, "ws://localhost:8080/ws")
    .addOption(
      new Option("--token <token>", "the hub's, where it was started with --lan").env("HUB_TOKEN").argParser(readToken),
    )
    .addOption(
      new Option("--duration <time>", "measure for so long (10s, 5m, 1h)")
        .argParser(readDuration)
        .default(30_000, "30s"),
    )
    .option("--json", "print the result as JSON, all else to the other stream", false)
    .helpOption("--help", "show this help")
    .exitOverride()
    .allowExcessArguments(false);
}

function read<T>(command: Command, args: readonly string[]): Read<T> {
  try {
    return { options: command.parse([...args], { from: "user" }).opts() as T };
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return { exitCode: error.exitCode === 0 ? 0 : 2 };
  }
}

/** Gives the exit code where there is nothing to do: commander has said why. */
export function readLoadOptions(args: readonly string[]): Read<LoadOptions> {
  const command = base("simulate --load", "Loads a hub with readings, and tells how fast and how late it acknowledges.")
    .addOption(new Option("--load", "load a hub in place of simulating a world").default(true, "given"))
    .option("--prefix <name>", "how the ids of its devices begin: two loads at once need two", readPrefix, "load")
    .option("--connections <count>", "devices, each with a connection of its own", readCount(1, 60_000), 100)
    .addOption(
      new Option("--rate <readings>", "readings a second, all together, or max: as fast as the hub takes them")
        .argParser(readRate)
        .default(10_000),
    )
    .option("--frame <readings>", "readings in a frame", readCount(1, 100_000), 10)
    .addOption(new Option("--form <form>", "how they are sent").choices(forms).default("rows"))
    .option("--metrics <count>", "metrics of each device", readCount(1, 1_000), 10)
    .option("--window <frames>", "most frames on their way on a connection", readCount(1, 1_024), 32);
  return read<LoadOptions>(command, args);
}

const more = (text: string, before: readonly string[] | undefined): readonly string[] => [
  ...(before ?? []),
  ...text.split(","),
];

/** As `readLoadOptions`. */
export function readDashboardsOptions(args: readonly string[]): Read<DashboardsOptions> {
  const command = base("load:dashboards", "Watches a hub as many dashboards do, and tells how late they see a reading.")
    .option("--viewers <count>", "dashboards, each with a connection of its own", readCount(1, 60_000), 100)
    .addOption(
      new Option("--devices <selectors>", "what they watch, * for any run; all where it is not given").argParser(more),
    )
    .addOption(new Option("--metrics <selectors>", "metrics of these; all where it is not given").argParser(more))
    .option("--interval <time>", "at most one update a series in so long (1s)", readDuration)
    .addOption(
      new Option("--probe-every <time>", "send a reading to be timed so often")
        .argParser(readProbeEvery)
        .default(100, "100ms"),
    );
  return read<DashboardsOptions>(command, args);
}
