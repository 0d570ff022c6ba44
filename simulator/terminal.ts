/** Lines on a terminal, of which the last one may be written over, and the wish for an end. */

/** One stop may arrive twice (npm passes Ctrl-C on to a child that got it from the terminal already): a second one counts after this, ms. */
const repeatMs = 1_000;

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

/** Ends the program at the second signal; the first one only asks. */
export function stopOnSignals(): AbortSignal {
  const controller = new AbortController();
  let stoppedAt: number | undefined;
  const stop = (): void => {
    if (stoppedAt !== undefined && performance.now() - stoppedAt > repeatMs) process.exit(1);
    stoppedAt ??= performance.now();
    controller.abort();
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  return controller.signal;
}
