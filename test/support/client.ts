/** A client as a test drives it: sends frames, takes answers in order, and says what came where something else was expected. */

/** An answer of the hub, as parsed JSON. */
export type Answer = Readonly<Record<string, unknown>> & { readonly type: string };

/** One open connection of some transport. */
export interface Wire {
  send(text: string): void;
  /** Ends in good order. */
  close(): void;
  /** Cuts without a word. */
  cut(): void;
  /** Takes nothing of what is sent to it until `resume`. */
  pause(): void;
  resume(): void;
}

/** What a transport tells a client. */
export interface WireEvents {
  readonly onText: (text: string) => void;
  readonly onClosed: (code: number, reason: string) => void;
}

/** How a way in is reached; each transport that joins the contract suite offers one. */
export interface Transport {
  readonly name: string;
  open(url: string, events: WireEvents, headers?: Readonly<Record<string, string>>): Promise<Wire>;
}

/** Longest wait for an answer: a guard that makes a failure readable, never part of a passing test. */
const patienceMs = 60_000;

export class Client {
  readonly #received: Answer[] = [];
  /** Everything that came, taken or not. */
  readonly seen: Answer[] = [];
  #arrived: () => void = () => {};
  readonly closed: Promise<{ code: number; reason: string }>;
  readonly wire: Wire;

  private constructor(wire: Wire, closed: Promise<{ code: number; reason: string }>) {
    this.wire = wire;
    this.closed = closed;
  }

  static async open(transport: Transport, url: string, headers?: Readonly<Record<string, string>>): Promise<Client> {
    let client: Client | undefined;
    let end: (closed: { code: number; reason: string }) => void = () => {};
    const closed = new Promise<{ code: number; reason: string }>((resolve) => {
      end = resolve;
    });
    const early: string[] = [];
    const onText = (text: string) => (client ? client.#take(text) : early.push(text));
    const wire = await transport.open(url, { onText, onClosed: (code, reason) => end({ code, reason }) }, headers);
    client = new Client(wire, closed);
    for (const text of early) client.#take(text);
    return client;
  }

  /** Sends a message, or text as it stands. */
  send(...messages: (object | string)[]): void {
    for (const message of messages) this.wire.send(typeof message === "string" ? message : JSON.stringify(message));
  }

  /** The next answer; of a type where one is named, and then what came before it is passed over. */
  async next(type?: string): Promise<Answer> {
    const deadline = performance.now() + patienceMs;
    for (;;) {
      while (this.#received.length > 0) {
        const answer = this.#received.shift() as Answer;
        if (type === undefined || answer.type === type) return answer;
      }
      await this.#more(deadline, type);
    }
  }

  /** Answers until one matches; they are passed over, it is returned. */
  async until(matches: (answer: Answer) => boolean): Promise<Answer> {
    for (;;) {
      const answer = await this.next();
      if (matches(answer)) return answer;
    }
  }

  /** Resolves once the hub has taken everything sent before; answers that came are kept. */
  async settled(): Promise<void> {
    const id = ++pings;
    this.send({ type: "ping", id, time: 0 });
    const deadline = performance.now() + patienceMs;
    while (!this.seen.some((answer) => answer.type === "pong" && answer.id === id)) await this.#more(deadline, "pong");
    const at = this.#received.findIndex((answer) => answer.type === "pong" && answer.id === id);
    if (at >= 0) this.#received.splice(at, 1);
  }

  /** Answers that came and were not taken yet. */
  get waiting(): readonly Answer[] {
    return this.#received;
  }

  #take(text: string): void {
    const answer = JSON.parse(text) as Answer;
    this.seen.push(answer);
    this.#received.push(answer);
    this.#arrived();
  }

  #more(deadline: number, type: string | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const guard = setTimeout(() => {
        const last = this.seen.slice(-5).map((answer) => JSON.stringify(answer).slice(0, 300));
        reject(new Error(`no ${type ?? "answer"} came within ${patienceMs} ms; the last were:\n${last.join("\n")}`));
      }, deadline - performance.now());
      this.#arrived = () => {
        clearTimeout(guard);
        resolve();
      };
      void this.closed.then(({ code, reason }) => {
        clearTimeout(guard);
        reject(new Error(`closed with ${code} ${reason} while ${type ?? "an answer"} was awaited`));
      });
    });
  }
}

let pings = 1_000_000;
