/** A viewer that watches everything a hub takes, and tells how long after a device sent a frame all of it was shown. */
import type { Socket } from "node:net";
import { deviceName } from "./frames.ts";
import { messageFrame, openWebSocket } from "./wire.ts";

/** A device, as far as a viewer has to know it. */
export interface Watched {
  /** Frames sent so far. */
  readonly sent: number;
  /** When each was sent, ms of the monotonic clock. */
  readonly sentAt: Float64Array;
}

type Told =
  | { readonly type: "series"; readonly series: readonly { readonly series: number; readonly device: string }[] }
  | { readonly type: "update"; readonly series: readonly number[]; readonly merged?: number }
  | { readonly type: "ready" | "subscribed" | "devices" }
  | { readonly type: "error" };

export class Spectator {
  /** From sending a frame to seeing the last of its readings, ms, in the order in which they were seen. */
  readonly latencies: number[] = [];
  readonly #watched: readonly Watched[];
  /** Readings in a frame. */
  readonly #readings: number;
  /** By the number of a series: whose it is, by index. */
  readonly #deviceOf = new Map<number, number>();
  readonly #indexes: ReadonlyMap<string, number>;
  /** Readings shown of each device. */
  readonly #shown: number[];
  #unseen = 0;
  #socket: Socket | undefined;
  #onReady: () => void = () => {};
  #onSettled: () => void = () => {};

  /** `watched`: devices as `deviceName` calls them, which have sent nothing yet. */
  constructor(watched: readonly Watched[], readings: number) {
    this.#watched = watched;
    this.#readings = readings;
    this.#indexes = new Map(watched.map((_, index) => [deviceName(index), index]));
    this.#shown = watched.map(() => 0);
  }

  /** Resolves once it is past the seam. */
  async open(port: number): Promise<void> {
    const ready = new Promise<void>((resolve) => {
      this.#onReady = resolve;
    });
    this.#socket = await openWebSocket(port, (payload) => this.hear(payload.toString()));
    this.#socket.write(messageFrame({ type: "subscribe", id: 1 }));
    await ready;
  }

  /** Waits until everything sent was seen. */
  async settled(): Promise<void> {
    const sent = this.#watched.reduce((sum, device) => sum + device.sent, 0);
    const seen = this.#shown.reduce((sum, readings) => sum + Math.floor(readings / this.#readings), 0);
    this.#unseen = sent - seen;
    if (this.#unseen > 0)
      await new Promise<void>((resolve) => {
        this.#onSettled = resolve;
      });
  }

  close(): void {
    this.#socket?.destroy();
  }

  /** Takes a message of the hub. */
  hear(text: string): void {
    const told = JSON.parse(text) as Told;
    switch (told.type) {
      case "series":
        for (const { series, device } of told.series) this.#deviceOf.set(series, this.#indexes.get(device) ?? -1);
        return;
      case "update":
        if (told.merged) throw new Error(`a viewer was too slow: ${told.merged} readings were left out for it`);
        for (const series of told.series) this.#see(this.#deviceOf.get(series) ?? -1);
        return;
      case "error":
        throw new Error(`the server said ${text}`);
      case "ready":
        this.#onReady();
    }
  }

  #see(index: number): void {
    const device = this.#watched[index];
    if (!device) throw new Error("a viewer was shown a series that it was not told of");
    const shown = (this.#shown[index] ?? 0) + 1;
    this.#shown[index] = shown;
    if (shown % this.#readings > 0) return;
    const frame = shown / this.#readings - 1;
    if (frame >= device.sent) throw new Error("a viewer was shown more readings than were sent");
    this.latencies.push(performance.now() - (device.sentAt[frame] as number));
    this.#unseen -= 1;
    if (this.#unseen === 0) this.#onSettled();
  }
}
