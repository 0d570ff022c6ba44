/** A viewer that remembers every reading it was shown, to be asked for after a kill. */
import { once } from "node:events";
import WebSocket from "ws";
import { firstTimeMs } from "./sender.ts";

const metric = "noise";

interface SeriesEntry {
  readonly series: number;
  readonly device: string;
}

export class Watcher {
  /** Value by time, by device. */
  readonly #shown = new Map<string, Map<number, number>>();
  readonly #devices = new Map<number, string>();
  #socket: WebSocket | undefined;

  /** How many readings it was shown. */
  get count(): number {
    return [...this.#shown.values()].reduce((sum, { size }) => sum + size, 0);
  }

  /** Resolves once it sees what is live. */
  async connect(url: string): Promise<void> {
    const socket = new WebSocket(`${url.replace(/^http/, "ws")}/ws`);
    this.#socket = socket;
    this.#devices.clear();
    socket.on("error", () => {});
    const ready = new Promise<void>((resolve) => {
      socket.on("message", (data) => {
        const message = JSON.parse(String(data)) as { type: string };
        if (message.type === "series") this.#learn((message as unknown as { series: SeriesEntry[] }).series);
        if (message.type === "update")
          this.#see(message as unknown as { series: number[]; times: number[]; values: number[] });
        if (message.type === "ready") resolve();
      });
    });
    await once(socket, "open");
    socket.send(JSON.stringify({ type: "subscribe", id: 1, devices: ["chaos/timed-*"], metrics: [metric] }));
    await ready;
  }

  disconnect(): void {
    this.#socket?.terminate();
  }

  /** How many readings it was shown that the hub does not have, or has with another value. */
  async missing(url: string): Promise<number> {
    let missing = 0;
    for (const [device, shown] of this.#shown) {
      const query = new URLSearchParams({ device, metric, from: String(firstTimeMs - 1) });
      const answer = await fetch(`${url}/api/v1/readings?${query}`);
      const { times = [], values = [] } = (await answer.json()) as { times?: number[]; values?: number[] };
      const stored = new Map(times.map((time, index) => [time, values[index]]));
      for (const [time, value] of shown) if (stored.get(time) !== value) missing += 1;
    }
    return missing;
  }

  #learn(entries: readonly SeriesEntry[]): void {
    for (const { series, device } of entries) this.#devices.set(series, device);
  }

  #see({ series, times, values }: { series: number[]; times: number[]; values: number[] }): void {
    for (const [index, number] of series.entries()) {
      const device = this.#devices.get(number);
      if (device === undefined) continue;
      let shown = this.#shown.get(device);
      if (!shown) {
        shown = new Map();
        this.#shown.set(device, shown);
      }
      shown.set(times[index] as number, values[index] as number);
    }
  }
}
