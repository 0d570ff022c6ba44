/** The command line of the simulator. */
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { parseDuration } from "../server/protocol/index.ts";

export interface SimulatorOptions {
  readonly url: string;
  /** The hub's, where it needs one. */
  readonly token?: string;
  readonly devices: number;
  readonly tickers: number;
  readonly seed: string;
  readonly rate: number;
  /** ms; undefined: until it is stopped. */
  readonly duration?: number;
  /** ms. */
  readonly history: number;
  readonly quiet: boolean;
}

/** Also takes the address of the hub's page, which is what people have at hand. */
function readUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^(ws|http)s?:$/.test(url.protocol)) {
    url.protocol = url.protocol.replace("http", "ws");
    if (url.pathname === "/") url.pathname = "/ws";
    return url.href;
  }
  throw new InvalidArgumentError("Expected a WebSocket address such as ws://localhost:8080/ws.");
}

function readToken(text: string): string {
  const token = text.trim();
  if (token !== "") return token;
  throw new InvalidArgumentError("Expected the token that the hub printed.");
}

function readCount(text: string): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && count <= 100_000) return count;
  throw new InvalidArgumentError("Expected a whole number from 0 to 100000.");
}

function readRate(text: string): number {
  const rate = Number(text);
  if (text.trim() !== "" && rate >= 0.001 && rate <= 1_000) return rate;
  throw new InvalidArgumentError("Expected a number from 0.001 to 1000.");
}

function readDuration(text: string): number {
  const durationMs = parseDuration(text);
  if (durationMs !== undefined) return durationMs;
  throw new InvalidArgumentError("Expected a duration such as 30s, 5m, 1h or 30d.");
}

function command(): Command {
  return new Command("simulate")
    .description(
      "Sends a hub the readings of simulated greenhouses and share prices. The same seed gives the same readings.",
    )
    .option("--url <address>", "where the hub takes devices", readUrl, "ws://localhost:8080/ws")
    .addOption(
      new Option("--token <token>", "the hub's, where it was started with --lan").env("HUB_TOKEN").argParser(readToken),
    )
    .option("--devices <count>", "greenhouses", readCount, 10)
    .option("--tickers <count>", "shares", readCount, 5)
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
