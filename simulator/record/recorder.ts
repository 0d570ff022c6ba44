/** Listens to a hub as a viewer and writes down every reading that it receives. */
import type { HubToViewer, LiveSeriesEntry, SeriesMessage, Update } from "../../server/protocol/index.ts";
import { Connection } from "../link/connection.ts";
import { type LinkPorts, type LinkState, type SocketConstructor, systemPorts, type Value } from "../link.ts";
import { type Gap, type KnownSeries, SeriesBook } from "./known-series.ts";
import { Past } from "./past.ts";

export interface RecorderOptions {
  /** Such as `ws://localhost:8080/ws`. */
  readonly url: string;
  readonly token?: string;
  readonly WebSocket: SocketConstructor;
  readonly ports?: LinkPorts;
  /** Takes each reading, in the order in which the hub took it; those after a cut are told again where it is not sure. */
  readonly onReading: (device: string, metric: string, time: number, value: Value) => void;
  readonly onState?: (state: LinkState) => void;
  /** The hub is listened to, from now on or again. */
  readonly onListening?: () => void;
  /** A sentence for a person: what could not be recorded, and why. */
  readonly onHole?: (sentence: string) => void;
}

export interface RecorderTotals {
  readonly readings: number;
  /** Of these, asked for after a cut. */
  readonly filled: number;
}

export class Recorder {
  readonly #options: RecorderOptions;
  readonly #connection: Connection;
  readonly #past: Past;
  readonly #book = new SeriesBook();
  #epoch: string | undefined;
  /** Number of the newest subscription, and the hub's of its set. */
  #subscription = 0;
  #set: number | undefined;
  /** The hub tells what it has, up to `ready`. */
  #telling = false;
  /** It was listened to before: what it tells is compared with what is recorded. */
  #again = false;
  #gaps: Gap[] = [];
  /** News that wait until what was missed is written before them; undefined: none have to. */
  #held: Update[] | undefined;
  #readings = 0;
  #filled = 0;

  /** Starts at once. Throws where the URL is none. */
  constructor(options: RecorderOptions) {
    this.#options = options;
    this.#past = new Past(options.url, options.token);
    const { token } = options;
    this.#connection = new Connection(options.url, options.WebSocket, options.ports ?? systemPorts, {
      opened: () => this.#connection.send(JSON.stringify({ type: "hello", viewer: true, token })),
      received: (text) => this.#receive(JSON.parse(text) as HubToViewer),
      lost: () => this.#lost(),
      changed: (state) => options.onState?.(state),
    });
    this.#connection.connect();
  }

  /** True where whatever the hub receives now is recorded. */
  get listening(): boolean {
    return this.#connection.open && this.#again && this.#held === undefined;
  }

  get totals(): RecorderTotals {
    return { readings: this.#readings, filled: this.#filled };
  }

  close(): void {
    this.#connection.stop("closed");
  }

  #receive(message: HubToViewer): void {
    if (message.type === "welcome") this.#welcomed(message.epoch, message.heartbeat);
    else if (message.type === "subscribed" && message.id === this.#subscription) this.#set = message.set;
    else if (message.type === "ready" && message.id === this.#subscription) void this.#ready();
    else if (message.type === "error" && !this.#connection.open)
      this.#connection.stop(`${message.code}: ${message.message}`);
    else if ("set" in message && message.set === this.#set) {
      if (message.type === "series") this.#series(message);
      else if (message.type === "update") this.#update(message);
    }
  }

  #welcomed(epoch: string, heartbeatMs: number): void {
    if (this.#epoch !== undefined && this.#epoch !== epoch) {
      this.#options.onHole?.("The hub came back with another database: what it took since the cut is not recorded.");
      this.#book.clear();
      this.#again = false;
    }
    this.#epoch = epoch;
    this.#connection.welcomed(epoch, heartbeatMs);
    this.#subscribe();
  }

  #subscribe(): void {
    if (this.#set !== undefined) this.#connection.send(JSON.stringify({ type: "unsubscribe", id: this.#subscription }));
    this.#set = undefined;
    this.#telling = true;
    this.#gaps = [];
    this.#held = [];
    this.#connection.send(JSON.stringify({ type: "subscribe", id: ++this.#subscription }));
  }

  #series({ series }: SeriesMessage): void {
    for (const entry of series) {
      if ("removed" in entry) this.#book.remove(entry.series);
      else this.#meet(entry as LiveSeriesEntry);
    }
  }

  #meet(entry: LiveSeriesEntry): void {
    if (!this.#telling) this.#book.appear(entry);
    else if (!this.#again) this.#book.take(entry);
    else {
      const gap = this.#book.gap(entry);
      if (gap) this.#gaps.push(gap);
    }
  }

  async #ready(): Promise<void> {
    this.#telling = false;
    this.#connection.progressed();
    const id = this.#subscription;
    for (const gap of this.#gaps.splice(0)) {
      const rows = await this.#missed(gap);
      // Cut again meanwhile: the next `ready` asks for it anew.
      if (this.#subscription !== id || !this.#connection.open) return;
      this.#fill(gap, rows);
    }
    this.#again = true;
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const update of held) this.#write(update);
    this.#options.onListening?.();
  }

  async #missed({ series }: Gap): Promise<readonly (readonly [number, Value])[] | Error> {
    const { device, metric, lastTime } = series;
    return this.#past.later(device, metric, lastTime).catch((error: Error) => error);
  }

  #fill({ series, hubCount, hubLastTime }: Gap, rows: readonly (readonly [number, Value])[] | Error): void {
    const { device, metric, count } = series;
    if (rows instanceof Error) {
      this.#options.onHole?.(`What came of ${device} ${metric} during the cut is not recorded: ${rows.message}.`);
      return;
    }
    const until = new Date(series.lastTime ?? hubLastTime).toISOString();
    series.ahead.clear();
    for (const [time, value] of rows) {
      this.#record(series, time, value);
      if (time >= hubLastTime) series.ahead.set(time, value);
    }
    this.#filled += rows.length;
    // The hub may have taken more since it told its count.
    const counted = rows.filter(([time]) => time <= hubLastTime).length;
    const lacking = count === undefined ? undefined : hubCount - count - counted;
    if (lacking === 0) return;
    const amount = lacking === undefined || lacking < 0 ? "some" : String(lacking);
    this.#options.onHole?.(
      `Of ${device} ${metric}, ${amount} may be missing: what came during the cut with a time before ${until} cannot be told apart.`,
    );
    series.count = hubCount + rows.length - counted;
  }

  #update(update: Update): void {
    // The hub left readings out, since this viewer did not keep up: they are all in its past.
    if (update.merged) this.#subscribe();
    else if (this.#held) this.#held.push(update);
    else this.#write(update);
  }

  #write({ series, times, values }: Update): void {
    for (const [index, number] of series.entries()) {
      const known = this.#book.get(number);
      const [time, value] = [times[index] as number, values[index] as Value];
      if (known && !this.#book.isAgain(known, time, value)) this.#record(known, time, value);
    }
  }

  #record(series: KnownSeries, time: number, value: Value): void {
    this.#book.add(series, time);
    this.#readings++;
    this.#options.onReading(series.device, series.metric, time, value);
  }

  /** News that were held are in the past of the hub by now, and asked for with the rest. */
  #lost(): void {
    this.#set = undefined;
    this.#held = undefined;
  }
}
