/**
 * A hub and the wires to it as plain data, for random histories of a link: what is sent lies on a wire until it is let
 * through, what was let through is stored at a commit, and each of these may come at any time, or never.
 */
import type { Socket, SocketConstructor } from "../../simulator/link/options.ts";

interface Row {
  readonly metric: string;
  readonly value: number | string;
  readonly time: number;
  /** Its place in the frame's `readings`, or in `times`. */
  readonly index: number;
}

/** A frame that the hub has taken and not committed. */
interface Taken {
  readonly seq: number;
  readonly rows: readonly Row[];
}

interface Decided {
  readonly lastSeq: number;
  readonly stored: readonly number[];
}

export interface PaperRules {
  /** Readings of these times are refused by name, at the commit. */
  readonly refusesRow: (time: number) => boolean;
  /** A frame with a reading of such a time is refused whole, at once. */
  readonly refusesFrame: (time: number) => boolean;
  /** A longer message closes the connection with 1009, before the hub has seen it. */
  readonly wireBytes: number;
}

type Listeners = Record<"open" | "message" | "close" | "error", ((event: never) => void)[]>;

class Wire implements Socket {
  readonly up: string[] = [];
  readonly down: string[] = [];
  readonly listeners: Listeners = { open: [], message: [], close: [], error: [] };
  state: "connecting" | "open" | "closed" = "connecting";

  addEventListener(type: keyof Listeners, listener: (event: never) => void): void {
    this.listeners[type].push(listener);
  }

  /** As a browser's: what is sent on a connection that is gone is lost without a word. */
  send(text: string): void {
    if (this.state === "connecting") throw new Error("not open yet");
    if (this.state === "open") this.up.push(text);
  }

  close(): void {
    this.state = "closed";
  }

  tell(type: keyof Listeners, event: object = {}): void {
    for (const listener of this.listeners[type]) listener(event as never);
  }
}

export class PaperHub {
  readonly WebSocket: SocketConstructor;
  /** Times of the readings that were committed, in the order in which they came; a copy stands there again. */
  stored: number[] = [];
  /** Times of readings that were refused, by name or with their frame. */
  readonly refused = new Set<number>();
  /** Times of readings that were acknowledged to be stored, and went with a restore. */
  readonly forgotten = new Set<number>();
  limits = { readingsPerFrame: 8, frameBytes: 4_096 };
  /** The store takes nothing. */
  full = false;
  readonly #rules: PaperRules;
  #wire: Wire | undefined;
  #welcomed = false;
  #taken: Taken[] = [];
  #lastSeq = 0;
  #waitsFor: number | undefined;
  #saidSo = false;
  #epoch = 1;
  #backup: Decided = { lastSeq: 0, stored: [] };

  constructor(rules: PaperRules) {
    this.#rules = rules;
    const take = (wire: Wire) => {
      this.#cut();
      this.#wire = wire;
    };
    this.WebSocket = class extends Wire {
      constructor() {
        super();
        take(this);
      }
    };
  }

