/** A process of devices with real links, as users run them: orders come and are answered by messages. It is never killed. */
import { WebSocket } from "ws";
import { Link } from "../../../simulator/link.ts";

export type StormOrder =
  /** Connects devices `from` … `from + count - 1`; answered once each has a reading acknowledged. */
  | {
      readonly do: "open";
      readonly url: string;
      readonly from: number;
      readonly count: number;
      readonly everyMs: number;
    }
  /** The hub is about to go; answered with `Back` once all are back. */
  | { readonly do: "storm" }
  /** Nothing new is sent; answered with how many readings each device sent, once all of them are decided. */
  | { readonly do: "settle" };

/** Since the storm's order, ms, each device's own. */
export interface Back {
  /** Its last welcome. */
  readonly welcomeMs: readonly number[];
  /** What it had sent and not heard of, and what it measured meanwhile, is acknowledged. */
  readonly resentMs: readonly number[];
}

class Device {
  readonly link: Link;
  readonly name: string;
  #turns: NodeJS.Timeout | undefined;
  #value = 0;
  #timeMs = 0;
  #stormMs: number | undefined;
  #isAway = false;
  #back: (times: { welcomeMs: number; resentMs: number }) => void = () => {};

  constructor(url: string, index: number) {
    this.name = `storm/${index}`;
    this.link = new Link(url, { device: this.name, WebSocket, onState: ({ state }) => this.#changed(state) });
  }

  /** Resolves once a reading is acknowledged. Readings follow until `settle`, the first somewhere within `everyMs`. */
  async begin(everyMs: number): Promise<void> {
    this.#measure();
    await this.link.flush();
    this.#turns = setTimeout(() => {
      this.#measure();
      this.#turns = setInterval(() => this.#measure(), everyMs);
    }, everyMs * Math.random());
  }

  /** Resolves once it was cut, is back, and has nothing undecided of before. */
  storm(): Promise<{ welcomeMs: number; resentMs: number }> {
    this.#stormMs = performance.now();
    return new Promise((resolve) => {
      this.#back = resolve;
    });
  }

  async settle(): Promise<number> {
    clearTimeout(this.#turns);
    await this.link.flush();
    const { sent, stored } = this.link.stats;
    if (sent !== stored) throw new Error(`${this.name} sent ${sent} readings, of which ${stored} were stored`);
    return sent;
  }

  /** Two in one millisecond, one of them because it was cut, would be one reading. */
  #measure(): void {
    this.#timeMs = Math.max(Date.now(), this.#timeMs + 1);
    this.link.send("count", ++this.#value, this.#timeMs);
  }

  #changed(state: string): void {
    if (this.#stormMs === undefined) return;
    if (state === "waiting" && !this.#isAway) {
      this.#isAway = true;
      // So that each has something that it owes.
      this.#measure();
    } else if (state === "open" && this.#isAway) {
      this.#isAway = false;
      const welcomeMs = performance.now() - this.#stormMs;
      void this.link.flush().then(() => {
        if (this.#stormMs !== undefined) this.#back({ welcomeMs, resentMs: performance.now() - this.#stormMs });
        this.#stormMs = undefined;
      });
    }
  }
}

let devices: Device[] = [];

async function obey(order: StormOrder): Promise<unknown> {
  switch (order.do) {
    case "open": {
      const { url, from, count, everyMs } = order;
      devices = Array.from({ length: count }, (_, index) => new Device(url, from + index));
      await Promise.all(devices.map((device) => device.begin(everyMs)));
      return "opened";
    }
    case "storm": {
      // Answered at once that it counts; what comes of it follows.
      const all = Promise.all(devices.map((device) => device.storm()));
      process.send?.("ready");
      const times = await all;
      return {
        welcomeMs: times.map(({ welcomeMs }) => welcomeMs),
        resentMs: times.map(({ resentMs }) => resentMs),
      } satisfies Back;
    }
    case "settle":
      return Promise.all(devices.map(async (device) => [device.name, await device.settle()]));
    default:
      return order satisfies never;
  }
}

process.on("message", (order: StormOrder) => {
  void obey(order).then((answer) => process.send?.(answer));
});
// Whoever started it is gone.
process.on("disconnect", () => process.exit(0));
