/**
 * What questions cost those who write: devices send on at a fixed rate, and each kind of question is asked without a pause, each
 * time behind a stretch without any. And what an export of ten million readings costs the hub's memory.
 */
import { Asker } from "../asking/ask.ts";
import type { Archive } from "../asking/examiner.ts";
import { checkStored } from "../experiment.ts";
import { deviceName, type Shape } from "../frames.ts";
import type { Outcome } from "../orders.ts";
import type { Context, Figure, FigureKind } from "../part.ts";
import { residentBytesOf } from "../process-figures.ts";
import type { System } from "../systems/system.ts";
import { dayMs, type Fleet, metrics, shaken } from "./fleet.ts";
import type { Question } from "./questions.ts";

export const besideFigures: readonly FigureKind[] = [
  { name: "ack p50 ms", unit: "ms", digits: 2 },
  { name: "ack p99 ms", unit: "ms", digits: 2 },
  { name: "ack at most ms", unit: "ms", digits: 1 },
  /** Than in the stretch before, without questions; 0.01 where it is no later. */
  { name: "later at p99 ms", unit: "ms", digits: 2 },
  { name: "later at most ms", unit: "ms", digits: 2 },
  { name: "answers", unit: "answers" },
];
export const exportFigures: readonly FigureKind[] = [
  { name: "rows", unit: "rows" },
  { name: "s", unit: "s", digits: 1 },
  { name: "RSS before MB", unit: "MB" },
  { name: "RSS at most MB", unit: "MB" },
];

/** 20,000 readings a second in small commits: each device sends what it measured at one time. */
const shape: Shape = { name: "20 samples", form: "samples", readings: 20, metrics: 20 };
const devices = 16;
const perSecond = 1_000;
const stretchMs = 2_000;
const quickStretchMs = 50;
/** What a difference is at least: figures are above zero. */
const leastLater = 0.01;
/** How late the first rows of an export may have made the memory grow. */
const exportRows = 10_000_000;
const lookMs = 50;
const bytesPerMb = 2 ** 20;

interface Kind {
  readonly name: string;
  /** Another one each turn. */
  path(turn: number): string;
}

/** Each archive is opened once, and given readings: what asks for the readings of the fleet alone comes before. */
export async function* beside(
  context: Context,
  hub: System,
  archive: Archive<Question>,
  fleet: Fleet,
): AsyncGenerator<Figure> {
  const kinds = kindsOf(fleet).filter(({ name }) => context.wants(name));
  const isExported = context.wants(exportCase);
  if (kinds.length === 0 && !isExported) return;
  const running = await archive.open();
  try {
    const asker = new Asker(running.port);
    if (isExported) yield* exported(context, archive.name, running.pid, asker, fleet);
    const { load, rounds, quick } = context;
    const framesEach = Math.ceil(((quick ? quickStretchMs : stretchMs) * perSecond) / 1_000);
    const frames = framesEach * 2 * kinds.length * rounds;
    const traffic = { shape, devices, frames: Math.ceil(frames / devices) + 2 * kinds.length * rounds };
    await load.order({ do: "open", port: running.port, route: hub.route, traffic });
    const pace = (): Promise<Outcome> => load.order({ do: "pace", frames: framesEach, perSecond });
    let sent = 0;
    for (let round = 1; round <= rounds; round++) {
      context.say(
        `round ${round} of ${rounds}: ${archive.name}, questions beside ${perSecond * shape.readings} readings/s`,
      );
      for (const kind of kinds) {
        const alone = await pace();
        let goOn = true;
        const writing = pace().finally(() => {
          goOn = false;
        });
        let answers = 0;
        while (goOn) await asker.drain(kind.path(answers++));
        const { latencyMs: late, frames: acked } = await writing;
        sent += alone.frames + acked;
        const figures = {
          "ack p50 ms": late.p50,
          "ack p99 ms": late.p99,
          "ack at most ms": late.most,
          "later at p99 ms": Math.max(late.p99 - alone.latencyMs.p99, leastLater),
          "later at most ms": Math.max(late.most - alone.latencyMs.most, leastLater),
          answers,
        };
        for (const [figure, value] of Object.entries(figures))
          yield { case: kind.name, system: archive.name, round, figure, value };
      }
    }
    await checkStored(hub, running, fleet.count + sent * shape.readings);
    await load.order({ do: "close" });
    asker.end();
    await running.stop();
  } catch (error) {
    running.kill();
    throw error;
  }
}

