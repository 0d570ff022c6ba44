/** One experiment: a fresh system, a load, and what it cost; void where the system holds another number of readings. */
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Shape, shapes } from "./frames.ts";
import type { Outcome, Traffic } from "./load.ts";
import { Load } from "./load-process.ts";
import { bytesIn, cpuOf, peakBytesOf, settle } from "./process-figures.ts";
import type { Running, System } from "./systems/system.ts";

/** How much is done; `--quick` does next to nothing, to see that everything is measured. */
export interface Plan {
  readonly rounds: number;
  readonly warmMs: number;
  readonly floodMs: number;
  readonly settleMs: number;
  /** Frames at hand for each device, by shape: a flood that reaches their end is shorter. */
  readonly frames: (shape: Shape) => number;
  readonly pingPongFrames: number;
  readonly pacedFrames: number;
  readonly pacedPerSecond: number;
  /** Readings that are stored to weigh the files. */
  readonly weighedReadings: number;
}

export const devices = 16;
/** Frames that a device is ahead, by readings in a frame. */
const windowOf = (shape: Shape): number => ({ 1: 512, 10: 128, 100: 32 })[shape.readings] ?? 8;

/** Of the frames at hand, at most so many are sent to warm a system up. */
const warmShare = 0.2;

export interface Flood {
  readonly readingsPerSecond: number;
  /** CPU of the server for a reading, µs: until all was acknowledged, on its main thread, and until it came to rest. */
  readonly cpuMicros: { readonly acked: number; readonly main: number; readonly settled: number };
  readonly ackMs?: Outcome["ackMs"];
  readonly peakBytes: number;
  readonly readings: number;
  /** Share of the time that the load generator was busy. */
  readonly loadBusy: number;
}

export interface Latency {
  /** One device, one frame in flight. */
  readonly alone: Outcome["ackMs"];
  /** All devices at a fixed rate. */
  readonly paced: Outcome["ackMs"];
}

export interface Weight {
  readonly readings: number;
  /** All files after a clean stop. */
  readonly bytes: number;
  readonly bytesPerReading: number;
}

const acksOf = ({ route }: System): boolean => route.over === "http" || route.acks;

export class Bench {
  readonly #load = new Load();
  readonly #folder: string;
  readonly plan: Plan;

  /** Data go to folders below `folder`, which should lie on the disk that is meant. */
  constructor(folder: string, plan: Plan) {
    this.#folder = folder;
    this.plan = plan;
  }

  /** As much as the system takes. */
  flood(system: System, shape: Shape): Promise<Flood> {
    const { frames, floodMs, warmMs, settleMs } = this.plan;
    const traffic = { shape, devices, frames: frames(shape) };
    return this.#with(system, traffic, async ({ pid }) => {
      const window = windowOf(shape);
      const warm = await this.#load.order({ do: "flood", forMs: warmMs, window, share: warmShare });
      const before = cpuOf(pid);
      const flood = await this.#load.order({ do: "flood", forMs: floodMs, window, share: 1 });
      const acked = cpuOf(pid);
      await settle(pid, settleMs);
      const settled = cpuOf(pid);
      const readings = flood.frames * shape.readings;
      const micros = (ms: number): number => (ms * 1_000) / readings;
      return {
        frames: warm.frames + flood.frames,
        figures: {
          readingsPerSecond: (readings * 1_000) / flood.ms,
          cpuMicros: {
            acked: micros(acked.all - before.all),
            main: micros(acked.main - before.main),
            settled: micros(settled.all - before.all),
          },
          ...(acksOf(system) ? { ackMs: flood.ackMs } : {}),
          peakBytes: peakBytesOf(pid),
          readings,
          loadBusy: flood.busy,
        },
      };
    });
  }

  /** How long an acknowledgement takes where the system has time: frames of ten rows. */
  latency(system: System): Promise<Latency> {
    const { pingPongFrames, pacedFrames, pacedPerSecond } = this.plan;
    const shape = shapes.find(({ readings }) => readings === 10) as Shape;
    const warmFrames = Math.ceil(pacedFrames / 4);
    const frames = pingPongFrames + Math.ceil((warmFrames + pacedFrames) / devices) + 1;
    return this.#with(system, { shape, devices, frames }, async () => {
      await this.#load.order({ do: "pace", frames: warmFrames, perSecond: pacedPerSecond });
      const alone = await this.#load.order({ do: "ping-pong", frames: pingPongFrames });
      const paced = await this.#load.order({ do: "pace", frames: pacedFrames, perSecond: pacedPerSecond });
      const figures = { alone: alone.ackMs, paced: paced.ackMs };
      return { frames: warmFrames + alone.frames + paced.frames, figures };
    });
  }

  /** What so many readings weigh on the disk: frames of a hundred rows. */
  async weight(system: System): Promise<Weight> {
    const shape = shapes.find(({ readings }) => readings === 100) as Shape;
    const frames = Math.ceil(this.plan.weighedReadings / devices / shape.readings);
    let bytes = 0;
    const readings = await this.#with(
      system,
      { shape, devices, frames },
      async ({ pid }) => {
        const flood = await this.#load.order({ do: "flood", forMs: 3_600_000, window: windowOf(shape), share: 1 });
        await settle(pid, this.plan.settleMs);
        return { frames: flood.frames, figures: flood.frames * shape.readings };
      },
      (folder) => {
        bytes = bytesIn(folder);
      },
    );
    return { readings, bytes, bytesPerReading: bytes / readings };
  }

  end(): void {
    this.#load.end();
  }

  async #with<Figures>(
    system: System,
    traffic: Traffic,
    experiment: (running: Running) => Promise<{ frames: number; figures: Figures }>,
    onStopped: (folder: string) => void = () => {},
  ): Promise<Figures> {
    const folder = mkdtempSync(join(this.#folder, "system-"));
    try {
      const running = await system.start(folder);
      await this.#load.order({ do: "open", port: running.port, acks: acksOf(system), traffic });
      const { frames, figures } = await experiment(running);
      const [sent, stored] = [frames * traffic.shape.readings, await running.stored()];
      if (sent !== stored) throw new Error(`${system.name} acknowledged ${sent} readings and holds ${stored}`);
      await this.#load.order({ do: "close" });
      await running.stop();
      onStopped(folder);
      return figures;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
}
