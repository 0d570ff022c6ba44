/** Connections by which the fuzzer sends its frames to a hub, over real sockets, and looks at every answer. */
import { once } from "node:events";
import { connect } from "node:net";
import { WebSocket } from "ws";
import { errorCodes } from "../../server/protocol/codes.ts";
import { errorMessage, maxMessageBytes } from "../../server/protocol/errors.ts";
import type { RawInput } from "./raw.ts";

/** Closes that a hub may answer frames with. */
const rightCloses: ReadonlySet<number> = new Set([1007, 1008, 1009, 4409]);
/** Frames sent before the hub is asked for a sign of life, fewer than those that end a connection. */
const groupSize = 18;
/** Times that one connection is sent to: its first message settles whose it is. */
const turnsPerSocket = 6;
/** No answer for so long is a finding, ms. */
const patienceMs = 30_000;

/** Counts of what came back. */
export class Tally {
  readonly answers = new Map<string, number>();
  readonly closes = new Map<number, number>();
  readonly statuses = new Map<string, number>();

  add<K>(to: Map<K, number>, key: K): void {
    to.set(key, (to.get(key) ?? 0) + 1);
  }
}

/** What the fuzzer looks for, thrown by what saw it. */
export class Trouble extends Error {
  /** What was sent shortly before. */
  readonly input: readonly Buffer[];
  constructor(message: string, input: readonly Buffer[]) {
    super(message);
    this.input = input;
  }
}

/** Why an answer is none that a hub may give; undefined for a right one. */
function wrongAnswer(text: string, tally: Tally): string | undefined {
  const answer = JSON.parse(text) as { type?: unknown; code?: unknown };
  tally.add(tally.answers, answer.type === "error" ? String(answer.code) : String(answer.type));
  if (typeof answer.type !== "string") return `an answer without a type: ${text.slice(0, 300)}`;
  if (answer.type !== "error") return undefined;
  const { data } = errorMessage.safeParse(answer);
  if (!data || !errorCodes.includes(data.code)) return `a refusal that is none: ${text.slice(0, 300)}`;
  if (data.code === "internal") return `a fault inside: ${text.slice(0, 300)}`;
  if (Buffer.byteLength(data.message) > maxMessageBytes) return `a refusal of ${text.length} characters`;
  return undefined;
}

/** Ends a connection by itself, so that nothing behind it would be read. */
function isCloser(frame: Buffer, frameBytes: number): boolean {
  return frame.length > frameBytes || !frame.equals(Buffer.from(frame.toString()));
}

/** One sender of frames, with one connection after the other. */
export class Line {
  readonly #url: string;
  readonly #tally: Tally;
  readonly #frameBytes: number;
  #socket: WebSocket | undefined;
  #turns = 0;
  #pings = 0;
  #wrong: string | undefined;
  #onPong: (id: number) => void = () => {};

  constructor(url: string, tally: Tally, frameBytes: number) {
    this.#url = url;
    this.#tally = tally;
    this.#frameBytes = frameBytes;
  }