  /** The connection comes about. */
  open(): void {
    if (this.#wire?.state !== "connecting") return;
    this.#wire.state = "open";
    this.#wire.tell("open");
  }

  /** So many messages of the link come to the hub. */
  letUp(count: number): void {
    for (let left = count; left > 0 && this.#wire?.state === "open"; left--) {
      const text = this.#wire.up.shift();
      if (text === undefined) return;
      if (text.length > this.#rules.wireBytes) this.lose(1009);
      else this.#receive(JSON.parse(text));
    }
  }

  /** So many messages of the hub come to the link. */
  letDown(count: number): void {
    const wire = this.#wire;
    for (let left = count; left > 0 && wire?.state === "open"; left--) {
      const data = wire.down.shift();
      if (data === undefined) return;
      wire.tell("message", { data });
    }
  }

  commit(): void {
    if (this.#taken.length === 0) return;
    const rejected: object[] = [];
    let stored = 0;
    for (const { seq, rows } of this.#taken.splice(0)) {
      this.#lastSeq = seq;
      for (const { metric, time, index } of rows) {
        if (this.#rules.refusesRow(time)) {
          this.refused.add(time);
          rejected.push({ seq, index, metric, code: "invalid_value", message: "no" });
        } else {
          this.stored.push(time);
          stored++;
        }
      }
    }
    this.#say({ type: "ack", seq: this.#lastSeq, stored, rejected, rejectedCount: rejected.length });
  }

  /** The connection goes, with all that is on its wires. What the hub had taken it commits all the same, sooner or later. */
  lose(code: number): void {
    const wire = this.#wire;
    this.#cut();
    wire?.tell("close", { code, reason: "" });
  }

  /** The hub goes, and with it what it had not committed. */
  restart(): void {
    this.#taken = [];
    this.#waitsFor = undefined;
    this.lose(1006);
  }

  /** All that is on its way arrives and is decided, and more that comes of it. */
  talk(): void {
    this.open();
    for (let round = 0; round < 3; round++) {
      this.letUp(50);
      this.commit();
      this.letDown(50);
    }
  }

  backUp(): void {
    this.#backup = { lastSeq: this.#lastSeq, stored: [...this.stored] };
  }

  /** The hub comes back with the database of the backup. */
  restore(): void {
    this.#comesBackWith(this.#backup);
  }

  /** The hub comes back with an empty database, which has met this session in the hands of another device. */
  replace(lastSeq: number): void {
    this.#comesBackWith({ lastSeq, stored: [] });
    this.#backup = { lastSeq, stored: [] };
  }

  #comesBackWith({ lastSeq, stored }: Decided): void {
    this.restart();
    const kept = new Set(stored);
    for (const time of this.stored) if (!kept.has(time)) this.forgotten.add(time);
    this.stored = [...stored];
    this.#lastSeq = lastSeq;
    this.#epoch++;
  }

  #cut(): void {
    if (this.#wire) this.#wire.state = "closed";
    this.#wire = undefined;
    this.#welcomed = false;
  }

  #say(message: object): void {
    if (this.#welcomed) this.#wire?.down.push(JSON.stringify(message));
  }

  #receive(message: { type: string } & Record<string, unknown>): void {
    if (message.type === "ping") this.#say({ type: "pong" });
    if (message.type === "hello") this.#welcome();
    else if (message.type === "readings" || message.type === "samples")
      this.#take(Number(message.seq), rowsOf(message));
  }

  /** Waits for what the connection before had brought. */
  #welcome(): void {
    this.commit();
    this.#welcomed = true;
    this.#saidSo = false;
    this.#say({
      type: "welcome",
      lastSeq: this.#lastSeq,
      epoch: String(this.#epoch),
      heartbeat: 25_000,
      limits: this.limits,
    });
  }

  #take(seq: number, rows: readonly Row[]): void {
    const newest = this.#taken.at(-1)?.seq ?? this.#lastSeq;
    if (rows.length > this.limits.readingsPerFrame) throw new Error(`${rows.length} readings in a frame`);
    if (seq <= newest) {
      if (seq <= this.#lastSeq) this.#say({ type: "ack", seq: this.#lastSeq, stored: 0 });
      return;
    }
    if (this.#waitsFor !== undefined && seq > this.#waitsFor) {
      if (!this.#saidSo) this.#refuse(this.#waitsFor, "resend_from", true);
      this.#saidSo = true;
      return;
    }
    this.#waitsFor = undefined;
    if (this.full) {
      this.#waitsFor = seq;
      this.#saidSo = false;
      this.#refuse(seq, "storage_full", true);
    } else if (rows.some(({ time }) => this.#rules.refusesFrame(time))) {
      for (const { time } of rows) this.refused.add(time);
      this.#refuse(seq, "not_allowed", false);
      this.#taken.push({ seq, rows: [] });
    } else this.#taken.push({ seq, rows });
  }

  #refuse(seq: number, code: string, retryable: boolean): void {
    this.#say({ type: "error", seq, code, message: code, retryable });
  }
}

function rowsOf(message: Record<string, unknown>): Row[] {
  if (message.type === "readings") return (message.readings as Row[]).map((row, index) => ({ ...row, index }));
  const times = message.times as number[];
  const cells = Object.entries(message.values as Record<string, (number | null)[]>).flatMap(([metric, column]) =>
    times.flatMap((time, index) =>
      typeof column[index] === "number" ? [{ metric, value: column[index], time, index }] : [],
    ),
  );
  return cells.sort((a, b) => a.time - b.time);
}
