/** `--self`: this computer as a device of the hub. Each figure is asked for by itself, so that one that hangs holds up no other. */
import { once } from "node:events";
import type { Figures, Question } from "./devices/computer/figures.ts";
import { type Machine, thisMachine, type Usage } from "./devices/computer/machine.ts";
import { answer, findComputer } from "./devices/this-computer.ts";
import type { FleetTotals } from "./fleet.ts";
import { Link, type LinkPorts, type LinkState, type Refused, type SocketConstructor, systemPorts } from "./link.ts";

export interface SelfOptions {
  /** Such as `ws://localhost:8080/ws`. */
  readonly url: string;
  readonly token?: string;
  readonly WebSocket?: SocketConstructor;
  readonly ports?: LinkPorts;
  readonly machine?: Machine;
  /** Where this process runs beside a hub: what that has used. */
  readonly hubUsage?: () => Promise<Usage>;
  readonly onState?: (device: string, state: LinkState) => void;
  readonly onRejected?: (device: string, refused: Refused) => void;
}

/** The machine has so long for its first answers, ms. */
const firstWithinMs = 5_000;

/** What is kept where no hub answers: the last half hour and more. */
const bufferReadings = 10_000;

/** This computer with its link; to its owner a fleet of one. */
export class Self {
  readonly #options: SelfOptions;
  readonly #ports: LinkPorts;
  readonly #pauses = new Set<() => void>();
  #link: Link | undefined;
  #stopped = false;

  /** Starts at once; the device appears with the machine's first answers. */
  constructor(options: SelfOptions) {
    this.#options = options;
    this.#ports = options.ports ?? systemPorts;
    void this.#start();
  }

  get totals(): FleetTotals {
    const none = { sent: 0, stored: 0, rejected: 0, dropped: 0, pending: 0, resent: 0 };
    const state = this.#link?.state.state;
    const [open, stopped] = [state === "open" ? 1 : 0, state === "stopped" ? 1 : 0];
    return { ...(this.#link?.stats ?? none), links: 1, open, stopped, asleep: 0, past: 1 };
  }

  /** Makes no more readings, and waits until the hub has decided all it was sent, but no longer than `withinMs`. */
  async drain(withinMs: number): Promise<void> {
    this.#stop();
    await Promise.race([this.#pause(withinMs), this.#link?.flush().catch(() => {})]);
    this.#stop();
  }

  /** Ends the link at once. `totals` stay. */
  close(): void {
    this.#stop();
    this.#link?.close();
  }

  async #start(): Promise<void> {
    const { url, token, WebSocket, machine = thisMachine, hubUsage, onState, onRejected } = this.#options;
    const patience = this.#pause(firstWithinMs);
    const { device, meta, questions, figures } = await findComputer(machine, patience, hubUsage);
    if (this.#stopped) return;
    const link = new Link(url, {
      device,
      ...meta,
      ...(token === undefined ? {} : { token }),
      overflow: "drop-oldest",
      bufferReadings,
      ports: this.#ports,
      ...(WebSocket === undefined ? {} : { WebSocket }),
      onState: (state) => onState?.(device, state),
      onRejected: (refused) => onRejected?.(device, refused),
    });
    this.#link = link;
    this.#tell(link, figures);
    for (const question of questions) void this.#askOn(question, link);
  }

  /** Asks again and again, but never while an answer is still to come. */
  async #askOn(question: Question, link: Link): Promise<void> {
    for (;;) {
      await this.#pause(this.#untilNext(question.everyMs));
      const figures = await answer(question);
      if (this.#stopped) return;
      this.#tell(link, figures);
    }
  }

  #tell(link: Link, figures: Figures): void {
    const time = this.#ports.now();
    for (const [metric, value] of Object.entries(figures ?? {})) link.send(metric, value, time);
  }

  /** All are asked at whole multiples of their time, so that the answers leave in one frame; too near a one is passed over. */
  #untilNext(everyMs: number): number {
    const restMs = everyMs - (this.#ports.now() % everyMs);
    return restMs < everyMs / 2 ? restMs + everyMs : restMs;
  }

  /** Never resolves once all is stopped. */
  #pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#ports.after(delayMs, () => {
        this.#pauses.delete(cancel);
        resolve();
      });
      this.#pauses.add(cancel);
    });
  }

  #stop(): void {
    this.#stopped = true;
    for (const cancel of this.#pauses) cancel();
    this.#pauses.clear();
  }
}

/** Starts with the machine that this runs on and, where a hub has started this process, with that hub's figures. */
export function startSelf(options: SelfOptions): Self {
  const hubUsage = hubBeside();
  return new Self({ ...options, ...(hubUsage ? { hubUsage } : {}) });
}

/** Asks the hub that has started this process. Undefined where no program has that would answer. */
function hubBeside(): (() => Promise<Usage>) | undefined {
  if (!process.send) return undefined;
  return async () => {
    const answered = once(process, "message");
    // Where the channel has gone, this process is about to end.
    process.send?.("usage", undefined, undefined, () => {});
    const [usage] = await answered;
    return usage as Usage;
  };
}
