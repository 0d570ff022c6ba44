/** The way from a recorder to a hub. */
import { WebSocket } from "ws";
import type { SocketConstructor } from "../../../simulator/link.ts";

/** Sockets that can be cut and kept away, and whose next news come as to a viewer that does not keep up. */
export class Line {
  readonly WebSocket: SocketConstructor;
  #mergesNext = false;
  #down = false;
  #socket: WebSocket | undefined;

  constructor() {
    const isDown = () => this.#down;
    const take = (socket: WebSocket) => {
      this.#socket = socket;
    };
    const merged = (data: string): string => {
      if (!this.#mergesNext || !data.startsWith('{"type":"update"')) return data;
      const update = JSON.parse(data) as { series: number[]; times: number[]; values: unknown[] };
      const left = update.series.length - 1;
      if (left < 1) return data;
      this.#mergesNext = false;
      const [series, times, values] = [update.series, update.times, update.values].map((column) => column.slice(-1));
      return JSON.stringify({ ...update, series, times, values, merged: left });
    };
    this.WebSocket = class extends WebSocket {
      override emit(event: string, ...args: unknown[]): boolean {
        if (event !== "message") return super.emit(event, ...args);
        const [data, ...rest] = args;
        return super.emit(event, Buffer.from(merged(String(data))), ...rest);
      }

      constructor(url: string) {
        // Nobody listens there.
        super(isDown() ? "ws://127.0.0.1:9/ws" : url);
        take(this);
      }
    };
  }

  cut(): void {
    this.#down = true;
    this.#socket?.terminate();
  }

  mend(): void {
    this.#down = false;
  }

  /** The next news of several readings tell the newest one alone. */
  mergeNext(): void {
    this.#mergesNext = true;
  }
}
