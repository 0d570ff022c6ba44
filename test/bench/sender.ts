/** One device of the load: a raw socket that sends encoded frames and hears which of them are decided. */
import { once } from "node:events";
import { request } from "node:http";
import type { Socket } from "node:net";
import { maskedFrame, type Stream } from "./frames.ts";

/** What a server may say; others are failures of the experiment. */
type Answer =
  | { readonly type: "welcome" }
  | { readonly type: "ack"; readonly seq: number; readonly rejectedCount?: number; readonly rejected?: unknown }
  | { readonly type: "pong"; readonly id: number };

export class Sender {
  /** Time from sending to the answer, ms, by frame; before the answer, when it was sent. */
  readonly latencies: Float64Array;
  readonly #socket: Socket;
  readonly #stream: Stream;
  /** The server acknowledges; else all that is known is what the network took, and a pong says that all was read. */
  readonly #acks: boolean;
  #sent = 0;
  #decided = 0;
  #unread: Buffer = Buffer.alloc(0);
  #onAnswer: (answer: Answer) => void = () => {};
  #onDecided: () => void = () => {};

  private constructor(socket: Socket, stream: Stream, acks: boolean) {
    this.#socket = socket;
    this.#stream = stream;
    this.#acks = acks;
    this.latencies = new Float64Array(stream.ends.length);
    socket.setNoDelay(true);
    socket.on("data", (bytes: Buffer) => this.#read(bytes));
  }

  /** Connects and says hello. */
  static async connect(port: number, device: string, stream: Stream, acks: boolean): Promise<Sender> {
    const headers = {
      connection: "upgrade",
      upgrade: "websocket",
      "sec-websocket-version": "13",
      "sec-websocket-key": Buffer.alloc(16, 7).toString("base64"),
    };
    const upgrade = request({ host: "127.0.0.1", port, path: "/ws", headers });
    upgrade.end();
    const [, socket, head] = (await once(upgrade, "upgrade")) as [unknown, Socket, Buffer];
    const sender = new Sender(socket, stream, acks);
    if (head.length > 0) sender.#read(head);
    await sender.#ask({ type: "hello", device, session: "bench", reportInterval: 1_000 }, "welcome");
    return sender;
  }

  /** Frames decided so far. */
  get decided(): number {
    return this.#decided;
  }

  /** Sends as fast as the server decides, `window` frames ahead of it, until `untilMs` of the monotonic clock or until it sent `share` of its frames; then waits for all. */
  async flood(untilMs: number, window: number, share: number): Promise<void> {
    const end = Math.floor(this.#stream.ends.length * share);
    await this.#when(() => {
      if (performance.now() >= untilMs || this.#sent >= end) return this.#sent === this.#decided;
      const room = Math.min(window - (this.#sent - this.#decided), end - this.#sent);
      // Few large writes leave the cores to the server.
      if (room >= window / 4 || this.#sent === this.#decided) this.send(room);
      return false;
    });
    if (!this.#acks) await this.#ask({ type: "ping", id: 1, time: 0 }, "pong");
  }

  /** Sends the next frames. */
  send(frames: number): void {
    const { bytes, ends } = this.#stream;
    const from = this.#sent === 0 ? 0 : (ends[this.#sent - 1] as number);
    this.latencies.fill(performance.now(), this.#sent, this.#sent + frames);
    this.#sent += frames;
    const sent = this.#sent;
    this.#socket.write(bytes.subarray(from, ends[sent - 1]), () => {
      if (!this.#acks) this.#decide(sent);
    });
  }

  /** Waits until everything sent is decided. */
  settled(): Promise<void> {
    return this.#when(() => this.#sent === this.#decided);
  }

  close(): void {
    this.#socket.destroy();
  }

  /** Asks `reached` now and after each answer until it says yes. */
  #when(reached: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#onDecided = () => {
        if (!reached()) return;
        this.#onDecided = () => {};
        resolve();
      };
      this.#onDecided();
    });
  }

  #ask(message: object, answer: Answer["type"]): Promise<void> {
    return new Promise((resolve) => {
      this.#onAnswer = ({ type }) => {
        if (type === answer) resolve();
      };
      this.#socket.write(maskedFrame(JSON.stringify(message), 0x1f2e3d4c));
    });
  }

  #read(bytes: Buffer): void {
    let rest = this.#unread.length === 0 ? bytes : Buffer.concat([this.#unread, bytes]);
    for (let frame = nextFrame(rest); frame; frame = nextFrame(rest)) {
      rest = rest.subarray(frame.end);
      // Pings of the server may go unanswered: an experiment is shorter than its patience.
      if (frame.opcode === 1) this.#hear(JSON.parse(frame.text) as Answer, frame.text);
      else if (frame.opcode === 8) throw new Error(`the server closed the connection: ${frame.text}`);
    }
    this.#unread = rest;
  }

  #hear(answer: Answer, text: string): void {
    if (answer.type !== "ack") {
      if (answer.type !== "welcome" && answer.type !== "pong") throw new Error(`the server said ${text}`);
      this.#onAnswer(answer);
      return;
    }
    if (answer.rejected || answer.rejectedCount) throw new Error(`the server refused readings: ${text}`);
    const now = performance.now();
    for (let frame = this.#decided; frame < answer.seq; frame++)
      this.latencies[frame] = now - (this.latencies[frame] ?? 0);
    this.#decide(answer.seq);
  }

  #decide(frames: number): void {
    this.#decided = frames;
    this.#onDecided();
  }
}

/** The first whole frame of a server, or undefined. */
function nextFrame(bytes: Buffer): { opcode: number; text: string; end: number } | undefined {
  if (bytes.length < 2) return undefined;
  const short = (bytes[1] as number) & 0x7f;
  const head = short < 126 ? 2 : short === 126 ? 4 : 10;
  if (bytes.length < head) return undefined;
  const length = head === 2 ? short : head === 4 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  const end = head + length;
  if (bytes.length < end) return undefined;
  return { opcode: (bytes[0] as number) & 0x0f, text: bytes.toString("utf8", head, end), end };
}
