/** `npm run simulate -- --load`. Exit codes: 0 all connected and acknowledged, 1 not all, 2 a flag was wrong. */
import type { SocketConstructor } from "../link.ts";
import { openTerminal, stopOnSignals } from "../terminal.ts";
import { turnedAway } from "../words.ts";
import { runLoad } from "./load.ts";
import { readLoadOptions } from "./options.ts";
import { reportText } from "./report.ts";

/** Resolves to the exit code. */
export async function loadCommand(args: readonly string[], WebSocket: SocketConstructor): Promise<number> {
  const read = readLoadOptions(args);
  if ("exitCode" in read) return read.exitCode;
  const { options } = read;
  const terminal = openTerminal(options.json);
  try {
    const ports = { WebSocket, onLine: terminal.live, stopped: stopOnSignals().signal };
    const report = await runLoad(options, ports);
    terminal.result(options.json ? JSON.stringify(report) : reportText(report));
    const whole = report.connected === options.connections && report.endedEarly === undefined;
    return whole && report.acknowledged === report.sent && report.sent > 0 ? 0 : 1;
  } catch (error) {
    terminal.trouble(failureText(options, error));
    return 1;
  }
}

function failureText({ url, token }: { url: string; token?: string }, error: unknown): string {
  const reason = error instanceof Error ? error.message : String(error);
  if (/not_signed_in|token/.test(reason)) return turnedAway(url, token !== undefined);
  return `No hub answers at ${url} (${reason}): start one with npm start.`;
}