  /** Sends all of them, in groups, and those that end their connection at last; resolves once the hub has read them. */
  async send(frames: readonly Buffer[]): Promise<void> {
    const closers = frames.filter((frame) => isCloser(frame, this.#frameBytes));
    const readable = frames.filter((frame) => !closers.includes(frame));
    const groups = Array.from({ length: Math.ceil(readable.length / groupSize) }, (_, at) =>
      readable.slice(at * groupSize, (at + 1) * groupSize),
    );
    // Another connection may take the device of this one over at any time: the rest is sent again, one group at a time.
    for (let [at, trial] = [0, 0]; at < groups.length; ) {
      const { answered, code } = await this.#attempt(groups.slice(at, at + (trial === 0 ? groups.length : 1)));
      at += answered;
      trial = code === undefined ? 0 : trial + 1;
      if (code === undefined) continue;
      this.#judge(code, groups[at] ?? []);
      if (trial >= 3) [at, trial] = [at + 1, 0];
    }
    for (const closer of closers) {
      const { code } = await this.#attempt([[closer]]);
      if (code === undefined) throw new Trouble("a frame that no socket can read kept its connection", [closer]);
      this.#judge(code, [closer]);
    }
  }

  /** More unreadable frames in a row than are taken: the hub has to end the connection. */
  async unreadable(count: number): Promise<void> {
    const socket = await this.#open();
    const closed = new Promise<number>((resolve) => {
      socket.once("close", resolve);
    });
    for (let sent = 0; sent < count; sent++) socket.send("{");
    const code = await within(closed, `no close came within ${patienceMs} ms`, []);
    if (code !== 1008) throw new Trouble(`${count} unreadable frames in a row ended with ${code}`, []);
  }

  end(): void {
    this.#socket?.terminate();
  }

  #judge(code: number, input: readonly Buffer[]): void {
    this.#tally.add(this.#tally.closes, code);
    if (!rightCloses.has(code)) throw new Trouble(`the connection ended with ${code}`, input);
  }

  /** How many groups the hub has read, and the code of a close, where one came before it had read all. */
  async #attempt(groups: readonly (readonly Buffer[])[]): Promise<{ answered: number; code: number | undefined }> {
    const socket = await this.#open();
    const before = this.#pings;
    const last = before + groups.length;
    let answered = 0;
    let close: (code: number) => void = () => {};
    const over = new Promise<number | undefined>((resolve) => {
      close = resolve;
      this.#onPong = (id) => {
        answered = id - before;
        if (id === last) resolve(undefined);
      };
      socket.once("close", close);
    });
    for (const frames of groups) {
      for (const frame of frames) socket.send(frame, { binary: false });
      socket.send(`{"type":"ping","id":${1_000_000 + ++this.#pings},"time":0}`);
    }
    const code = await within(over, `no answer came within ${patienceMs} ms`, groups.flat());
    socket.off("close", close);
    if (this.#wrong !== undefined) throw new Trouble(this.#wrong, groups.flat());
    return { answered, code };
  }

  async #open(): Promise<WebSocket> {
    if (this.#socket?.readyState === WebSocket.OPEN && this.#turns < turnsPerSocket) {
      this.#turns += 1;
      return this.#socket;
    }
    this.#socket?.terminate();
    this.#turns = 0;
    const socket = new WebSocket(`${this.#url.replace("http", "ws")}/ws`);
    this.#socket = socket;
    socket.on("error", () => {});
    socket.on("message", (data) => {
      const text = String(data);
      const [, pong] = /^\{"type":"pong","id":1(\d{6})\b/.exec(text) ?? [];
      if (pong !== undefined) this.#onPong(Number(pong));
      else this.#wrong ??= wrongAnswer(text, this.#tally);
    });
    await within(once(socket, "open"), `no connection could be made within ${patienceMs} ms`, []);
    return socket;
  }
}

function within<T>(work: Promise<T>, otherwise: string, input: readonly Buffer[]): Promise<T> {
  return new Promise((resolve, reject) => {
    const guard = setTimeout(() => reject(new Trouble(otherwise, input)), patienceMs);
    work.then(resolve, (error: Error) => reject(new Trouble(error.message, input))).finally(() => clearTimeout(guard));
  });
}

const handshake =
  "GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n";

/** Writes what one connection brings to a bare socket; resolves once the hub has closed it. */
export async function sendRaw(url: string, { kind, pieces }: RawInput, tally: Tally): Promise<void> {
  const socket = connect(Number(new URL(url).port), "127.0.0.1").setNoDelay(true);
  let heard = "";
  // What the hub cuts off is written to for a moment longer.
  socket.on("error", () => {});
  const closed = new Promise<void>((resolve) => {
    socket.once("close", () => resolve());
  });
  try {
    const upgraded = new Promise<void>((resolve) => {
      socket.on("data", (data) => {
        heard += data.toString("latin1");
        if (heard.includes("\r\n\r\n")) resolve();
      });
      void closed.then(() => resolve());
    });
    if (kind === "websocket") {
      socket.write(handshake);
      await within(upgraded, "no answer to an upgrade came", pieces);
    }
    for (const piece of pieces) socket.write(piece);
    socket.end();
    await within(closed, "a connection that its other end has ended was kept", pieces);
  } finally {
    socket.destroy();
  }
  for (const [, status = ""] of heard.matchAll(/^HTTP\/1\.1 (\d{3})/gm)) {
    tally.add(tally.statuses, status);
    if (status === "500") throw new Trouble(`answered with ${heard.slice(0, 600)}`, pieces);
  }
  if (heard.includes('"code":"internal"')) throw new Trouble(`a fault inside: ${heard.slice(-600)}`, pieces);
}
