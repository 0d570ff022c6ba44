/** `npm run import -- FILE`: flags, signals, lines, exit codes. What an import is, is in `import.ts`. */
import { resolve } from "node:path";
import { HubDoor, NoHub } from "./hub-door.ts";
import { type ImportState, importFile } from "./import.ts";
import { type CommandOptions, readImportOptions } from "./options.ts";
import { Lines, many, progressLine } from "./progress.ts";
import { type Trouble, WrongFile } from "./troubles.ts";

/** Refused rows told in full; the list beside the file has all. */
const troublesTold = 5;

/** Ctrl-C arrives twice through npm: a second one counts after this, ms. */
const repeatMs = 1_000;

const faultExitCode = 70;

process.on("uncaughtException", ({ stack }) => {
  process.stderr.write(`${stack}\n`);
  process.exit(faultExitCode);
});

const options = readImportOptions(process.argv.slice(2));
process.exitCode = "exitCode" in options ? options.exitCode : await run(options);

async function run(options: CommandOptions): Promise<number> {
  const { file, url, token, quiet } = options;
  const lines = new Lines(quiet);
  const ending = stopOnSignals();
  const onHubTrouble = (why: string | undefined) =>
    lines.trouble(
      why === undefined
        ? "The hub answers."
        : `The hub takes nothing for now (${why}); it is asked again. Ctrl-C stops.`,
    );
  const hub = new HubDoor({ url, token, signal: ending, onTrouble: onHubTrouble });
  // npm runs scripts in the folder of package.json.
  const path = resolve(process.env.INIT_CWD ?? ".", file);
  const startedMs = performance.now();
  const elapsedMs = () => performance.now() - startedMs;
  let told = 0;
  try {
    const ages = await hub.ages();
    if (ages.length > 0)
      lines.trouble(
        `The hub keeps readings for so long: ${ages.join("; ")}. What is imported is judged by its own time, and what is older goes soon after it came, down to its hours or whole: see the page Storage.`,
      );
    const state = await importFile(path, hub, options, ending, {
      onFound(words, { byte, sizeBytes, done }, goesOn) {
        if (done) return;
        const where = goesOn
          ? `goes on at ${Math.floor((byte / sizeBytes) * 100)} %`
          : `${(sizeBytes / 1e6).toFixed(1)} MB`;
        lines.say(`Importing ${path} (${where}) into ${url}: ${words}. Ctrl-C stops, and the same command goes on.`);
      },
      onProgress: (state) => lines.live(() => progressLine(state, elapsedMs())),
      onTrouble(trouble) {
        if (++told <= troublesTold) lines.trouble(troubleText(trouble));
      },
      onOtherEncoding: () =>
        lines.trouble("The file is no UTF-8: it is read as Windows-1252, as old spreadsheets write."),
    });
    lines.result(resultText(state, path, elapsedMs()));
    return state.done && state.refused === 0 ? 0 : 1;
  } catch (error) {
    if (!(error instanceof WrongFile) && !(error instanceof NoHub)) throw error;
    lines.trouble(error instanceof WrongFile ? `${path}: ${error.message}` : error.message);
    return 1;
  }
}

/** Aborted by the first signal; the second leaves no more time, which costs nothing that is stored. */
function stopOnSignals(): AbortSignal {
  const controller = new AbortController();
  let firstMs: number | undefined;
  const onSignal = () => {
    if (firstMs !== undefined && performance.now() - firstMs > repeatMs) process.exit(1);
    firstMs ??= performance.now();
    controller.abort();
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  return controller.signal;
}

function troubleText({ line, column, problem }: Trouble): string {
  return `Line ${line}${column === "" ? "" : `, column "${column}"`}: ${problem}.`;
}

function resultText(state: ImportState, path: string, elapsedMs: number): string {
  const { done, rows, stored, before, refused, byte, fromByte, sizeBytes } = state;
  const left = refused === 0 ? "" : ` ${many(refused, "refusal")}, listed in ${path}.import-refused.csv.`;
  if (done && fromByte >= sizeBytes)
    return `This file is in the hub already: ${many(stored, "reading")}.${left} With --again everything is sent anew.`;
  const rate = Math.round(((stored - before) / Math.max(1, elapsedMs)) * 1_000);
  const amounts = `${many(rows, "row")}, ${many(stored, "reading")} stored, ${many(rate, "reading")}/s.${left}`;
  if (done) return `Done: ${amounts}`;
  return `Stopped at ${Math.floor((byte / sizeBytes) * 100)} %: ${amounts} The same command goes on from there.`;
}
