/** What the lives of a run were made of, so that a run which tried nothing is not taken for a proof. */
import { type DeathPoint, deathPointNames, deathPoints, type Note } from "./deaths.ts";

const counted = [
  "lives",
  "readings",
  "append",
  "deleteRange",
  "hide",
  "show",
  "deleteSeries",
  "deleteDevice",
  "rename",
  "forget",
  "merge",
  "move",
  "merges under way",
  "thin",
  "readings thinned",
  "merges of thinned series",
  "merges of thinned series done",
  "merges of thinned series refused",
  "readings moved",
  "readings set aside",
  "presence",
  "seal",
  "close",
  "readings of a deleted series",
  "series made anew",
  "questions",
  "whole comparisons",
  "pages from tiers",
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
  "kills at a merge of two series",
  "kills at the quarantine",
  "kills at a delete",
  "kills at the clearing of deleted series",
  "kills at the records",
  "kills at a checkpoint",
  "kills while it rolled up",
  "kills at a read or another statement",
] as const;
type Counted = (typeof counted)[number];

/** Fewer show nothing. */
const leastLives = 20;
/** What a hundred lives must have had at the least: about a quarter of what they have. */
const floors: Partial<Record<Counted, number>> = {
  ...{
    append: 1_500,
    deleteRange: 150,
    hide: 100,
    show: 50,
    deleteSeries: 80,
    deleteDevice: 70,
    rename: 30,
    merge: 80,
    move: 200,
    "merges under way": 8,
    thin: 50,
    "readings thinned": 1_200,
    "merges of thinned series": 5,
    "merges of thinned series done": 2,
    "merges of thinned series refused": 2,
    "readings moved": 600,
    "readings set aside": 1_000,
    presence: 150,
    seal: 300,
    close: 10,
    questions: 250,
    "pages from tiers": 100,
  },
  ...{ "readings of a deleted series": 200, "series made anew": 200, reopened: 80 },
  ...{ kills: 150, "kills by a signal at some moment": 25, "kills with something undecided": 60 },
  "kills with something undecided and stored": 30,
  "kills with something undecided and lost": 40,
  "kills between two undecided batches": 20,
  "kills while it began a database": 8,
  "kills while it recovered": 25,
  ...{ "kills at a commit": 5, "kills at a journal entry": 5, "kills at a seal": 3, "kills at a trim": 2 },
  ...{ "kills at a merge of two series": 2, "kills at the quarantine": 1 },
  ...{ "kills at a merge": 1, "kills at a delete": 5, "kills at the clearing of deleted series": 4 },
  ...{ "kills at the records": 5, "kills at a checkpoint": 1, "kills while it rolled up": 1 },
};

const atPoint: Record<DeathPoint, Counted> = {
  commit: "kills at a commit",
  journal: "kills at a journal entry",
  seal: "kills at a seal",
  trim: "kills at a trim",
  absorb: "kills at a merge of two series",
  quarantine: "kills at the quarantine",
  unchunk: "kills at a merge",
  // Not in a delete: marks that are saved before what the journal says of them goes.
  removal: "kills at a trim",
  purge: "kills at the clearing of deleted series",
  records: "kills at the records",
  checkpoint: "kills at a checkpoint",
  roll: "kills while it rolled up",
  any: "kills at a read or another statement",
};

export class Tally {
  readonly counts = Object.fromEntries(counted.map((name) => [name, 0])) as Record<Counted, number>;

  add(name: Counted, times = 1): void {
    this.counts[name] += times;
  }

  /** A process died where it was told to. */
  died({ sql, isDelete }: Note): void {
    const point = deathPointNames.find((name) => deathPoints[name].test(sql)) ?? "any";
    this.add(isDelete && point !== "commit" ? "kills at a delete" : atPoint[point]);
  }

  /** What there was too little of. */
  missing(): string[] {
    const hundreds = Math.max(this.counts.lives, leastLives) / 100;
    return counted.flatMap((name) => {
      const least = Math.floor((floors[name] ?? 0) * hundreds);
      return this.counts[name] < least ? [`${name}: ${this.counts[name]}, expected ${least} or more`] : [];
    });
  }
}
