/** The command line of `npm run import`. */
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { batchRowsUsual, type ImportOptions } from "./import.ts";
import { isDevice } from "./layout.ts";
import { timeUnits } from "./times.ts";

export interface CommandOptions extends ImportOptions {
  /** Path as it was given. */
  readonly file: string;
  readonly url: string;
  readonly token?: string;
  readonly quiet: boolean;
}

/** Also takes the address of the hub's page or of its socket, which people have at hand. */
function readUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^(ws|http)s?:$/.test(url.protocol))
    return `${url.protocol.replace("ws", "http")}//${url.host}${url.pathname.replace(/\/(?:ws)?$/, "")}`;
  throw new InvalidArgumentError("Expected the address of a hub such as http://localhost:8080.");
}

function readDevice(text: string): string {
  const device = text.normalize("NFC");
  if (isDevice(device)) return device;
  throw new InvalidArgumentError("Expected 1–128 letters, digits, _ . : - and / between non-empty parts.");
}

function readBatch(text: string): number {
  if (/^\d{1,6}$/.test(text) && Number(text) >= 1) return Number(text);
  throw new InvalidArgumentError("Expected a whole number from 1 to 999999.");
}

const after = `
CSV has a header. Wide: a column of times, others are metrics. Long: columns time, metric, value, and perhaps device,
as the hub's own exports have them. NDJSON is the same, an object a line. Cells may be parted by , ; | or tabs.
Times are ISO 8601 (without a zone: UTC), or numbers since 1970, before it too; other forms of dates are read by
npm run simulate -- --replay FILE. Rows need no order.

Rows that cannot be taken are left out and listed in FILE.import-refused.csv with line and reason.
FILE.import.json remembers how far it came: the same command goes on there. Nothing is stored twice.

Exit codes: 0 everything is stored, 1 not everything, 2 a flag was wrong, 70 this program has a fault.`;

function command(): Command {
  return new Command("npm run import --")
    .description("Brings a file of readings, of any size, into a running hub.")
    .argument("<file>", "CSV or NDJSON")
    .option("--url <address>", "where the hub is", readUrl, "http://localhost:8080")
    .addOption(new Option("--token <token>", "the hub's, where it was started with --lan").env("HUB_TOKEN"))
    .option(
      "--device <name>",
      "one device for the whole file; default: a column of the file, or the file's name",
      readDevice,
    )
    .option("--time-column <name>", "default: found by its name")
    .option("--device-column <name>", "default: found by its name")
    .option("--metric-column <name>", "long form; default: found by its name")
    .option("--value-column <name>", "long form, or the only metric of a wide one; default: found by its name")
    .addOption(
      new Option("--unit <unit>", "what numbers count that are times (default: found by their size)").choices(
        timeUnits,
      ),
    )
    .addOption(new Option("--decimal <sign>", "which sign numbers have").choices(["point", "comma"]).default("point"))
    .option(
      "--batch-rows <n>",
      "most readings of a request; not above the hub's --limit-readings-per-frame",
      readBatch,
      batchRowsUsual,
    )
    .option("--again", "send everything anew, although it was sent before", false)
    .option("--quiet", "tell troubles and the result only", false)
    .helpOption("--help", "show this help")
    .addHelpText("after", after)
    .showHelpAfterError("See npm run import -- --help.")
    .exitOverride()
    .allowExcessArguments(false);
}

/** Reads the arguments after the program's name. Gives the exit code where there is nothing to do: commander has said why. */
export function readImportOptions(args: readonly string[]): CommandOptions | { readonly exitCode: number } {
  const program = command();
  try {
    program.parse([...args], { from: "user" });
    return { ...program.opts<CommandOptions>(), file: program.args[0] as string };
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return { exitCode: error.exitCode === 0 ? 0 : 2 };
  }
}
