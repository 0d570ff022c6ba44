/** A recorder under test, whose progress can be awaited. */
import { WebSocket } from "ws";
import { systemPorts, type Value } from "../../../simulator/link.ts";
import { Recorder, type RecorderOptions } from "../../../simulator/record/recorder.ts";

export class Listening {
  readonly readings: (readonly [device: string, metric: string, time: number, value: Value])[] = [];
  readonly holes: string[] = [];
  readonly recorder: Recorder;
  #listened = 0;
  #waiting: (() => void)[] = [];

  constructor(options: Pick<RecorderOptions, "url"> & Partial<RecorderOptions>) {
    const { onReading, ...rest } = options;
    this.recorder = new Recorder({
      WebSocket,
      // It comes back after a few ms at most.
      ports: { ...systemPorts, random: () => 0.0004 },
      onReading: (...reading) => {
        this.readings.push(reading);
        onReading?.(...reading);
        this.#wake();
      },
      onListening: () => {
        this.#listened++;
        this.#wake();
      },
      onHole: (sentence) => this.holes.push(sentence),
      ...rest,
    });
  }

  /** Resolves when the hub is listened to for the `time`th time. */
  async listens(times = 1): Promise<void> {
    while (this.#listened < times) await this.#next();
  }

  /** Resolves when so many readings are recorded. */
  async has(count: number): Promise<void> {
    while (this.readings.length < count) await this.#next();
  }

  close(): void {
    this.recorder.close();
  }

  #next(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}
