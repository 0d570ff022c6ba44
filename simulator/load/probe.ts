/** A device whose readings say when they were sent, so that whoever sees one knows how long it took. */
import { Link, type LinkOptions } from "../link.ts";

const metric = "sent-at";

export class Probe {
  readonly device: string;
  readonly metric = metric;
  /** Why there is no connection at the moment. */
  trouble: string | undefined;
  readonly #link: Link;
  #timer: NodeJS.Timeout | undefined;

  constructor(url: string, options: Pick<LinkOptions, "token" | "WebSocket">) {
    this.device = `load/probe-${process.pid}`;
    this.#link = new Link(url, {
      ...options,
      device: this.device,
      reportInterval: 0,
      metrics: { [metric]: { label: "Sent at", unit: "ms", decimals: 3 } },
      // A reading that waits for company would make the hub look slow.
      batchDelayMs: 0,
      onState: ({ state, reason }) => {
        if (state !== "connecting") this.trouble = reason;
      },
    });
  }

  /** Sends a reading so often, and rejects where the hub wants none. */
  async start(everyMs: number): Promise<void> {
    this.#send();
    await this.#link.flush();
    this.#timer = setInterval(() => this.#send(), everyMs);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#link.close();
  }

  /** ms since a reading with this value was sent. */
  static ageMs(value: number): number {
    return nowMs() - value;
  }

  #send(): void {
    this.#link.send(metric, nowMs());
  }
}

/** ms since the epoch, with fractions. */
function nowMs(): number {
  return performance.timeOrigin + performance.now();
}
