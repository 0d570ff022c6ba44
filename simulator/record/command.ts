/** `npm run simulate -- --record FILE`. Exit codes: 0 everything is recorded, 1 there may be holes, 2 a flag or the file's name was wrong. */
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import type { SocketConstructor } from "../link.ts";
import { readDuration, readToken, readUrl } from "../option-values.ts";
import { hubWords } from "../replay/hub-words.ts";
import { lineEveryMs, openTerminal, stopOnSignals, type Terminal } from "../terminal.ts";
import { RecordFile } from "./file.ts";
import { formatOf, heads, lineOf } from "./lines.ts";
import { Recorder } from "./recorder.ts";

interface RecordOptions {
  /** Path of the file. */
  readonly record: string;
  readonly url: string;
  readonly token?: string;
  /** ms; undefined: until it is stopped. */
  readonly duration?: number;
  readonly quiet: boolean;
}

/** Holes told in full; the rest is counted. */
const holesTold = 5;

const number = new Intl.NumberFormat("en-US");

function readPath(text: string): string {
  if (formatOf(text)) return text;
  throw new InvalidArgumentError("Expected a name that ends with .csv or .ndjson.");
}

function readOptions(args: readonly string[]): RecordOptions | { readonly exitCode: number } {
  const command = new Command("simulate --record")
    .description("Writes what a hub receives into a file, to be played again by --replay.")
    .requiredOption("--record <file>", "a new file, .csv or .ndjson", readPath)
    .option("--url <address>", "where the hub takes sockets", readUrl, "ws://localhost:8080/ws")
    .addOption(
      new Option("--token <token>", "the hub's, where it was started with --lan").env("HUB_TOKEN").argParser(readToken),
    )
    .option("--duration <time>", "stop by itself after so long (30s, 5m, 1h)", readDuration)
    .option("--quiet", "tell troubles and the totals only", false)
    .helpOption("--help", "show this help")
    .exitOverride()
    .allowExcessArguments(false);
  try {
    // A flag that takes a file would take the word for its name.
    const asked = args.includes("--help") ? ["--help"] : args;
    return command.parse([...asked], { from: "user" }).opts<RecordOptions>();
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return { exitCode: error.exitCode === 0 ? 0 : 2 };
  }
}

/** Resolves to the exit code. */
export async function recordCommand(args: readonly string[], WebSocket: SocketConstructor): Promise<number> {
  const options = readOptions(args);
  if ("exitCode" in options) return options.exitCode;
  const terminal = openTerminal(false);
  const { record: path } = options;
  const format = formatOf(path) ?? "csv";
  try {
    const file = await RecordFile.create(path, heads[format]);
    return await record(options, file, terminal, WebSocket);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    terminal.trouble(
      code === "EEXIST"
        ? `error: ${path} is there already, and is left as it is: give another name.`
        : `error: ${message}.`,
    );
    return 2;
  }
}

async function record(
  options: RecordOptions,
  file: RecordFile,
  terminal: Terminal,
  WebSocket: SocketConstructor,
): Promise<number> {
  const { record: path, url, token, duration, quiet } = options;
  const format = formatOf(path) ?? "csv";
  const hub = { url, ...(token === undefined ? {} : { token }) };
  let holes = 0;
  let failed = false;
  const { ended, end } = stopOnSignals(duration);
  const onStopped = () => {
    failed = true;
    end();
  };
  const tellState = hubWords({ ...hub, warn: terminal.trouble, onStopped });
  if (!quiet) terminal.result(`Recording what ${url} receives into ${path}. Ctrl-C stops.`);
  const recorder = new Recorder({
    ...hub,
    WebSocket,
    onReading: (device, metric, time, value) => {
      file.write(lineOf({ time, device, metric, value }, format));
      if (file.failed) onStopped();
    },
    onState: (state) => tellState("The recorder", state, false),
    onHole: (sentence) => {
      if (++holes <= holesTold) terminal.trouble(sentence);
    },
  });
  let before = 0;
  const tell = (): void => {
    const { readings } = recorder.totals;
    const perSecond = Math.round(((readings - before) * 1_000) / lineEveryMs);
    before = readings;
    terminal.live(`${number.format(readings)} recorded · ${number.format(perSecond)}/s`);
  };
  const lines = quiet ? undefined : setInterval(tell, lineEveryMs);
  await ended;
  const away = !recorder.listening && !failed;
  clearInterval(lines);
  recorder.close();
  await file.close();
  if (away) terminal.trouble("The hub was away in the end: what it took since then is not recorded.");
  if (file.failed) terminal.trouble(`Nothing more could be written to ${path}: ${file.failed.message}.`);
  const { readings, filled } = recorder.totals;
  const asked = filled > 0 ? `, ${number.format(filled)} of them asked for after a cut` : "";
  const missing = holes > holesTold ? ` ${number.format(holes - holesTold)} more such holes.` : "";
  terminal.result(
    `${number.format(readings)} reading${readings === 1 ? "" : "s"} recorded in ${path}${asked}.${missing}`,
  );
  return failed || away || file.failed || holes > 0 ? 1 : 0;
}
