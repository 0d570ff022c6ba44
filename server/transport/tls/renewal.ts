/** Watches the files of the hub's certificate, takes a renewed pair, and says in time when one runs out. */
import { statSync } from "node:fs";
import { ToldTrouble } from "../../hub/storage/told-trouble.ts";
import type { Clock, Log, Timer } from "../../ports.ts";
import { type Pair, PairError, type PairFiles, readPair } from "./pair.ts";

export interface RenewalDeps {
  readonly files: PairFiles;
  /** What the server began with. */
  readonly pair: Pair;
  /** Gives the server another one; connections that are open keep theirs. */
  readonly use: (pair: Pair) => void;
  readonly clock: Clock;
  readonly log: Log;
  /** What the hub says of itself in `/health`, one sentence each. */
  readonly troubles: string[];
}

const periodMs = 60_000;
const dayMs = 86_400_000;
/** Who renews does so with a third of the time left, such as certbot; with less than this of it left that was forgotten, or fails. */
const lateShare = 1 / 6;

export class Renewal {
  readonly #deps: RenewalDeps;
  readonly #timer: Timer;
  readonly #fileTrouble: ToldTrouble;
  readonly #dateTrouble: ToldTrouble;
  #pair: Pair;
  #seen: string;
  #failing: string | undefined;
  #warned: Pair | undefined;

  /** Looks once a minute until `stop`: a link that is set to another file is no event of the file system that all systems tell. */
  constructor(deps: RenewalDeps) {
    this.#deps = deps;
    this.#pair = deps.pair;
    this.#seen = stateOf(deps.files);
    this.#fileTrouble = new ToldTrouble(deps.troubles);
    this.#dateTrouble = new ToldTrouble(deps.troubles);
    this.#timer = deps.clock.every(periodMs, () => this.#look());
    if (deps.pair.keyIsOpen)
      deps.log.warn("everybody on this machine may read the hub's private key: chmod o-r takes that away", {
        file: deps.files.tlsKey,
      });
    this.#date();
  }

  /** The pair in use. */
  get pair(): Pair {
    return this.#pair;
  }

  /** Reads both files now, changed or not. */
  reload(): void {
    this.#read();
    this.#date();
  }

  stop(): void {
    this.#timer.cancel();
  }

  #look(): void {
    // What cannot be used is tried again: a right to read a file may come without a change of the file.
    if (this.#failing !== undefined || stateOf(this.#deps.files) !== this.#seen) this.#read();
    this.#date();
  }

  #read(): void {
    const { files, use, log } = this.#deps;
    // Before the files are read: what changes meanwhile is found the next time.
    this.#seen = stateOf(files);
    let pair: Pair;
    try {
      pair = readPair(files);
    } catch (error) {
      const reason = error instanceof PairError ? error.message : String(error);
      this.#fileTrouble.tell(`The new certificate cannot be used, and the one of before stays. ${reason}`);
      if (reason !== this.#failing)
        log.error("the new certificate cannot be used; the one of before stays", { reason });
      this.#failing = reason;
      return;
    }
    this.#failing = undefined;
    this.#fileTrouble.tell(undefined);
    const { cert, key } = this.#pair;
    if (pair.cert === cert && pair.key === key) return;
    use(pair);
    this.#pair = pair;
    log.info("the hub uses a new certificate from now on", { names: pair.names, until: dateOf(pair.untilMs) });
  }

  /** One line and one sentence at each change. */
  #date(): void {
    const { clock, log } = this.#deps;
    const { fromMs, untilMs } = this.#pair;
    const now = clock.now();
    const sentence =
      now >= untilMs
        ? `The hub's certificate ran out on ${dateOf(untilMs)}, and whoever checks it does not connect: renew it (--tls-cert).`
        : now < fromMs
          ? `The hub's certificate begins on ${dateOf(fromMs)} only: it is a wrong one, or the clock of this machine is wrong.`
          : undefined;
    if (this.#dateTrouble.tell(sentence) === "begins" && sentence !== undefined) log.warn(sentence);
    const late = untilMs - now < lateShare * (untilMs - fromMs);
    if (sentence !== undefined || !late || this.#warned === this.#pair) return;
    this.#warned = this.#pair;
    log.warn("the hub's certificate runs out soon and was not renewed", {
      ...{ until: dateOf(untilMs), days: Math.floor((untilMs - now) / dayMs) },
    });
  }
}

/** Changes with what either file is, where a link leads, and who may read it. */
function stateOf({ tlsCert, tlsKey }: PairFiles): string {
  return [tlsCert, tlsKey]
    .map((file) => {
      try {
        const { dev, ino, size, mtimeMs, ctimeMs } = statSync(file);
        return [dev, ino, size, mtimeMs, ctimeMs].join(" ");
      } catch (error) {
        return String((error as NodeJS.ErrnoException).code);
      }
    })
    .join(" | ");
}

function dateOf(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10);
}
