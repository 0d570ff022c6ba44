/** The program: flags, signals, exit codes. What the hub is, is put together in `app.ts`. */
import { existsSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { dirname, extname, join } from "node:path";
import { type App, createApp } from "./app.ts";
import { type Config, isConfigError, needsSignIn, parseConfig } from "./config.ts";
import { type Companion, startCompanion } from "./main/companion.ts";
import { endAfterWriting } from "./main/end-after-writing.ts";
import { endAtOnce } from "./main/end-at-once.ts";
import { createLog, typedUrl } from "./main/log.ts";
import { stopOnSignal } from "./main/signals.ts";
import { explainStart } from "./main/start-failure.ts";
import { collectStartGarbage } from "./main/start-garbage.ts";
import { systemClock } from "./ports.ts";
import { holdRunning } from "./tools/setup/processes.mjs";

/** SIGTERM promises to be through within 10 s; what takes longer is cut off, which costs no acknowledged reading. */
const drainMs = 9_500;
/** Of it, what all of a stop may take, ms: the simulators beside the hub first, and then the hub with what is left. */
const stopMs = 8_000;

const here = import.meta.dirname;
/** `.js` in a build, `.ts` where the hub runs from its sources. */
const kind = extname(import.meta.filename);

// Who closes the other end of a pipe (`npm start | head -1`) must not end the hub with it.
process.stdout.on("error", () => {});
process.stderr.on("error", () => {});

const config = parseConfig(process.argv.slice(2), process.env);
if (isConfigError(config)) {
  (config.exitCode === 0 ? process.stdout : process.stderr).write(`${config.message}\n`);
  process.exit(config.exitCode);
}

const log = await createLog(config.log, (line) => process.stdout.write(line));
const running = holdRunning(projectRoot(), { build: dirname(here) });
process.on("exit", () => running.release());

function complain(message: string, error: unknown): void {
  const { stack, message: reason } = error instanceof Error ? error : new Error(String(error));
  log.error(message, { reason, stack });
}
function die(message: string, error: unknown): void {
  complain(message, error);
  endAfterWriting(1);
}
function onFatal(error: unknown): void {
  const ofStore = "the store can promise nothing any more and the hub ends";
  die(error === fault ? "the hub met a fault of its own and ends" : ofStore, error);
}
/** A stop that took too long, or that nobody waits for. */
function cutOff(): never {
  running.release();
  endAtOnce();
}
let app: App | undefined;
let fault: unknown;
process.on("uncaughtException", (error) => {
  fault = error;
  // While its last words go out it acknowledges nothing: what it was doing is half done.
  if (app) app.fail(error);
  else onFatal(error);
});

const ports = { clock: systemClock, log };
const isNew = !existsSync(config.data);
const starting = createApp(config, ports, {
  dashboardFolder: join(here, "..", "dashboard"),
  ...(kind === ".js" ? builtPrograms() : {}),
  onFatal,
});
const companions: Companion[] = [];

const onSignal = stopOnSignal(
  systemClock,
  () => {
    const startMs = systemClock.monotonic();
    systemClock.after(drainMs, () => {
      complain("stopping took too long", new Error(`not through after ${drainMs} ms`));
      cutOff();
    });
    starting
      .then(async (app) => {
        await Promise.all(companions.map((companion) => companion.stop()));
        await app.stop(stopMs - (systemClock.monotonic() - startMs));
      })
      .then(
        () => process.exit(0),
        (error: unknown) => {
          complain("the hub could not stop cleanly", error);
          cutOff();
        },
      );
  },
  cutOff,
);
process.on("SIGINT", onSignal);
process.on("SIGTERM", onSignal);
// What services are told to read their files anew by: without a certificate there are none. In a terminal it says that the
// terminal is gone, and ends the hub.
if (!process.stdin.isTTY) process.on("SIGHUP", () => app?.reload());

try {
  app = await starting;
  // Ready before the line that says "listening": who waits for that and stops the hub has the token, which is told only now.
  const tellReach = await reachOf(app, config);
  collectStartGarbage();
  running.listening(app.url);
  log.listening(app.url, config.data, app.budgetBytes);
  tellReach();
  if (config.demo) accompany("the demo's fleet", ["--demo", ...(isNew ? ["--history", "1d"] : [])], app);
  if (config.self) accompany("the watch on this computer", ["--self"], app);
} catch (error) {
  const sentence = explainStart(error, config);
  if (sentence === undefined) die("the hub could not start", error);
  else {
    process.stderr.write(`${sentence}\n`);
    process.exit(1);
  }
}

/** What runs in threads and processes of its own. */
function builtPrograms() {
  return {
    storeWorkerUrl: new URL("./store-worker.js", import.meta.url),
    parquetWorkerUrl: new URL("./parquet-worker.js", import.meta.url),
    storeVerifierUrl: new URL("./verifier.js", import.meta.url),
  };
}

/** Lets the simulator run beside the hub. */
function accompany(name: string, flags: readonly string[], { url, companionToken: token }: App): void {
  const script = join(here, "..", "simulator", `main${kind}`);
  companions.push(startCompanion({ name, script, flags, url, token }, ports));
}

/** What tells how others reach the hub, and how the first account is made. Beside the log and never in it: where the log is for machines, this goes to the other stream. */
async function reachOf({ url, certificateNames, newToken, setupCode }: App, settings: Config): Promise<() => void> {
  const { log, host, allowOrigin, basePath, setup: again } = settings;
  const stream = log === "json" ? process.stderr : process.stdout;
  const isOpenTo = needsSignIn(settings);
  if (!isOpenTo && setupCode === undefined) return () => {};
  // Loaded where it is used: drawing codes takes a while.
  const { lanText, reachUrls, setupText } = await import("./main/lan.ts");
  if (!isOpenTo) return () => stream.write(setupText(typedUrl(url), setupCode ?? "", again));
  const urls = reachUrls({ url, certificateNames, host, allowOrigin, basePath }, networkInterfaces());
  const text = lanText({ urls, token: newToken, setupCode, again, colours: stream.isTTY === true });
  return () => stream.write(text);
}

/** The folder of package.json: a build lies deeper than the sources. */
function projectRoot(): string {
  let folder = here;
  while (!existsSync(join(folder, "package.json")) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
}
