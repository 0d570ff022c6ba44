/**
 * The hub beside what the disk alone takes. _bare commit_ gets the same frames and commits their bytes; its figures are the times
 * of its commits themselves, without sockets, parsing, or the wait for the commit before. Both live at the same time and are sent
 * to in turns of a few seconds, so that a slow spell of the disk meets both; before each turn both come to rest.
 */
import { checkStored, withSystems } from "../experiment.ts";
import { rowsShape } from "../frames.ts";
import { type Latencies, latenciesOf } from "../latencies.ts";
import { Load } from "../load-process.ts";
import type { Order } from "../orders.ts";
import type { Context, Figure } from "../part.ts";
import { settle } from "../process-figures.ts";
import type { Measured } from "../side-by-side.ts";
import { commitSystem } from "../systems/obvious.ts";
import type { Running, System } from "../systems/system.ts";

interface Case {
  readonly name: string;
  readonly devices: number;
  /** Of a frame. */
  readonly rows: number;
  /** Of a turn, as many of each device. */
  readonly frames: number;
  readonly order: (frames: number) => Order;
}
const cases: readonly Case[] = [
  // As loggers send: each device a frame each tenth of a second.
  {
    name: "50,000 readings/s",
    devices: 50,
    rows: 100,
    frames: 1_250,
    order: (frames) => ({ do: "pace", frames, perSecond: 500 }),
  },
  // A lone one must not be made to wait for company.
  { name: "lone readings", devices: 1, rows: 1, frames: 500, order: (frames) => ({ do: "ping-pong", frames }) },
];

interface Plan {
  readonly turns: number;
  readonly settleMs: number;
  readonly frames: (of: Case) => number;
}
const full: Plan = { turns: 4, settleMs: 2_000, frames: ({ frames }) => frames };
const quick: Plan = { turns: 2, settleMs: 0, frames: ({ devices }) => Math.max(devices, 16) };

/** A system that is being sent to, by a load generator of its own. */
interface Side {
  readonly system: System;
  readonly running: Running;
  readonly load: Load;
}

export async function* besideCommits(context: Context): AsyncGenerator<Figure> {
  const systems = [...context.hubs, commitSystem];
  const wanted = cases.filter(({ name }) => context.wants(name));
  for (const of of context.quick ? wanted.slice(0, 1) : wanted) {
    for (let round = 1; round <= context.rounds; round++) {
      context.say(`${of.name}, round ${round} of ${context.rounds}: ${systems.map(({ name }) => name).join(", ")}`);
      for (const [index, measured] of (await inTurns(context, systems, of)).entries()) {
        for (const [figure, value] of Object.entries(measured)) {
          if (value !== undefined) yield { case: of.name, system: systems[index]?.name ?? "", round, figure, value };
        }
      }
    }
  }
}

function inTurns(context: Context, systems: readonly System[], of: Case): Promise<readonly Measured[]> {
  const { turns, settleMs, frames } = context.quick ? quick : full;
  return withSystems(context.folder, systems, async (all) => {
    const sides = all.map((running, index): Side => ({ system: systems[index] as System, running, load: new Load() }));
    try {
      const each = Math.ceil(frames(of) / of.devices) * (turns + 1);
      for (const side of sides) await open(side, context.hubs.includes(side.system), of, each);
      // The first turn warms up.
      for (let turn = 0; turn <= turns; turn++) {
        for (const { running, load } of sides) {
          for (const { running: each } of sides) await settle(each.pid, settleMs);
          if (turn === 1) {
            await load.order({ do: "mark" });
            await running.commitTimes?.();
          }
          await load.order(of.order(frames(of)));
        }
      }
      const measured: Measured[] = [];
      for (const side of sides) measured.push(await sumUp(side, frames(of) * (turns + 1) * of.rows));
      return measured;
    } finally {
      for (const { load } of sides) load.end();
    }
  });
}

async function open({ system, running, load }: Side, isWatched: boolean, of: Case, frames: number): Promise<void> {
  const traffic = { shape: rowsShape(of.rows), devices: of.devices, frames };
  await load.order({ do: "open", port: running.port, route: system.route, traffic });
  if (isWatched) await load.order({ do: "watch all", port: running.port, readings: of.rows });
}

async function sumUp({ system, running, load }: Side, sent: number): Promise<Measured> {
  const { latencyMs, seenMs } = await load.order({ do: "sum up" });
  const commitMs = latenciesOf((await running.commitTimes?.()) ?? []);
  await checkStored(system, running, sent);
  await load.order({ do: "close" });
  return running.commitTimes
    ? { ...quantiles("", commitMs), ...quantiles("seen ", commitMs), ...quantiles("its ack ", latencyMs) }
    : { ...quantiles("", latencyMs), ...(seenMs && quantiles("seen ", seenMs)) };
}

function quantiles(of: string, { p50, p99 }: Latencies): Measured {
  return { [`${of}p50 ms`]: p50, [`${of}p99 ms`]: p99 };
}
