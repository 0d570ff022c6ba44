/** `npm run simulate`: flags, signals, lines on the terminal, exit codes. 0: all acknowledged, 1: not all, or not let in, or a fault was not taken as it should be, 2: a flag was wrong, 70: this program has a fault. */
import { WebSocket } from "ws";
import { runFaults, startFaults } from "./faults/command.ts";
import { Fleet } from "./fleet.ts";
import { type LinkState, type Refused, systemPorts } from "./link.ts";
import { chosenSources, readOptions, type SimulatorOptions } from "./options.ts";
import type { Source } from "./profiles.ts";
import type { Self, SelfOptions } from "./self.ts";
import { endOnFault, lineEveryMs, openTerminal, stopOnSignals } from "./terminal.ts";
import { firstLine, lastLine, liveLine, pastLine, selfLine, turnedAway, unreachable } from "./words.ts";

/** How long the hub may take to decide what is on its way at the end, ms. */
const drainMs = 5_000;

/** And where none answers: it may be coming up, but hardly by now. */
const hopelessMs = 500;

/** Refusals told in full; the rest is counted. */
const rejectionsTold = 3;

/** `startSelf` starts what is run in place of a fleet. */
function run(options: SimulatorOptions, sources: readonly Source[], startSelf?: (options: SelfOptions) => Self): void {
  const { live, result: say, trouble: warn } = openTerminal(false);
  const ending = stopOnSignals();

  let reached = true;
  let refused = false;
  const onState = (device: string, state: LinkState): void => {
    if (state.state === "open" && !reached) {
      reached = true;
      warn("The hub answers.");
    }
    if (state.state === "waiting" && reached && fleet.totals.open === 0) {
      reached = false;
      warn(unreachable(options.url, state.reason));
    }
    if (state.state === "stopped" && !ending.signal.aborted) {
      // One token for all: the others would be refused as well, and after ten of them this whole machine.
      if (state.reason.startsWith("not_signed_in")) {
        refused = true;
        warn(turnedAway(options.url, options.token !== undefined));
        ending.end();
        return;
      }
      warn(`${device} stays away: ${state.reason.replace(/\.$/, "")}.`);
      if (fleet.totals.stopped === fleet.totals.links) ending.end();
    }
  };
  let rejections = 0;
  const onRejected = (device: string, refused: Refused): void => {
    rejections++;
    if (rejections <= rejectionsTold)
      warn(`Rejected: ${device} ${refused.metric}, ${refused.code}: ${refused.message}`);
  };

  if (!options.quiet) say(startSelf ? selfLine(options.url) : firstLine(sources, options));
  const { url, token, seed, rate, marketHours, history, duration } = options;
  const hub = { url, ...(token === undefined ? {} : { token }), WebSocket, onState, onRejected };
  const begunAt = performance.now();
  let pastIn = startSelf !== undefined || history === 0;
  const onPast = (): void => {
    if (pastIn || ending.signal.aborted) return;
    pastIn = true;
    if (!options.quiet) say(pastLine(fleet.totals.stored, performance.now() - begunAt));
    cancelEnd?.();
    if (duration !== undefined) cancelEnd = systemPorts.after(duration, ending.end);
  };
  const world = { sources, seed, rate, marketHours, historyMs: history, onPast };
  const fleet = startSelf ? startSelf(hub) : new Fleet({ ...hub, ...world });
  const faults = options.faults && startFaults({ ...options, faults: options.faults, say, warn });

  let lastStored = 0;
  const tell = (): void => {
    const totals = fleet.totals;
    live(liveLine(totals, ((totals.stored - lastStored) * 1_000) / lineEveryMs));
    lastStored = totals.stored;
  };
  const lines = options.quiet ? undefined : setInterval(tell, lineEveryMs);
  // The past comes first and takes its time, but none where no hub is there to take it.
  const endUnlessPast = (): void => {
    const { open, asleep } = fleet.totals;
    if (pastIn || open + asleep === 0) ending.end();
  };
  let cancelEnd = duration === undefined ? undefined : systemPorts.after(duration, endUnlessPast);

  void ending.ended.then(async () => {
    clearInterval(lines);
    cancelEnd?.();
    await fleet.drain(fleet.totals.open > 0 ? drainMs : hopelessMs);
    const totals = fleet.totals;
    fleet.close();
    faults?.stop();
    const asItShould = (await faults?.right) ?? true;
    say(lastLine(totals));
    process.exit(refused || !asItShould || totals.pending + totals.dropped + totals.rejected > 0 ? 1 : 0);
  });
}

endOnFault();
const args = process.argv.slice(2);
if (args.includes("--load")) {
  // Loaded where it is used, as all that is not the fleet.
  const { loadCommand } = await import("./load/command.ts");
  process.exit(await loadCommand(args, WebSocket));
}
if (args.some((arg) => /^--replay(=|$)/.test(arg))) {
  const { replayCommand } = await import("./replay/command.ts");
  process.exit(await replayCommand(args, WebSocket));
}
if (args.some((arg) => /^--record(=|$)/.test(arg))) {
  const { recordCommand } = await import("./record/command.ts");
  process.exit(await recordCommand(args, WebSocket));
}
const options = readOptions(args);
const sources = "exitCode" in options ? [] : chosenSources(options);
if ("exitCode" in options) process.exitCode = options.exitCode;
else if (options.self) {
  // Loaded where it is used: what asks the machine is larger than all else here.
  const { startSelf } = await import("./self.ts");
  run(options, [], startSelf);
} else if (sources.length === 0 && options.faults) {
  const { result: say, trouble: warn } = openTerminal(false);
  process.exit(await runFaults({ ...options, faults: options.faults, say, warn }, options.duration));
} else if (sources.length === 0) {
  process.stderr.write("error: nothing to simulate: give --devices or --tickers.\n");
  process.exitCode = 2;
} else run(options, sources);
