/** What readings weigh on the disk after a clean stop. */
import { checkStored, withSystem } from "../experiment.ts";
import { rowsShape } from "../frames.ts";
import { devices, windowOf } from "../ingest/ingest.ts";
import type { Context, Figure, Part } from "../part.ts";
import { bytesIn, settle } from "../process-figures.ts";
import { type Measured, sideBySide } from "../side-by-side.ts";
import type { System } from "../systems/system.ts";
import { storing, storingNames } from "../systems/systems.ts";

const shape = rowsShape(100);
const readings = 4_000_000;
const quickReadings = 3_200;
const settleMs = 15_000;

export const size: Part = {
  name: "size",
  about: `bytes of all files after a clean stop, of ${readings.toLocaleString("en-US")} readings in ${shape.name} a frame`,
  figures: [
    { name: "bytes/reading", unit: "bytes", better: "less", tolerance: 1.15, digits: 2 },
    { name: "readings", unit: "readings" },
  ],
  against: storingNames,
  // What lies on the disk is the same each time, but for the moment of a seal.
  run: (context): AsyncIterable<Figure> =>
    sideBySide(context, [{ name: "stopped" }], storing(context), (system) => weigh(context, system), 1),
};

async function weigh({ folder, load, quick }: Context, system: System): Promise<Measured> {
  const frames = Math.ceil((quick ? quickReadings : readings) / devices / shape.readings);
  let bytes = 0;
  const weighed = await withSystem(
    folder,
    system,
    async (running) => {
      const traffic = { shape, devices, frames };
      await load.order({ do: "open", port: running.port, route: system.route, traffic });
      const done = await load.order({ do: "flood", forMs: 3_600_000, window: windowOf(shape), share: 1 });
      await checkStored(system, running, done.frames * shape.readings);
      await load.order({ do: "close" });
      await settle(running.pid, quick ? 0 : settleMs);
      return done.frames * shape.readings;
    },
    (data) => {
      bytes = bytesIn(data);
    },
  );
  return { "bytes/reading": bytes / weighed, readings: weighed };
}
