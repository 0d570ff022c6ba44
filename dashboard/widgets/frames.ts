/** One animation frame for all charts: each says when it has to be drawn next, and is drawn with the others then. */

export interface Drawn {
  /** Draws. Returns in how many ms it has to be drawn again, or undefined where only new data changes it. */
  draw(): number | undefined;
}

/** The browser, as far as frames need it. */
export interface FramePorts {
  /** Monotonic, ms. */
  now(): number;
  /** Calls before the next frame is painted; in a hidden tab not at all. */
  frame(call: () => void): void;
  /** Calls once the present frame is done with, as far as this thread goes. */
  afterFrame(call: () => void): void;
  /** Calls after `delayMs`. Returns how to end it. */
  after(delayMs: number, call: () => void): () => void;
}

/** What drawing may take of a frame, ms. The rest is for everything else: where all charts take longer, the page still answers. */
const budgetMs = 8;

/** A frame is taken to last at most so many times as long as its scripts: what is measured holds other work, too. */
const mostFactor = 8;

/** What is known of the frames before weighs so much less with each new one. */
const fading = 7 / 8;

/**
 * Draws what is due, all in one frame where that is short enough; what finds no room in it is first in the next one. How long
 * a frame takes is mostly decided after the scripts, when the browser paints what they drew, so that part is measured and
 * counted in.
 */
export class Frames {
  readonly #ports: FramePorts;
  readonly #due = new Map<Drawn, number>();
  /** When each was drawn last, counted in draws: those that found no room come first the next time. */
  readonly #turns = new WeakMap<Drawn, number>();
  #draws = 0;
  #endTimer: (() => void) | undefined;
  #timerAt = Number.POSITIVE_INFINITY;
  #waits = false;
  /** Of the newest frames, older ones fading, ms: what drawing took of the scripts, and what the whole frame took. */
  #scriptMs = 0;
  #frameMs = 0;

  constructor(ports: FramePorts) {
    this.#ports = ports;
  }

  /** Has `drawn` drawn in the first frame after `delayMs`. An earlier request stands. */
  request(drawn: Drawn, delayMs: number): void {
    const at = this.#ports.now() + delayMs;
    const known = this.#due.get(drawn);
    if (known !== undefined && known <= at) return;
    this.#due.set(drawn, at);
    this.#wakeAt(at);
  }

  cancel(drawn: Drawn): void {
    this.#due.delete(drawn);
  }

  #wakeAt(at: number): void {
    if (this.#waits) return;
    const delay = at - this.#ports.now();
    if (delay <= 0) {
      this.#endTimer?.();
      this.#timerAt = Number.POSITIVE_INFINITY;
      this.#waits = true;
      this.#ports.frame(() => this.#draw());
    } else if (at < this.#timerAt) {
      this.#endTimer?.();
      this.#timerAt = at;
      this.#endTimer = this.#ports.after(delay, () => {
        this.#timerAt = Number.POSITIVE_INFINITY;
        this.#wakeAt(this.#ports.now());
      });
    }
  }

  #draw(): void {
    this.#waits = false;
    const began = this.#ports.now();
    const factor = this.#scriptMs > 0 ? Math.min(mostFactor, Math.max(1, this.#frameMs / this.#scriptMs)) : 1;
    const until = began + budgetMs / factor;
    let present = began;
    const due = [...this.#due].flatMap(([drawn, at]) => (at <= began ? [drawn] : []));
    const turnOf = (drawn: Drawn) => this.#turns.get(drawn) ?? 0;
    for (const drawn of due.sort((a, b) => turnOf(a) - turnOf(b))) {
      // One that was drawn before may have ended another.
      if (!this.#due.delete(drawn)) continue;
      this.#draws += 1;
      this.#turns.set(drawn, this.#draws);
      const again = drawn.draw();
      if (again !== undefined) this.#due.set(drawn, began + again);
      present = this.#ports.now();
      if (present >= until) break;
    }
    if (present > began) this.#ports.afterFrame(() => this.#learn(present - began, this.#ports.now() - began));
    const next = Math.min(...this.#due.values());
    if (Number.isFinite(next)) this.#wakeAt(next);
  }

  #learn(scriptMs: number, frameMs: number): void {
    this.#scriptMs = this.#scriptMs * fading + scriptMs;
    this.#frameMs = this.#frameMs * fading + frameMs;
  }
}

let channel: MessageChannel | undefined;
let frameDone: () => void = () => {};

const frames = new Frames({
  now: () => performance.now(),
  frame: (call) => requestAnimationFrame(call),
  // A message waits for the painting that a frame's scripts are followed by.
  afterFrame: (call) => {
    if (!channel) {
      channel = new MessageChannel();
      channel.port1.onmessage = () => frameDone();
    }
    frameDone = call;
    channel.port2.postMessage(undefined);
  },
  after: (delayMs, call) => {
    const timer = setTimeout(call, delayMs);
    return () => clearTimeout(timer);
  },
});

/** Has `drawn` drawn in the first frame after `delayMs` that has room for it. An earlier request stands. */
export function requestDraw(drawn: Drawn, delayMs = 0): void {
  frames.request(drawn, delayMs);
}

export function cancelDraw(drawn: Drawn): void {
  frames.cancel(drawn);
}
