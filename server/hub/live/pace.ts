import type { Clock, Timer } from "../../ports.ts";
import type { Peer } from "../peer.ts";
import type { LiveSettings } from "./live-settings.ts";

/** How often a slow viewer is looked at, ms. */
const lookMs = 50;
/** With so many times `slowViewerBytes` waiting nobody waits and sees. */
const certainShare = 4;

export interface PaceOwner {
  /** So many bytes wait in the connection now. */
  waits(bytes: number): void;
  /** More waits than is allowed; comes before `drained` or `stuck`. */
  slowed(): void;
  /** There is room again. */
  drained(): void;
  /** Nothing was taken for `slowViewerMs`; `bytes` wait. Comes once. */
  stuck(bytes: number): void;
}

/**
 * Decides when a viewer is too slow, and when it may go on. What is held back meanwhile is the business of `Outbox`: the
 * connection's own buffer says nothing until the kernel's are full (some 4 MB) and then grows without end, so whatever
 * comes after `slowViewerBytes` never reaches it.
 */
export class Pace {
  readonly #peer: Peer;
  readonly #clock: Clock;
  readonly #settings: LiveSettings;
  readonly #owner: PaceOwner;
  #waiting: (() => void)[] = [];
  /** Runs while the viewer is slow. */
  #timer: Timer | undefined;
  /** Runs while it is not known yet whether the viewer is slow. */
  #doubt: Timer | undefined;
  #leastBytes = 0;
  #progressMs = 0;

  constructor(peer: Peer, clock: Clock, settings: LiveSettings, owner: PaceOwner) {
    this.#peer = peer;
    this.#clock = clock;
    this.#settings = settings;
    this.#owner = owner;
  }

  /** Sends one frame, and takes note of what waits since. Sends even where the viewer is slow: callers ask `over` first. */
  send(text: string | Buffer): void {
    this.#peer.send(text);
    const bytes = this.#peer.bufferedBytes();
    this.#owner.waits(bytes);
    if (this.#timer || this.#doubt) return;
    const { slowViewerBytes } = this.#settings;
    if (bytes <= slowViewerBytes) return;
    // A large commit waits in full until the turn of the event loop ends, whoever reads it: only what still waits then
    // tells of the viewer.
    if (bytes > slowViewerBytes * certainShare) this.#begin(bytes);
    else this.#doubt = this.#clock.after(0, () => this.#resolveDoubt());
  }

  /** True from the moment the limit is passed until three quarters of it are free again. */
  get over(): boolean {
    return this.#timer !== undefined;
  }

  /** Resolves once there is room; also when the viewer is gone. */
  room(): Promise<void> {
    const bytes = this.#peer.bufferedBytes();
    if (!this.#timer && bytes > this.#settings.slowViewerBytes) this.#begin(bytes);
    return this.over ? new Promise((resolve) => this.#waiting.push(resolve)) : Promise.resolve();
  }

  /** The viewer is gone. */
  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#doubt?.cancel();
    this.#doubt = undefined;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const go of waiting) go();
  }

  #resolveDoubt(): void {
    this.#doubt = undefined;
    const bytes = this.#peer.bufferedBytes();
    if (bytes > this.#settings.slowViewerBytes) this.#begin(bytes);
  }

  #begin(bytes: number): void {
    this.#leastBytes = bytes;
    this.#progressMs = this.#clock.monotonic();
    this.#timer = this.#clock.every(lookMs, () => this.#look());
    this.#owner.slowed();
  }

  #look(): void {
    const bytes = this.#peer.bufferedBytes();
    this.#owner.waits(bytes);
    if (bytes <= this.#settings.slowViewerBytes / 4) {
      this.stop();
      this.#owner.drained();
      return;
    }
    const nowMs = this.#clock.monotonic();
    if (bytes < this.#leastBytes) {
      this.#leastBytes = bytes;
      this.#progressMs = nowMs;
    } else if (nowMs - this.#progressMs >= this.#settings.slowViewerMs) {
      this.stop();
      this.#owner.stuck(bytes);
    }
  }
}
