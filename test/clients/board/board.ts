/** The sketch's sensor, compiled for this machine, with what a board gives it: a socket to a real hub, a clock, and pins. */
import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { WebSocket } from "ws";

/** Warnings are errors, and reading or writing beside a buffer ends the program. */
const flags = ["-std=c++11", "-O1", "-g", "-Wall", "-Wextra", "-Wshadow", "-pedantic", "-Werror"];
const sanitizers = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"];

/** Compiles it into a folder; returns the program's path. */
export function compileBoard(folder: string): string {
  const program = join(folder, "board");
  execFileSync("g++", [...flags, ...sanitizers, join(import.meta.dirname, "main.cpp"), "-o", program]);
  return program;
}

/** What the sensor says of itself. */
export interface BoardState {
  readonly undecided: number;
  readonly decided: number;
  readonly refused: number;
  readonly givenUp: number;
  readonly stopped: boolean;
  readonly problem: string;
}

interface Frame {
  readonly type: string;
  readonly seq?: number;
  readonly readings?: readonly { readonly metric: string; readonly value: unknown; readonly time: number }[];
}

export interface BoardOptions {
  readonly device: string;
  readonly session: string;
  readonly metrics: readonly string[];
  /** Asked at each connection. */
  readonly url: () => string;
  /** Connect anew after each cut (true). */
  readonly comeBack?: boolean;
}

const hex = (text: string | Uint8Array): string => Buffer.from(text).toString("hex");

export class Board {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #options: BoardOptions;
  /** Lines that the sensor has not answered yet, each with the socket that the sensor then believes to be open. */
  readonly #lines: { readonly socket: WebSocket | undefined; readonly answer: (state: BoardState) => void }[] = [];
  #waiting: { readonly met: (state: BoardState) => boolean; readonly resolve: () => void }[] = [];
  #socket: WebSocket | undefined;
  #open: WebSocket | undefined;
  #uptimeMs = 5_000;
  #startedMs = performance.now() - 5_000;
  #ended = false;
  /** Frames it wanted to send, parsed. */
  readonly frames: Frame[] = [];

  constructor(program: string, options: BoardOptions) {
    this.#options = options;
    this.#process = spawn(program, [hex(options.device), hex(options.session), ...options.metrics]);
    this.#process.stderr.pipe(process.stderr);
    // An early end shows as an answer that does not come; writing to it must not throw past the test.
    this.#process.stdin.on("error", () => {});
    createInterface({ input: this.#process.stdout }).on("line", (line) => this.#hear(line));
  }

  /** Opens the connection; the answers of the hub go to the sensor from then on. */
  connect(): void {
    // As the sketch's library does it: that subprotocol, no compression, no Origin.
    const headers = { "User-Agent": "arduino-WebSocket-Client" };
    const address = `${this.#options.url().replace("http", "ws")}/ws`;
    const socket = new WebSocket(address, "telemetry.v1", { headers, perMessageDeflate: false });
    this.#socket?.terminate();
    if (this.#open) this.#lose(1006);
    this.#socket = socket;
    socket.on("open", () => {
      this.#open = socket;
      void this.say("open");
    });
    socket.on("message", (data) => {
      if (this.#open === socket) void this.say(`recv ${data}`);
    });
    socket.on("error", () => {});
    socket.on("close", (code) => {
      if (this.#socket !== socket) return;
      this.#lose(code);
      if (!this.#ended && this.#options.comeBack !== false) this.connect();
    });
  }

  number(metric: number, value: number): Promise<BoardState> {
    return this.say(`number ${metric} ${Object.is(value, -0) ? "-0" : value}`);
  }

  boolean(metric: number, value: boolean): Promise<BoardState> {
    return this.say(`boolean ${metric} ${value}`);
  }

  text(metric: number, value: string | Uint8Array): Promise<BoardState> {
    return this.say(`text ${metric} ${hex(value)}`);
  }

  /** Measures this value for every metric, in a millisecond of its own. */
  async round(value: number): Promise<void> {
    this.#turn(this.#uptimeMs + 1);
    await Promise.all(this.#options.metrics.map((_, metric) => this.#tell(`number ${metric} ${value}`)));
  }

  /** Gives the sensor a line and resolves with its state afterwards. */
  say(line: string): Promise<BoardState> {
    this.#turn(this.#uptimeMs);
    return this.#tell(line);
  }

  /** Time passes for the board. */
  elapse(ms: number): Promise<BoardState> {
    this.#startedMs -= ms;
    return this.say("tick");
  }

  /** Resolves once a state meets this. */
  until(met: (state: BoardState) => boolean): Promise<void> {
    const reached = new Promise<void>((resolve) => this.#waiting.push({ met, resolve }));
    void this.say("tick");
    return reached;
  }

  async end(): Promise<void> {
    this.#ended = true;
    this.#socket?.terminate();
    const exited = once(this.#process, "exit");
    this.#process.stdin.end();
    await exited;
  }

  #lose(code: number): void {
    this.#socket = this.#open = undefined;
    void this.say(`close ${code}`);
  }

  /** The board's clock is never behind this machine's, and never goes back. */
  #turn(leastMs: number): void {
    this.#uptimeMs = Math.max(leastMs, Math.floor(performance.now() - this.#startedMs));
  }

  #tell(line: string): Promise<BoardState> {
    return new Promise((resolve) => {
      this.#lines.push({ socket: this.#open, answer: resolve });
      this.#process.stdin.write(`${this.#uptimeMs} ${line}\n`);
    });
  }

  #hear(line: string): void {
    if (line.startsWith("send ")) {
      const text = line.slice(5);
      this.frames.push(JSON.parse(text));
      // Lost where the connection has broken meanwhile and the sensor does not know it yet, as on a board.
      const socket = this.#lines[0]?.socket;
      if (socket?.readyState === WebSocket.OPEN) socket.send(text);
      return;
    }
    const [, undecided, decided, refused, givenUp, stopped, ...problem] = line.split(" ");
    const counts = { undecided: Number(undecided), decided: Number(decided), refused: Number(refused) };
    const state = { ...counts, givenUp: Number(givenUp), stopped: stopped === "1", problem: problem.join(" ") };
    this.#lines.shift()?.answer(state);
    const met = this.#waiting.filter((one) => one.met(state));
    this.#waiting = this.#waiting.filter((one) => !met.includes(one));
    for (const { resolve } of met) resolve();
  }
}
