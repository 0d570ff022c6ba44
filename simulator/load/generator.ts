/** Decides when which device sends: at an even rate, or each as soon as it may. */
import type { Sender } from "./sender.ts";
import type { Tally } from "./tally.ts";

/** Frames that fell due are sent together so often, ms. */
const tickMs = 5;
/** Devices are connected so many at a time, in each tick. */
const openedAtOnce = 10;

export interface GeneratorOptions {
  /** Frames a second, all devices together; undefined: as fast as they are decided. */
  readonly framesPerSecond: number | undefined;
  readonly tally: Tally;
}

export class Generator {
  readonly #options: GeneratorOptions;
  readonly #senders: readonly Sender[];
  #opened = 0;
  #timer: NodeJS.Timeout | undefined;
  #begunMs = 0;
  #due = 0;
  #sending = false;

  constructor(senders: readonly Sender[], options: GeneratorOptions) {
    this.#senders = senders;
    this.#options = options;
  }

  get opened(): number {
    return this.#senders.reduce((sum, { open }) => sum + (open ? 1 : 0), 0);
  }

  get pending(): number {
    return this.#senders.reduce((sum, { pending }) => sum + pending, 0);
  }

  /** Connects all devices, some at a time: a thousand at once would overrun the hub's accept queue. */
  connect(): void {
    this.#timer = setInterval(() => this.#tick(), tickMs);
  }

  /** From now on frames are sent. */
  begin(): void {
    this.#begunMs = performance.now();
    this.#sending = true;
    for (const sender of this.#senders) this.ready(sender);
  }

  /** A device may send again. */
  ready(sender: Sender): void {
    if (!this.#sending || this.#options.framesPerSecond !== undefined) return;
    for (let nowMs = performance.now(); sender.send(nowMs); );
  }

  /** Sends nothing more. */
  end(): void {
    this.#sending = false;
    clearInterval(this.#timer);
  }

  #tick(): void {
    const opening = Math.min(this.#senders.length, this.#opened + openedAtOnce);
    for (; this.#opened < opening; this.#opened++) this.#senders[this.#opened]?.start();
    const { framesPerSecond, tally } = this.#options;
    if (!this.#sending || framesPerSecond === undefined) return;
    const everyMs = 1_000 / framesPerSecond;
    const dueByNow = Math.ceil((performance.now() - this.#begunMs) / everyMs);
    for (let failed = 0; this.#due < dueByNow; this.#due++) {
      // Nobody could send: nor can anybody until an answer was read, for which this loop must end.
      if (failed === this.#senders.length) {
        tally.framesHeldBack += dueByNow - this.#due;
        this.#due = dueByNow;
        return;
      }
      // Counted from when it was due: a frame that had to wait for this program waited for the hub, too.
      const sender = this.#senders[this.#due % this.#senders.length];
      if (sender?.send(this.#begunMs + this.#due * everyMs)) failed = 0;
      else {
        failed += 1;
        tally.framesHeldBack += 1;
      }
    }
  }
}
