/** Lines on a terminal, of which the last one may be written over, and the wish for an end. */
import { systemPorts } from "./link.ts";

/** One stop may arrive twice (npm passes Ctrl-C on to a child that got it from the terminal already): a second one counts after this, ms. */
const repeatMs = 1_000;

/** A live line is told so often, ms: where it is written to a file, seldom. */
export const lineEveryMs = process.stdout.isTTY ? 1_000 : 5_000;

/** With this ends a program that meets a fault of its own; its other exit codes say how its work went. */
export const faultExitCode = 70;

export interface Terminal {
  /** A line that the next one takes the place of, where people watch. */
  live(line: string): void;
  /** The result, which may be piped on. */
  result(text: string): void;
  trouble(line: string): void;
}

/** With `apart` all but the result goes to the other stream. */
export function openTerminal(apart: boolean): Terminal {
  const lines = apart ? process.stderr : process.stdout;
  const over = lines.isTTY === true;
  const clear = (): void => {
    if (over) lines.write("\r\x1b[K");
  };
  return {
    live(line) {
      clear();
      lines.write(over ? line : `${line}\n`);
    },
    result(text) {
      clear();
      process.stdout.write(`${text}\n`);
    },
    trouble(line) {
      clear();
      process.stderr.write(`${line}\n`);
    },
  };
}

/** Lets a fault of this program end it, told in full. */
export function endOnFault(): void {
  process.on("uncaughtException", ({ stack }) => {
    process.stderr.write(`${stack}\n`);
    process.exit(faultExitCode);
  });
}

/** Until when a program runs. */
export interface Ending {
  /** Aborted once it is to end. */
  readonly signal: AbortSignal;
  /** Resolves then. */
  readonly ended: Promise<void>;
  /** It has come to its own end. */
  end(): void;
}

/** A program is to end with a signal, with the program that has started it, and after `durationMs`. The second signal leaves it no more time. */
export function stopOnSignals(durationMs?: number): Ending {
  const controller = new AbortController();
  const { signal } = controller;
  const end = (): void => controller.abort();
  const cancelEnd = durationMs === undefined ? undefined : systemPorts.after(durationMs, end);
  let endedAt: number | undefined;
  const ended = new Promise<void>((resolve) => {
    signal.addEventListener("abort", () => {
      endedAt = performance.now();
      cancelEnd?.();
      resolve();
    });
  });
  const onSignal = (): void => {
    if (endedAt !== undefined && performance.now() - endedAt > repeatMs) process.exit(1);
    end();
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  process.on("disconnect", onSignal);
  // It may have gone before this program got here; whoever asks for the ending has yet to listen.
  if (process.connected === false) queueMicrotask(end);
  return { signal, ended, end };
}
