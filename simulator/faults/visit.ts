/** One connection of a device that misbehaves: what it sends is up to the fault, what the hub answers is kept and counted. */
import {
  type Ack,
  type DeviceWelcome,
  type ErrorMessage,
  type HubToDevice,
  hubToDevice,
  type Rejection,
} from "../../server/protocol/index.ts";
import { RawSocket, textFrame } from "./raw-socket.ts";

/** Longest wait for an answer of the hub, ms. It is never part of a fault: a hub that answers at all answers sooner. */
export const patienceMs = 30_000;

/** A row as it is sent; also one that no hub should take. */
export interface SentRow {
  readonly metric: string;
  readonly value?: unknown;
  readonly time?: number;
}

export class Visit {
  /** Everything up to here is acknowledged. */
  acked = 0;
  /** Readings that the acknowledgements called newly stored. */
  stored = 0;
  /** Acknowledgements that came. */
  acks = 0;
  readonly rejected: Rejection[] = [];
  readonly errors: ErrorMessage[] = [];
  /** Set once the connection is gone: its close code, 1006 where there was none. */
  closeCode: number | undefined;
  /** What the hub said that is no message of the contract. */
  #nonsense: string | undefined;
  #socket: RawSocket | undefined;
  #welcome: DeviceWelcome | undefined;
  #hubTime: number | undefined;
  #pings = 0;
  #changed: () => void = () => {};

  private constructor() {}

  /** Connects and says `hello`; resolves once the hub has answered with its welcome. */
  static async begin(url: string, hello: object): Promise<Visit> {
    const visit = new Visit();
    visit.#socket = await RawSocket.open(url, {
      onText: (text) => visit.#hear(text),
      onClosed: (code) => {
        visit.closeCode = code;
        visit.#changed();
      },
    });
    visit.send({ type: "hello", protocol: 1, ...hello });
    await visit.until("a welcome", () => visit.#welcome !== undefined);
    return visit;
  }

  get welcome(): DeviceWelcome {
    if (!this.#welcome) throw new Error("no welcome came");
    return this.#welcome;
  }

  /** Sends a message; a text as it stands. */
  send(message: object | string): void {
    this.#socket?.write(textFrame(typeof message === "string" ? message : JSON.stringify(message)));
  }

  /** Sends messages in one go: they are all made before the first of them leaves. */
  sendAll(messages: readonly object[]): void {
    this.#socket?.write(Buffer.concat(messages.map((message) => textFrame(JSON.stringify(message)))));
  }

  /** Sends so much of a message's frame, 0 (nothing) to 1, and never the rest. */
  sendPart(message: object, part: number): void {
    const bytes = textFrame(JSON.stringify(message));
    this.#socket?.write(bytes.subarray(0, Math.floor(bytes.length * part)));
  }

  sendRows(seq: number, rows: readonly SentRow[]): void {
    this.send({ type: "readings", seq, readings: rows });
  }

  /** Sends rows and waits until they are decided. */
  async deliver(seq: number, rows: readonly SentRow[]): Promise<void> {
    this.sendRows(seq, rows);
    await this.ackOf(seq);
  }

  ackOf(seq: number): Promise<void> {
    return this.until(`the acknowledgement of frame ${seq}`, () => this.acked >= seq);
  }

  /** The hub's time, ms since the epoch. It has then taken everything sent before. */
  async hubTime(): Promise<number> {
    this.#hubTime = undefined;
    this.send({ type: "ping", id: ++this.#pings, time: 0 });
    await this.until("the answer to a ping", () => this.#hubTime !== undefined);
    return this.#hubTime ?? 0;
  }

  /** Waits until the hub has closed the connection; its close code. */
  async closed(): Promise<number> {
    await this.until("the end of the connection", () => this.closeCode !== undefined);
    return this.closeCode ?? 0;
  }

  /** Resolves once `met` is true; rejects where the connection ends before that, or nothing comes for too long. */
  until(what: string, met: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const guard = setTimeout(
        () => reject(new Error(`${what} did not come within ${patienceMs / 1_000} s`)),
        patienceMs,
      );
      this.#changed = () => {
        if (!met() && this.closeCode === undefined && this.#nonsense === undefined) return;
        clearTimeout(guard);
        this.#changed = () => {};
        if (met()) resolve();
        else if (this.#nonsense === undefined)
          reject(new Error(`the hub closed the connection (${this.closeCode}) before ${what} came`));
        else reject(new Error(`before ${what} the hub said what is no message of the contract: ${this.#nonsense}`));
      };
      this.#changed();
    });
  }

  /** Pings with a clock that is so far ahead of the hub's, ms. */
  async tellTime(aheadMs: number): Promise<void> {
    const time = (await this.hubTime()) + aheadMs;
    this.#hubTime = undefined;
    this.send({ type: "ping", id: ++this.#pings, time });
    await this.until("the answer to a ping", () => this.#hubTime !== undefined);
  }

  /** Answers nothing any more, not even pings. */
  goDeaf(): void {
    this.#socket?.goDeaf();
  }

  /** Closes in good order. */
  async leave(): Promise<void> {
    this.#socket?.leave();
    await this.closed();
  }

  /** Goes without a word. */
  cut(): void {
    this.#socket?.cut();
  }

  #hear(text: string): void {
    const message = messageOf(text);
    if (message) this.#receive(message);
    else {
      this.#nonsense ??= text.slice(0, 100);
      this.#changed();
    }
  }

  #receive(message: HubToDevice): void {
    if (message.type === "welcome") this.#welcome = message;
    else if (message.type === "pong") this.#hubTime = message.hubTime;
    else if (message.type === "error") this.errors.push(message);
    else this.#acknowledge(message);
    this.#changed();
  }

  #acknowledge({ seq, stored = 0, rejected = [] }: Ack): void {
    this.acks++;
    this.acked = Math.max(this.acked, seq ?? 0);
    this.stored += stored;
    this.rejected.push(...rejected);
  }
}

function messageOf(text: string): HubToDevice | undefined {
  try {
    return hubToDevice.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
