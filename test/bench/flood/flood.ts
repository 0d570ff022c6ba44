/** What one device that floods does to the acknowledgements of all others. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { withSystem } from "../experiment.ts";
import type { Context, Figure, Part } from "../part.ts";
import { type Measured, sideBySide } from "../side-by-side.ts";
import type { System } from "../systems/system.ts";
import type { FloodOrder } from "./flooder.ts";
import { HonestDevices } from "./honest.ts";
import { type Kind, kinds } from "./kinds.ts";

const pace = { devices: 50, perSecond: 10 } as const;

export const flood: Part = {
  name: "flood",
  about: `acknowledgements of ${pace.devices} devices with ${pace.perSecond} readings a second each, beside one device that sends as fast as it can`,
  figures: [
    { name: "p50 quiet ms", unit: "ms", digits: 2 },
    { name: "p50 beside ms", unit: "ms", digits: 2 },
    { name: "p99 quiet ms", unit: "ms", digits: 2 },
    { name: "p99 beside ms", unit: "ms", digits: 2 },
    { name: "p99 ratio", unit: "times the quiet one", digits: 2 },
    { name: "flood MB/s", unit: "MB/s taken of the flood", digits: 2 },
  ],
  against: [],
  run: (context): AsyncIterable<Figure> =>
    sideBySide(
      context,
      kinds.map((name) => ({ name })),
      context.hubs,
      (system, { name }) => measure(context, system, name),
    ),
};

/**
 * Acknowledgements of a stretch, and stretches of each side, which take turns. Short ones: a machine has quick and slow spells
 * of half a minute, and each must meet both sides.
 */
const full = { acknowledgements: 750, turns: 12 } as const;
const quick = { acknowledgements: 50, turns: 1 } as const;

function measure({ folder, quick: isQuick }: Context, system: System, kind: Kind): Promise<Measured> {
  const { acknowledgements, turns } = isQuick ? quick : full;
  return withSystem(folder, system, async ({ port }) => {
    const flooder = new Flooder();
    const honest = await HonestDevices.start(port, pace);
    const [quiet, beside]: [number[], number[]] = [[], []];
    let [bytes, floodMs] = [0, 0];
    try {
      const stretch = async (): Promise<number[]> => {
        // The first ones still feel what was before.
        await honest.acknowledged(acknowledgements / 4);
        honest.take();
        await honest.acknowledged(acknowledgements);
        return honest.take();
      };
      for (let turn = 0; turn < turns; turn++) {
        quiet.push(...(await stretch()));
        await flooder.order({ port, kind });
        const startMs = performance.now();
        beside.push(...(await stretch()));
        floodMs += performance.now() - startMs;
        bytes += await flooder.order("stop");
      }
    } finally {
      honest.stop();
      flooder.end();
    }
    const at = (times: number[], share: number) => times.sort((a, b) => a - b)[Math.floor(times.length * share)] ?? 0;
    return {
      "p50 quiet ms": at(quiet, 0.5),
      "p50 beside ms": at(beside, 0.5),
      "p99 quiet ms": at(quiet, 0.99),
      "p99 beside ms": at(beside, 0.99),
      "p99 ratio": at(beside, 0.99) / at(quiet, 0.99),
      "flood MB/s": bytes / 1_000 / floodMs,
    };
  });
}

/** The process that floods. */
export class Flooder {
  readonly #child: ChildProcess = fork(fileURLToPath(new URL("flooder.ts", import.meta.url)), {
    execArgv: ["--import", "tsx/esm"],
  });

  /** To `stop` it answers how many bytes it got rid of. */
  async order(order: FloodOrder): Promise<number> {
    this.#child.send(order);
    const [bytes] = (await once(this.#child, "message")) as [number];
    return bytes;
  }

  end(): void {
    this.#child.kill();
  }
}
