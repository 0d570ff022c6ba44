/** The command line of the simulator. */
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { nearestName } from "../server/protocol/index.ts";
import { type Fault, faults } from "./faults.ts";
import { allMarketHours, type MarketHours } from "./market/calendar.ts";
import { readCount, readDuration, readToken, readUrl } from "./option-values.ts";
import { demoSources, type Profile, profiles, type Source, sharedOut } from "./profiles.ts";

export interface SimulatorOptions {
  readonly url: string;
  /** The hub's, where it needs one. */
  readonly token?: string;
  /** Undefined: 10, and none where faults are all that is asked for. */
  readonly devices?: number;
  /** Undefined: greenhouses. */
  readonly profile?: readonly Profile[];
  /** Undefined: 5 where no profile was chosen, else 0. */
  readonly tickers?: number;
  /** What goes wrong on purpose, beside the devices or alone. */
  readonly faults?: readonly Fault[];
  readonly marketHours: MarketHours;
  /** The mix of the hub's `--demo` in place of all these. */
  readonly demo: boolean;
  /** This computer in place of all these. */
  readonly self: boolean;
  readonly seed: string;
  readonly rate: number;
  /** ms; undefined: until it is stopped. */
  readonly duration?: number;
  /** ms. */
  readonly history: number;
  readonly quiet: boolean;
}

/** Takes `a,b` and adds to what an earlier `--profile` named. */
function readProfiles(text: string, before: readonly Profile[] | undefined): readonly Profile[] {
  return readNames("profile", text, profiles, before);
}

/** The same for `--faults`, and `all`. */
function readFaults(text: string, before: readonly Fault[] | undefined): readonly Fault[] {
  return text.trim() === "all" ? faults : readNames("fault", text, faults, before);
}

/** Those of `all` that are named in `a,b`, after those `before`. */
function readNames<One extends { readonly name: string }>(
  noun: string,
  text: string,
  all: readonly One[],
  before: readonly One[] = [],
): readonly One[] {
  const names = all.map(({ name }) => name);
  const chosen = new Set(before);
  for (const name of text.split(",").map((part) => part.trim())) {
    const found = all.find((one) => one.name === name);
    if (!found) throw new InvalidArgumentError(unknownName(noun, name, names));
    chosen.add(found);
  }
  return [...chosen];
}

function unknownName(noun: string, name: string, names: readonly string[]): string {
  const near = nearestName(name, names);
  const meant = near === undefined ? "" : ` Did you mean ${near}?`;
  return `There is no ${noun} '${name}'.${meant} Expected one or more of ${names.join(", ")}.`;
}

function readHours(text: string): MarketHours {
  const hours = allMarketHours.find(({ name }) => name === text);
  if (hours) return hours;
  throw new InvalidArgumentError(`Expected ${allMarketHours.map(({ name }) => name).join(" or ")}.`);
}

function readRate(text: string): number {
  const rate = Number(text);
  if (text.trim() !== "" && rate >= 0.001 && rate <= 1_000) return rate;
  throw new InvalidArgumentError("Expected a number from 0.001 to 1000.");
}

const otherCommands = `
In place of these, each with a --help of its own:
  --replay <file>     play recorded data, CSV or NDJSON, as real devices
  --record <file>     write what the hub receives into a file
  --load              load the hub, and tell how late it acknowledges`;

function command(): Command {
  return new Command("simulate")
    .description(
      "Sends a hub the readings of simulated devices and share prices. The same seed gives the same readings.",
    )
    .option("--url <address>", "where the hub takes devices", readUrl, "ws://localhost:8080/ws")
    .addOption(
      new Option("--token <token>", "the hub's, where it was started with --lan").env("HUB_TOKEN").argParser(readToken),
    )
    .addOption(
      new Option("--devices <count>", "devices, shared out over the profiles (default: 10, with --faults 0)").argParser(
        readCount(0, 100_000),
      ),
    )
    .addOption(
      new Option(
        "--profile <names>",
        `what they are, one or more of ${profiles.map(({ name }) => name).join(", ")} (default: greenhouse)`,
      ).argParser(readProfiles),
    )
    .addOption(
      new Option("--tickers <count>", "shares beside the devices (default: 5, with --profile or --faults 0)").argParser(
        readCount(0, 100_000),
      ),
    )
    .addOption(
      new Option(
        "--market-hours <name>",
        `when shares are traded: ${allMarketHours.map(({ name, help }) => `${name} (${help})`).join(" or ")}`,
      )
        .argParser(readHours)
        .default(allMarketHours[0], allMarketHours[0].name),
    )
    .addOption(
      new Option("--demo", "the mix that npm start -- --demo shows, a few of each profile")
        .default(false)
        .conflicts(["devices", "profile", "tickers"]),
    )
    .addOption(
      new Option(
        "--faults <names>",
        `break things on purpose and tell what the hub makes of it: all, or some of ${faults.map(({ name }) => name).join(", ")}`,
      ).argParser(readFaults),
    )
    .addOption(
      new Option("--self", "this computer itself, its real figures; simulates nothing")
        .default(false)
        .conflicts(["devices", "profile", "tickers", "demo", "faults", "seed", "rate", "history"]),
    )
    .option("--seed <text>", "fixes every value and its time", "1")
    .option("--rate <factor>", "times as many reports as usual", readRate, 1)
    .option("--duration <time>", "stop by itself after so long (30s, 5m, 1h)", readDuration)
    .option(
      "--history <time>",
      "fill in so much of the past first; beyond the last hour it is thinned",
      readDuration,
      0,
    )
    .option("--quiet", "tell troubles and the totals only", false)
    .helpOption("--help", "show this help")
    .addHelpText("after", otherCommands)
    .exitOverride()
    .allowExcessArguments(false);
}

/** Reads the arguments after the program's name. Gives the exit code where there is nothing to simulate: commander has said why. */
export function readOptions(args: readonly string[]): SimulatorOptions | { readonly exitCode: number } {
  try {
    return command()
      .parse([...args], { from: "user" })
      .opts<SimulatorOptions>();
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return { exitCode: error.exitCode === 0 ? 0 : 2 };
  }
}

/** The devices that the options ask for. Faults bring their own: others are beside them only where they are asked for. */
export function chosenSources({ devices, profile, tickers, demo, faults }: SimulatorOptions): Source[] {
  if (demo) return demoSources();
  const usual = faults === undefined && profile === undefined;
  const count = devices ?? (faults === undefined || profile !== undefined ? 10 : 0);
  return sharedOut(count, profile ?? profiles.slice(0, 1), tickers ?? (usual ? 5 : 0));
}
