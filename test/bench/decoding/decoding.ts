/** What validation costs: a frame read and checked from its bytes, by the schemas, and parsed alone. In this process: no socket, no store. */
import { checkRow, checkValue, RowRefusal, Warnings } from "../../../server/protocol/check.ts";
import { decodeDevice } from "../../../server/protocol/decode.ts";
import { Refusal } from "../../../server/protocol/errors.ts";
import { defaultLimits } from "../../../server/protocol/limits.ts";
import { FrameScanner } from "../../../server/protocol/scan/frame-scanner.ts";
import { Random } from "../../../simulator/random.ts";
import { gatewayShape, plainFrames, rowsShape, type Shape, shapes } from "../frames.ts";
import { guarded } from "../guard.ts";
import type { Context, Figure, Part } from "../part.ts";

/** Reads a frame, and answers how many readings are right in it. */
type Decode = (frame: Buffer) => number;

const most = defaultLimits.readingsPerFrame;
const parseAlone = "JSON.parse";
const bySchemas = "schemas";

/** By name; made anew for each measurement. */
const decoders: Readonly<Record<string, () => Decode>> = {
  [guarded]: () => {
    const scanner = new FrameScanner();
    return (frame) => {
      const scanned = scanner.scan(frame, most);
      if (scanned === undefined) return 0;
      return scanned.type === "scannedRows" ? scanned.length : scanned.cells;
    };
  },
  [bySchemas]: () => (frame) => rightIn(frame.toString()),
  [parseAlone]: () => (frame) => {
    const { readings, values } = JSON.parse(frame.toString()) as { readings?: unknown[]; values?: object };
    return readings?.length ?? Object.values(values ?? {}).reduce((sum: number, { length }) => sum + length, 0);
  },
};

/** As the hub reads a frame that is not read from its bytes. */
function rightIn(text: string): number {
  const message = decodeDevice(text, defaultLimits);
  const warnings = new Warnings();
  if (message instanceof Refusal) return 0;
  const isRight = (one: unknown) => !(one instanceof RowRefusal);
  if (message.type === "readings") return message.readings.filter((row) => isRight(checkRow(row, warnings))).length;
  if (message.type !== "samples") return 0;
  const columns = Object.entries(message.values);
  return columns.reduce(
    (sum, [name, column]) => sum + column.filter((cell) => isRight(checkValue(cell, name, warnings))).length,
    0,
  );
}

interface Case {
  readonly name: string;
  readonly shape: Shape;
  /** What is made of a frame; by default it stays as it is. */
  readonly changed?: (frame: Buffer, index: number) => Buffer;
}

const random = new Random("decoding");

/** As senders write them, and where little is as it was before: more series than are remembered, another layout, another order. */
const cases: readonly Case[] = [
  ...shapes.map((shape) => ({ name: shape.name, shape })),
  { name: "100 rows of 1,000 devices", shape: gatewayShape(100, 1_000) },
  { name: "100 rows of 20,000 devices", shape: gatewayShape(100, 20_000) },
  { name: "100 rows, two layouts in turn", shape: rowsShape(100), changed: spacedEachSecond },
  { name: "100 rows, in no order", shape: rowsShape(100), changed: shuffled },
];

function spacedEachSecond(frame: Buffer, index: number): Buffer {
  return index % 2 === 0 ? frame : Buffer.from(frame.toString().replaceAll('":', '": '));
}

function shuffled(frame: Buffer): Buffer {
  const message = JSON.parse(frame.toString()) as { readings: unknown[] };
  const keyed = message.readings.map((row) => ({ row, key: random.word() }));
  const readings = keyed.sort((a, b) => a.key - b.key).map(({ row }) => row);
  return Buffer.from(JSON.stringify({ ...message, readings }));
}

const full = { readings: 100_000, turns: 8 };
const quick = { readings: 2_000, turns: 1 };

export const decoding: Part = {
  name: "decoding",
  about: "a frame from its bytes to checked readings, in this process: what validation costs on top of parsing",
  figures: [
    { name: "ns a reading", unit: "ns, the least of some turns", better: "less" },
    { name: "validation ns", unit: "ns a reading more than JSON.parse alone; below 0: less" },
  ],
  against: [bySchemas, parseAlone],
  run,
};

async function* run(context: Context): AsyncGenerator<Figure> {
  const { readings, turns } = context.quick ? quick : full;
  for (const { name, shape, changed } of cases.filter((each) => context.wants(each.name))) {
    const plain = plainFrames(shape, Math.ceil(readings / shape.readings), "decoding", Date.now());
    const frames = changed ? plain.map(changed) : plain;
    for (let round = 1; round <= context.rounds; round++) {
      context.say(`${name}, round ${round} of ${context.rounds}`);
      const least = measure(name, frames, frames.length * shape.readings, turns);
      const alone = least.get(parseAlone) as number;
      for (const [system, ns] of least) {
        const about = { case: name, system, round };
        yield { ...about, figure: "ns a reading", value: ns };
        if (system !== parseAlone) yield { ...about, figure: "validation ns", value: ns - alone };
      }
    }
  }
}

/** ns a reading of each, in turns. Throws where one of them finds another number of readings than the `wanted` that there are. */
function measure(of: string, frames: readonly Buffer[], wanted: number, turns: number): Map<string, number> {
  const least = new Map<string, number>();
  const made = Object.entries(decoders).map(([name, make]) => [name, make()] as const);
  for (let turn = 0; turn < turns; turn++) {
    for (const [name, decode] of made) {
      const began = process.hrtime.bigint();
      let found = 0;
      for (const frame of frames) found += decode(frame);
      const ns = Number(process.hrtime.bigint() - began) / wanted;
      if (found !== wanted) throw new Error(`${name} read ${found} of ${wanted} readings of ${of}`);
      least.set(name, Math.min(least.get(name) ?? Number.POSITIVE_INFINITY, ns));
    }
  }
  return least;
}
