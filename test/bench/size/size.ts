/** What readings weigh on the disk after a clean stop: of one load beside all others, and kind by kind. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { checkStored, withSystem } from "../experiment.ts";
import { rowsShape } from "../frames.ts";
import { devices, windowOf } from "../ingest/ingest.ts";
import type { Context, Figure, Part } from "../part.ts";
import { bytesIn, settle } from "../process-figures.ts";
import { type Measured, sideBySide } from "../side-by-side.ts";
import { type Source, streamIn } from "../stream-in.ts";
import type { Running, System } from "../systems/system.ts";
import { storing, storingNames, tableFull } from "../systems/systems.ts";
import { type Filling, fillings } from "./shapes.ts";

const shape = rowsShape(100);
const readings = 4_000_000;
const quickReadings = 3_200;
const settleMs = 15_000;
/** The table is no smaller a reading where there are more of them. */
const readingsOfTable = 2_000_000;
/** A hub tidies up once nothing has come for a while. */
const restMs = 15_000;
const simulator = fileURLToPath(new URL("../../../dist/simulator/main.js", import.meta.url));

export const size: Part = {
  name: "size",
  about: `bytes of all files after a clean stop, of ${readings.toLocaleString("en-US")} readings in ${shape.name} a frame`,
  figures: [
    { name: "bytes/reading", unit: "bytes", better: "less", digits: 2 },
    { name: "readings", unit: "readings" },
  ],
  against: storingNames,
  run,
};

/** What lies on the disk is the same each time, but for the moment of a seal: one round. */
async function* run(context: Context): AsyncGenerator<Figure> {
  yield* sideBySide(context, [{ name: "stopped" }], storing(context), (system) => weigh(context, system), 1);
  const { hubs, quick } = context;
  for (const each of quick ? fillings.slice(0, 1) : fillings) {
    const systems = each.besideTable && !quick ? [...hubs, tableFull] : hubs;
    yield* sideBySide(context, [each], systems, (system) => weighKind(context, system, each), 1);
  }
  if (!quick)
    yield* sideBySide(context, [{ name: "the demo's fleet, a day" }], hubs, (hub) => weighDemo(context, hub), 1);
}

async function weighKind(context: Context, system: System, { readings, sources }: Filling): Promise<Measured> {
  const most = context.quick ? quickReadings : system === tableFull ? readingsOfTable : readings;
  return weighFilled(context, system, async ({ port }) => {
    await streamIn(port, sources(Math.min(readings, most), Date.now()));
    // The newest commit stays in the journal, and one of all that came in a flood is no sensor's.
    await streamIn(port, [oneReading()]);
  });
}

function oneReading(): Source {
  return { device: "the-last", frames: [{ times: [Date.now() - 1_000], values: { one: [1] } }].values() };
}

/** The fleet of `--demo` brings the day before its start, and ends. */
async function weighDemo(context: Context, hub: System): Promise<Measured> {
  return weighFilled(context, hub, async ({ port }) => {
    const flags = ["--url", `ws://127.0.0.1:${port}/ws`, "--demo", "--history", "1d", "--duration", "10s", "--quiet"];
    const fleet = spawn(process.execPath, [simulator, ...flags], { stdio: ["ignore", "ignore", "inherit"] });
    const [code] = await once(fleet, "exit");
    if (code !== 0) throw new Error(`the demo's fleet ended with ${code}`);
  });
}

async function weighFilled(
  { folder, quick }: Context,
  system: System,
  fill: (running: Running) => Promise<void>,
): Promise<Measured> {
  let bytes = 0;
  const readings = await withSystem(
    folder,
    system,
    async (running) => {
      await fill(running);
      if (!quick) {
        await new Promise((resolve) => setTimeout(resolve, restMs));
        await settle(running.pid, 4 * settleMs);
      }
      return running.stored();
    },
    (data) => {
      bytes = bytesIn(data);
    },
  );
  return { "bytes/reading": bytes / readings, readings };
}

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
