/** A run as JSON, for other programs to read. Whoever changes its shape gives it another version. */
import { z } from "zod";
import type { Machine } from "./machine.ts";
import type { PartReport } from "./report.ts";

export const resultSchemaVersion = 1;

export interface Result {
  readonly schema: typeof resultSchemaVersion;
  /** When the run began, ISO 8601. */
  readonly began: string;
  readonly seconds: number;
  readonly rounds: number;
  /** Next to nothing was done: figures of such a run mean nothing. */
  readonly quick: boolean;
  readonly machine: Machine;
  /** Rivals that were not on PATH, by name. */
  readonly leftOut: readonly string[];
  readonly parts: readonly PartReport[];
}

const name = z.string().min(1);
/** JSON has no NaN and no infinity: a figure that is one becomes null, and is refused here. */
const number = z.number();
const spread = z.strictObject({ median: number, least: number, greatest: number, rounds: z.array(number).min(1) });
const machine = z.strictObject({
  commit: z.string(),
  node: name,
  kernel: name,
  cpu: name,
  cores: z.number().int().positive(),
  memoryBytes: z.number().positive(),
  disk: name,
  diskFreeBytes: z.number().nonnegative(),
  load: z.number().nonnegative(),
});
export const machineSchema: z.ZodType<Machine> = machine;

const kind = z.strictObject({
  name,
  unit: name,
  better: z.enum(["more", "less"]).exactOptional(),
  tolerance: z.number().min(1).exactOptional(),
  digits: z.number().int().nonnegative().exactOptional(),
  against: z.array(name).exactOptional(),
});
const row = z.strictObject({
  case: name,
  system: name,
  figures: z.record(name, spread),
  ratios: z.record(name, z.record(name, spread)),
});

export const resultSchema: z.ZodType<Result> = z.strictObject({
  schema: z.literal(resultSchemaVersion),
  began: z.iso.datetime(),
  seconds: z.number().nonnegative(),
  rounds: z.number().int().positive(),
  quick: z.boolean(),
  machine,
  leftOut: z.array(name),
  parts: z.array(z.strictObject({ name, about: name, figures: z.array(kind), rows: z.array(row) })),
});
