/**
 * A sender that is never killed. It writes down each frame before it sends it and each decision that it is told, resends
 * what is undecided when the hub is back, and so knows what must be on disk, what may be, and what can't.
 */
import { once } from "node:events";
import { appendFileSync } from "node:fs";
import WebSocket from "ws";

/** Frames that a line keeps undecided at the most. */
const windowFrames = 48;
const resendPauseMs = 100;
/** Decided frames that a counting line sends once more after each reconnect. */
const doubtedFrames = 5;
/** The first reading's time: long past, so that no clock rule is in the way. */
export const firstTimeMs = Date.UTC(2024, 0, 1);

const countingMetrics = 500;
export const timedMetrics = ["level", "noise", "open", "mood"] as const;
export type Row = { metric: string; value: number | boolean | string; time?: number };

/** The rows of frame `seq` of a line: a pure function, so that what was sent can be computed again when it is checked. */
export function rowsOf(line: number, seq: number, timed: boolean): Row[] {
  // Untimed rows get their arrival as time: the same frame stored twice would show as two readings of one value. So many
  // metrics, because two frames of one metric that arrive in the same millisecond would rightly be one reading.
  if (!timed) return [{ metric: `counter-${seq % countingMetrics}`, value: seq }];
  const rows: Row[] = [];
  const ticks = 1 + ((seq * 7 + line) % 12);
  for (let tick = 0; tick < ticks; tick++) {
    const time = firstTimeMs + (seq * 16 + tick) * 10;
    rows.push({ metric: "level", value: Math.round(Math.sin(seq / 50 + tick) * 1000) / 100, time });
    rows.push({ metric: "noise", value: Math.sin(seq * 12.9898 + tick * 78.233 + line), time });
    rows.push({ metric: "open", value: (seq + tick) % 3 === 0, time });
    rows.push({ metric: "mood", value: `mood-${(seq * 5 + tick) % 17}`, time });
  }
  return rows;
}

/** One device with its session, across as many connections as it takes. */
export class SenderLine {
  readonly device: string;
  readonly timed: boolean;
  readonly #index: number;
  readonly #journal: string;
  #socket: WebSocket | undefined;
  #open = false;
  #draining = false;
  #resend: NodeJS.Timeout | undefined;
  #waiting: (() => void)[] = [];
  #sentUpTo = 0;
  /** Frames 1…`attempted` were sent at least once. */
  attempted = 0;
  /** Frames 1…`decided` were acknowledged. */
  decided = 0;
  lastAckAtMs = 0;
  /** Codes of the retryable refusals it met. */
  readonly refusedWith = new Set<string>();
  /** Close codes of the connections that the hub ended by itself. */
  readonly closedWith = new Set<number>();
  /** Answers that a sound hub never gives to this sender. */
  readonly surprises: string[] = [];

  constructor(index: number, journal: string) {
    this.#index = index;
    this.#journal = journal;
    this.timed = index % 3 !== 2;
    this.device = `chaos/${this.timed ? "timed" : "counting"}-${index}`;
  }

  get undecided(): number {
    return this.attempted - this.decided;
  }

  connect(url: string): void {
    const socket = new WebSocket(`${url.replace(/^http/, "ws").replace(/\/$/, "")}/ws`);
    this.#socket = socket;
    this.#open = false;
    socket.on("open", () => socket.send(JSON.stringify({ type: "hello", device: this.device, session: "chaos" })));
    socket.on("message", (data) => {
      this.#receive(JSON.parse(String(data)) as Record<string, unknown>);
      for (const resolve of this.#waiting.splice(0)) resolve();
    });
    socket.on("close", (code) => this.closedWith.add(code));
    // The hub is killed on purpose: a broken connection is news for `close`, not an error of the test.
    socket.on("error", () => {});
  }

  /** Sends no new frames and resolves when all that were sent are decided. */
  async settle(): Promise<void> {
    this.#draining = true;
    while (this.undecided > 0) await this.nextAnswer();
  }

  /** Resolves after the next message of the hub was dealt with. */
  async nextAnswer(): Promise<void> {
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Resolves once the connection is closed. */
  async closed(): Promise<void> {
    const socket = this.#socket;
    if (socket && socket.readyState !== WebSocket.CLOSED) await once(socket, "close");
  }

  disconnect(): void {
    this.#open = false;
    this.#socket?.terminate();
  }

  /** Goes on sending after `settle`. */
  resume(): void {
    this.#draining = false;
    this.pump();
  }

  /** Sends what the window allows. */
  pump(): void {
    while (this.#open && !this.#draining && this.#sentUpTo - this.decided < windowFrames)
      this.#send(this.#sentUpTo + 1);
  }

  #send(seq: number): void {
    if (seq > this.attempted) {
      this.attempted = seq;
      appendFileSync(this.#journal, `{"device":"${this.device}","seq":${seq},"sent":${Date.now()}}\n`);
    }
    this.#sentUpTo = seq;
    this.#socket?.send(JSON.stringify({ type: "readings", seq, readings: rowsOf(this.#index, seq, this.timed) }));
  }

  #receive(message: Record<string, unknown>): void {
    if (message.type === "welcome") {
      this.#decide(message.lastSeq as number);
      // A counting line doubts what it was told, and sends the last decided ones again: the hub must know them.
      const doubted = this.timed ? 0 : doubtedFrames;
      for (let seq = Math.max(1, this.decided + 1 - doubted); seq <= this.attempted; seq++) this.#send(seq);
      this.#open = true;
      this.pump();
    } else if (message.type === "ack" && !message.rejectedCount) {
      this.#decide(message.seq as number);
      this.pump();
    } else if (message.type === "error" && message.retryable) {
      this.refusedWith.add(message.code as string);
      this.#resendSoon(message.seq as number);
    } else {
      this.surprises.push(JSON.stringify(message));
    }
  }

  /** After a retryable refusal of `seq`: it and what follows it again, after the pause that a client owes a hub in trouble. */
  #resendSoon(seq: number): void {
    if (this.#resend) return;
    this.#resend = setTimeout(() => {
      this.#resend = undefined;
      if (this.#socket?.readyState !== WebSocket.OPEN) return;
      for (let again = Math.max(seq, this.decided + 1); again <= this.attempted; again++) this.#send(again);
    }, resendPauseMs);
  }

  #decide(seq: number): void {
    if (seq > this.attempted) this.surprises.push(`ack of ${seq}, which was never sent`);
    if (seq <= this.decided) return;
    this.decided = seq;
    this.lastAckAtMs = performance.now();
    appendFileSync(this.#journal, `{"device":"${this.device}","seq":${seq},"ack":${Date.now()}}\n`);
  }

  /** The rows of a frame of this line. */
  rows(seq: number): Row[] {
    return rowsOf(this.#index, seq, this.timed);
  }
}
