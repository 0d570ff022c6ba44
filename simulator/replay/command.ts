/** `npm run simulate -- --replay FILE`. Exit codes: 0 all acknowledged, 1 not all, or the file cannot be played, 2 a flag was wrong. */
import type { SocketConstructor } from "../link.ts";
import { lineEveryMs, openTerminal, stopOnSignals, type Terminal } from "../terminal.ts";
import { lastLine, liveLine } from "../words.ts";
import type { Layout } from "./columns.ts";
import { hubWords } from "./hub-words.ts";
import { type ReplayOptions, readReplayOptions } from "./options.ts";
import { checkPace, Player } from "./player.ts";
import { type Contents, Recording } from "./recording.ts";
import { WrongFile } from "./row.ts";

/** How long the hub may take to decide what is on its way at the end, ms; less where none answers. */
const drainMs = { open: 5_000, hopeless: 500 } as const;

/** Times of readings may be so far ahead of this machine's clock, ms: the hub refuses others. */
const aheadMs = 5 * 60_000;

/** Refusals told in full; the rest is counted. */
const rejectionsTold = 3;

const number = new Intl.NumberFormat("en-US");

/** Resolves to the exit code. */
export async function replayCommand(args: readonly string[], WebSocket: SocketConstructor): Promise<number> {
  const options = readReplayOptions(args);
  if ("exitCode" in options) return options.exitCode;
  const terminal = openTerminal(false);
  const { replay: path, shiftToNow } = options;
  try {
    if (!options.quiet) terminal.live(`Reading ${path} …`);
    const until = shiftToNow ? {} : { until: Date.now() + aheadMs };
    const recording = await Recording.open(path, { ...options, ...until });
    checkPace(options, recording);
    if (!options.quiet) terminal.result(firstLine(path, recording, options));
    const { setBack } = recording.contents;
    if (setBack !== undefined) terminal.trouble(setBackSentence(setBack));
    return await play(recording, options, terminal, WebSocket);
  } catch (error) {
    if (!(error instanceof WrongFile)) throw error;
    terminal.trouble(`${path}: ${error.message}`);
    return 1;
  }
}

async function play(
  recording: Recording,
  options: ReplayOptions,
  terminal: Terminal,
  WebSocket: SocketConstructor,
): Promise<number> {
  const { url, token, speed, loop, shiftToNow, duration, quiet } = options;
  const hub = { url, ...(token === undefined ? {} : { token }) };
  let rejections = 0;
  let failed = false;
  const { ended, end } = stopOnSignals(duration);
  const onStopped = () => {
    failed = true;
    end();
  };
  const tellState = hubWords({ ...hub, warn: terminal.trouble, onStopped });
  const player = new Player(recording, {
    ...hub,
    WebSocket,
    speed,
    loop,
    shiftToNow,
    onState: (device, state) => tellState(device, state, player.totals.open > 0),
    onRejected: (device, { metric, value, code, message }) => {
      if (++rejections <= rejectionsTold)
        terminal.trouble(`Rejected: ${device} ${metric} ${value}, ${code}: ${message}`);
    },
    onEnd: (trouble) => {
      if (trouble) terminal.trouble(`The file could not be read to its end: ${trouble.message}`);
      failed ||= trouble !== undefined;
      end();
    },
  });
  let stored = 0;
  const tell = (): void => {
    const totals = player.totals;
    terminal.live(liveLine(totals, ((totals.stored - stored) * 1_000) / lineEveryMs));
    stored = totals.stored;
  };
  const lines = quiet ? undefined : setInterval(tell, lineEveryMs);
  await ended;
  clearInterval(lines);
  await player.drain(player.totals.open > 0 ? drainMs.open : drainMs.hopeless);
  const { totals } = player;
  player.close();
  terminal.result(lastLine(totals));
  return failed || totals.pending + totals.dropped + totals.rejected > 0 ? 1 : 0;
}

function setBackSentence(line: number): string {
  return `Line ${line}: the times go back here. Where two rows of a device have one time, the later row takes the other's place: so it is with the hour that a clock is set back in autumn, unless times have a zone.`;
}

/** What was found in the file, so that a wrong guess is seen at once. */
function firstLine(
  path: string,
  { contents, plan }: Recording,
  { url, speed, loop, shiftToNow }: ReplayOptions,
): string {
  const { layout, header, dateFormat } = plan;
  const named = (place: number) => `"${header[place]}"`;
  const ways = [
    ...(speed === "max" ? [] : [`at ${number.format(speed)} × its speed`]),
    ...(shiftToNow ? ["shifted to now"] : []),
    ...(loop ? ["in a loop"] : []),
  ];
  const times = `times (${dateFormat}) from ${timeColumns(layout).map(named).join(" and ")}`;
  const devices = layout.device === undefined ? "" : `, devices from ${named(layout.device)}`;
  const long = layout.long ? `, metrics from ${named(layout.long.metric)}` : "";
  return `Playing ${path}${ways.length > 0 ? `, ${ways.join(", ")}` : ""}, for ${url}. Ctrl-C stops.\n${amounts(contents)}; ${times}${devices}${long}.`;
}

function timeColumns({ time, clock, calendar = [] }: Layout): readonly number[] {
  return [time, ...calendar, ...(clock === undefined ? [] : [clock])];
}

function amounts({ rows, readings, devices, wrong, firstTime, lastTime }: Contents): string {
  const many = (amount: number, noun: string) => `${number.format(amount)} ${noun}${amount === 1 ? "" : "s"}`;
  const left = wrong === 0 ? "" : ` (${many(wrong, "wrong row")} left out)`;
  const span = `${new Date(firstTime).toISOString()} to ${new Date(lastTime).toISOString()}`;
  return `${many(rows, "row")}${left}, ${many(readings, "reading")} of ${many(devices, "device")}, ${span}`;
}