const exportCase = "10 M readings as CSV";

async function* exported(
  { quick }: Context,
  system: string,
  pid: number,
  asker: Asker,
  fleet: Fleet,
): AsyncGenerator<Figure> {
  const each = fleet.steps * fleet.devices.length;
  const names = quick ? metrics.slice(0, 1) : metrics.slice(0, Math.ceil(exportRows / each));
  // Whatever was made at the start is gone by then.
  await asker.drain(`/api/v1/latest?limit=1000`);
  const before = residentBytesOf(pid);
  let most = before;
  const looks = setInterval(() => {
    most = Math.max(most, residentBytesOf(pid));
  }, lookMs);
  const span = `from=${fleet.fromMs}&to=${fleet.toMs}`;
  const told = await asker
    .drain(`/api/v1/readings?device=machine-*&metric=${names.join()}&${span}&format=csv&time=ms`)
    .finally(() => clearInterval(looks));
  const figures = {
    rows: told.lines - 1,
    s: told.ms / 1_000,
    "RSS before MB": before / bytesPerMb,
    "RSS at most MB": most / bytesPerMb,
  };
  if (figures.rows !== each * names.length)
    throw new Error(`${system} exported ${figures.rows} rows of ${each * names.length}`);
  for (const [figure, value] of Object.entries(figures)) yield { case: exportCase, system, round: 1, figure, value };
}

function kindsOf({ devices: machines, fromMs, toMs }: Fleet): readonly Kind[] {
  const nth = <T>(list: readonly T[], turn: number): T => list[turn % list.length] as T;
  const day = `from=${Math.max(fromMs, toMs - dayMs)}&to=${toMs}`;
  const all = `from=${fromMs}&to=${toMs}`;
  const year = `from=${toMs - 365 * dayMs}&to=${toMs}`;
  const one = (turn: number) => `device=${nth(machines, turn)}&metric=${nth(metrics, turn)}`;
  const fleet = (turn: number) => `device=machine-*&metric=${nth(metrics, turn)}`;
  const readings = (of: string, span: string, how: string) => `/api/v1/readings?${of}&${span}&${how}`;
  const kinds: Readonly<Record<string, (turn: number) => string>> = {
    "newest value of all": () => "/api/v1/latest?limit=1000",
    "newest values of a moment": (turn) => `/api/v1/latest?limit=1000&at=${toMs - (turn + 1) * 60_000}`,
    "a day, raw": (turn) => readings(one(turn), day, "format=json"),
    "a day in 1,000 points": (turn) => readings(one(turn), day, "points=1000"),
    "a year in 1,000 points": (turn) => readings(one(turn), year, "points=1000"),
    "1 kHz in 1,000 points": () => readings(`device=${shaken.device}&metric=${shaken.metric}`, all, "points=1000"),
    "what arrives, raw": (turn) =>
      readings(`device=${deviceName(turn % devices)}&metric=*`, `from=${fromMs}`, "format=ndjson"),
    "mean of all devices a minute": (turn) => readings(fleet(turn), day, "every=60000&aggregates=mean&across=devices"),
    "median of all devices a minute": (turn) => readings(fleet(turn), day, "every=60000&aggregates=p50&across=devices"),
    "rate of all devices an hour": (turn) => readings(fleet(turn), day, "every=3600000&aggregates=rate"),
    "a day of all devices as CSV": (turn) => readings(fleet(turn), day, "format=csv"),
    "a day of all devices as Parquet": (turn) => readings(fleet(turn), day, "format=parquet"),
    "gaps of all devices": (turn) => `/api/v1/gaps?${fleet(turn)}&${all}`,
    "room of each series": () => "/api/v1/storage?limit=1000",
  };
  return Object.entries(kinds).map(([name, path]) => ({ name: `beside: ${name}`, path }));
}
