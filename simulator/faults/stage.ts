/** Where a fault plays: a device of its own, a way to the hub, and a list of what was expected and what was found. */
import type { Random } from "../random.ts";
import { HubView } from "./hub-view.ts";
import { patienceMs, type SentRow, Visit } from "./visit.ts";

/** Something that can be counted or named, and how it should be. */
export interface Check {
  readonly what: string;
  readonly found: number | string;
  readonly right: boolean;
  /** In words, where it is not right. */
  readonly should: string;
}

export interface Fault {
  /** As in `--faults`; its device is `faults/NAME`. */
  readonly name: string;
  /** What goes wrong, in words that go before a semicolon. */
  readonly does: string;
  /** What the hub should make of it; words of the contract as they stand there. */
  readonly expectation: string;
  /** Plays it once and notes on the stage what became of it. Throws where the hub does not answer. */
  play(stage: Stage): Promise<void>;
}

export interface StageOptions {
  readonly url: string;
  readonly token?: string;
  readonly device: string;
  readonly random: Random;
  /** Lets so many ms pass. */
  readonly pause: (ms: number) => Promise<void>;
}

/** How often a state that should come is looked for, ms. */
const lookEveryMs = 200;

export class Stage {
  readonly device: string;
  readonly random: Random;
  readonly hub: HubView;
  readonly pause: (ms: number) => Promise<void>;
  readonly checks: Check[] = [];
  readonly #options: StageOptions;
  readonly #visits: Visit[] = [];
  #start = 0;

  private constructor(options: StageOptions) {
    this.#options = options;
    this.device = options.device;
    this.random = options.random;
    this.pause = options.pause;
    this.hub = new HubView(options.url, options.token);
  }

  /** Asks the hub for its time, from which all others follow: the clock of this machine has no part in it. */
  static async set(options: StageOptions): Promise<Stage> {
    const stage = new Stage(options);
    stage.#start = (await stage.hub.status()).hubTime;
    return stage;
  }

  /** When the fault began, by the hub's clock. */
  get start(): number {
    return this.#start;
  }

  /** A session that no earlier run had. */
  get session(): string {
    return `run-${this.#start}`;
  }

  /** Connects as the fault's device, or as a neighbour of it. */
  async connect(hello: object = {}, device = this.device): Promise<Visit> {
    const { url, token } = this.#options;
    const visit = await Visit.begin(url, {
      device,
      kind: "fault",
      ...(token === undefined ? {} : { token }),
      ...hello,
    });
    this.#visits.push(visit);
    return visit;
  }

  /** Rows of one metric, a ms apart. */
  rows(count: number, from: number, value: (index: number) => unknown, metric = "level"): SentRow[] {
    return Array.from({ length: count }, (_, index) => ({ metric, value: value(index), time: from + index }));
  }

  expect(what: string, expected: number | string, found: number | string): void {
    this.checks.push({ what, found, right: found === expected, should: `it should be ${expected}` });
  }

  /** For a span, ms. */
  expectSpan(what: string, leastMs: number, mostMs: number, foundMs: number): void {
    const right = foundMs >= leastMs && foundMs <= mostMs;
    const should = leastMs > 0 ? `it should be from ${leastMs} to ${mostMs} ms` : `it should be at most ${mostMs} ms`;
    this.checks.push({ what, found: `${foundMs} ms`, right, should });
  }

  /** Of these rows, and of no others between the first and the last of them, the hub must have each, once, as it was sent. */
  async expectStored(what: string, rows: readonly SentRow[]): Promise<void> {
    const sent = new Map(rows.map(({ time = 0, value }) => [time, value]));
    const times = [...sent.keys()].sort((a, b) => a - b);
    const [from = 0, to = 0] = [times[0], times.at(-1)];
    const found = await this.hub.readings(this.device, rows[0]?.metric ?? "", from, to + 1);
    const right = found.filter(([time, value]) => sent.get(time) === value).length;
    const others = found.length - right;
    const all = `${right} of ${sent.size}`;
    this.expect(`${what} stored`, `${sent.size} of ${sent.size}`, others === 0 ? all : `${all} and ${others} others`);
  }

  /** What the hub keeps of the refusals of this run. */
  async expectRefused(codes: string): Promise<void> {
    this.expect("refused", codes, await this.hub.refused(this.device, this.#start));
  }

  /** Waits until the device is shown as `state/reason`, such as `offline/closed`; how it is shown in the end, and since when (hub time, ms). */
  async comesToBe(expected: string, withinMs = patienceMs): Promise<{ found: string; since: number }> {
    for (let waitedMs = 0; ; waitedMs += lookEveryMs) {
      const { state, reason, since } = await this.hub.device(this.device);
      const found = `${state}/${reason}`;
      if (found === expected || waitedMs >= withinMs) return { found, since };
      await this.pause(lookEveryMs);
    }
  }

  /** The same, noted. */
  async expectState(what: string, expected: string, withinMs = patienceMs): Promise<number> {
    const { found, since } = await this.comesToBe(expected, withinMs);
    this.expect(what, expected, found);
    return since;
  }

  /** The hub must not have closed this connection. */
  expectOpen({ closeCode }: Visit): void {
    this.expect("connection", "open", closeCode === undefined ? "open" : `closed (${closeCode})`);
  }

  /** Ends all connections. */
  strike(): void {
    for (const visit of this.#visits) visit.cut();
  }
}
