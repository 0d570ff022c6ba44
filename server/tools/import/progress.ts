/** How an import is told, on a terminal and in a log. */
import type { ImportState } from "./import.ts";

const number = new Intl.NumberFormat("en-US");

export function many(amount: number, noun: string): string {
  return `${number.format(amount)} ${noun}${amount === 1 ? "" : "s"}`;
}

/** The time that is left is told once so much of the file is behind this run, bytes. */
const toldFromBytes = 4 * 1024 * 1024;

/** `elapsedMs` of this run. */
export function progressLine(state: ImportState, elapsedMs: number): string {
  const { byte, fromByte, sizeBytes, rows, stored, before, refused } = state;
  const share = `${Math.floor((byte / sizeBytes) * 100)} %`.padStart(5);
  const rate = elapsedMs > 0 ? ((stored - before) / elapsedMs) * 1_000 : 0;
  const leftMs = byte - fromByte >= toldFromBytes ? (elapsedMs / (byte - fromByte)) * (sizeBytes - byte) : undefined;
  return [
    share,
    many(rows, "row"),
    `${number.format(Math.round(rate))} readings/s`,
    ...(refused > 0 ? [`${number.format(refused)} refused`] : []),
    ...(leftMs === undefined ? [] : [`${spanText(leftMs)} left`]),
  ].join(" · ");
}

function spanText(ms: number): string {
  const seconds = Math.ceil(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return `${Math.round(seconds / 60)} min`;
  return `${Math.floor(seconds / 3_600)} h ${Math.round((seconds % 3_600) / 60)} min`;
}

/** A line that the next one takes the place of, where people watch. */
export class Lines {
  readonly #over = process.stdout.isTTY === true;
  readonly #quiet: boolean;
  #nextAtMs = 0;

  constructor(quiet: boolean) {
    this.#quiet = quiet;
  }

  live(text: () => string): void {
    const nowMs = performance.now();
    if (this.#quiet || nowMs < this.#nextAtMs) return;
    this.#nextAtMs = nowMs + (this.#over ? 250 : 5_000);
    this.#clear();
    process.stdout.write(this.#over ? text() : `${text()}\n`);
  }

  say(text: string): void {
    if (this.#quiet) return;
    this.result(text);
  }

  result(text: string): void {
    this.#clear();
    process.stdout.write(`${text}\n`);
  }

  trouble(text: string): void {
    this.#clear();
    process.stderr.write(`${text}\n`);
  }

  #clear(): void {
    if (this.#over) process.stdout.write("\r\x1b[K");
  }
}
