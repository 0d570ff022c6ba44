/** What the lives of a run were made of, so that a run which tried nothing is not taken for a proof. */
import { type DeathPoint, deathPointNames, deathPoints } from "./deaths.ts";
import type { Op } from "./steps.ts";

const counted = [
  "lives",
  "readings",
  "append",
  "deleteRange",
  "deleteSeries",
  "deleteDevice",
  "seal",
  "close",
  "readings of a deleted series",
  "series made anew",
  "questions",
  "whole comparisons",
  "reopened",
  "chunks of deleted series cleared",
  "kills",
  "kills by a signal at some moment",
  "kills with something undecided",
  "kills with something undecided and stored",
  "kills with something undecided and lost",
  "kills between two undecided batches",
  "kills while it began a database",
  "kills while it recovered",
  "kills at a commit",
  "kills at a journal entry",
  "kills at a seal",
  "kills at a trim",
  "kills at a merge",
  "kills at a delete",
  "kills at the clearing of deleted series",
  "kills at the records",
  "kills at a checkpoint",
  "kills at a read or another statement",
] as const;
type Counted = (typeof counted)[number];

/** What every hundred lives must have had, at the least; a tenth to a third of what they have. */
const floors: Partial<Record<Counted, number>> = {};

const atPoint: Record<DeathPoint, Counted> = {
  commit: "kills at a commit",
  journal: "kills at a journal entry",
  seal: "kills at a seal",
  trim: "kills at a trim",
  unchunk: "kills at a merge",
  removal: "kills at a delete",
  purge: "kills at the clearing of deleted series",
  records: "kills at the records",
  checkpoint: "kills at a checkpoint",
  any: "kills at a read or another statement",
};

export class Tally {
  readonly counts = Object.fromEntries(counted.map((name) => [name, 0])) as Record<Counted, number>;

  add(name: Counted, times = 1): void {
    this.counts[name] += times;
  }

  /** A process died at this statement while it did these. */
  died(sql: string, ops: readonly Op[]): void {
    const point = deathPointNames.find((name) => deathPoints[name].test(sql)) ?? "any";
    const deletes = ops.some(({ kind }) => kind.startsWith("delete"));
    this.add(point === "unchunk" && deletes ? "kills at a delete" : atPoint[point]);
  }

  /** What there was too little of. */
  missing(): string[] {
    const hundreds = this.counts.lives / 100;
    return counted.flatMap((name) => {
      const least = Math.floor((floors[name] ?? 0) * hundreds);
      return this.counts[name] < least ? [`${name}: ${this.counts[name]}, expected ${least} or more`] : [];
    });
  }
}
