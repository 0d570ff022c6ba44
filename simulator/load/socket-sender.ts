/** A loading device on a socket. It keeps what is on its way only as times: what is lost is counted, not sent again. */
import { stopCodes } from "../link/connection.ts";
import { heard } from "../link/hearing.ts";
import type { Ack, ErrorMessage, FromHub } from "../link/messages.ts";
import type { Socket, SocketConstructor } from "../link/options.ts";
import { comeBack, newSession, type Sender, type SenderOptions } from "./sender.ts";

export class SocketSender implements Sender {
  readonly #options: SenderOptions;
  readonly #WebSocket: SocketConstructor;
  #socket: Socket | undefined;
  #open = false;
  #closed = false;
  #cancelBack: (() => void) | undefined;
  /** When each undecided frame was due, the oldest first; its number is `#decided` + 1 + its place. */
  #due: number[] = [];
  #decided = 0;
  #seq = 0;

  constructor(options: SenderOptions, WebSocket: SocketConstructor) {
    this.#options = options;
    this.#WebSocket = WebSocket;
  }

  get open(): boolean {
    return this.#open;
  }

  get pending(): number {
    return this.#due.length;
  }

  start(): void {
    const { url, device, token } = this.#options;
    const socket = new this.#WebSocket(url);
    this.#socket = socket;
    const current = () => this.#socket === socket;
    let trouble = "";
    socket.addEventListener("open", () =>
      socket.send(JSON.stringify({ type: "hello", device, token, session: newSession() })),
    );
    socket.addEventListener("message", ({ data }) => {
      if (current()) this.#hear(String(data));
    });
    socket.addEventListener("error", (event) => {
      trouble = (event as { message?: string }).message ?? "";
    });
    socket.addEventListener("close", ({ code, reason }) => {
      if (!current()) return;
      if (stopCodes.has(code)) this.#options.tally.turnedAway = turnedAwayText(code, reason);
      this.#lose(code === 1009 ? this.#tooBig() : reason || trouble || `closed with code ${code}`);
    });
  }

  close(): void {
    this.#closed = true;
    this.#cancelBack?.();
    const socket = this.#socket;
    this.#forget();
    socket?.close();
  }

  send(dueMs: number): boolean {
    const { window, frames, frameReadings, tally } = this.#options;
    if (!this.#open || this.#due.length >= window) return false;
    this.#seq += 1;
    this.#due.push(dueMs);
    this.#socket?.send(frames.next(this.#seq, ""));
    tally.framesSent += 1;
    tally.sent += frameReadings;
    return true;
  }

  #hear(text: string): void {
    const message = heard(text);
    // A hub says nothing else as long as no command is given, which these devices do not take.
    if (message) this.#receive(message);
    else this.#leave(`no hub says ${text.slice(0, 100)}`);
  }

  #receive(message: FromHub): void {
    if (message.type === "welcome") {
      this.#open = true;
      this.#options.onReady(this);
    } else if (message.type === "ack") this.#acknowledge(message);
    else if (message.type === "error") this.#refused(message);
  }

  #acknowledge(ack: Ack): void {
    const { tally, frameReadings, onReady } = this.#options;
    const count = (ack.seq ?? this.#decided) - this.#decided;
    if (count <= 0) return;
    const nowMs = performance.now();
    for (const dueMs of this.#due.splice(0, count)) tally.ack.record(nowMs - dueMs);
    this.#decided += count;
    const rejected = ack.rejectedCount ?? ack.rejected?.length ?? 0;
    tally.rejected += rejected;
    tally.acknowledged += count * frameReadings - rejected;
    if (rejected > 0) tally.trouble = ack.rejected?.[0]?.message;
    onReady(this);
  }

  /** A frame that is refused for now would have to be sent again, and all behind it: this connection begins anew instead. */
  #refused({ code, message }: ErrorMessage): void {
    this.#leave(`${code}: ${message}`);
  }

  #leave(reason: string): void {
    const socket = this.#socket;
    this.#lose(reason);
    socket?.close();
  }

  #lose(reason: string): void {
    const { tally } = this.#options;
    this.#forget();
    if (this.#closed) return;
    tally.trouble = reason;
    // It would only throw out whoever has the device now.
    if (tally.turnedAway !== undefined) return;
    this.#cancelBack = comeBack(() => {
      tally.reconnects += 1;
      this.start();
    });
  }

  #tooBig(): string {
    const { frameReadings } = this.#options;
    return `a frame of ${frameReadings.toLocaleString("en-US")} readings is too big for the hub, or for something on the way: give a smaller --frame`;
  }

  #forget(): void {
    this.#socket = undefined;
    this.#open = false;
    this.#options.tally.unacknowledged += this.#due.length * this.#options.frameReadings;
    this.#due = [];
    this.#decided = 0;
    this.#seq = 0;
  }
}

function turnedAwayText(code: number, reason: string): string {
  const why = reason || `closed with code ${code}`;
  return code === 4409
    ? `${why}: another load runs against this hub, with the same devices; give one of them a --prefix of its own`
    : why;
}
