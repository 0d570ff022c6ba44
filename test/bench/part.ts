/** The shapes that the parts of the benchmark and what is generic over them meet at: figures go in, tables and ratios come out. */
import type { Load } from "./load-process.ts";
import type { System } from "./systems/system.ts";

/** One figure of one system in one case of one round. */
export interface Figure {
  readonly case: string;
  readonly system: string;
  /** From 1. */
  readonly round: number;
  /** The name of its kind. */
  readonly figure: string;
  readonly value: number;
}

/** How a figure is shown and judged. */
export interface FigureKind {
  /** Names it in tables and records: `readings/s`. */
  readonly name: string;
  /** What one unit of `value` is, where the name does not say it. */
  readonly unit: string;
  /** Which way is better. A figure without it is shown, and neither set in relation nor guarded. */
  readonly better?: "more" | "less";
  /** By what factor the hub's ratio may be worse than the recorded one; given with `better`. Machines are noisy: say a wide one. */
  readonly tolerance?: number;
  /** Digits behind the point in tables; 0 by default. */
  readonly digits?: number;
  /** Ratios are taken against these systems only, where not against all that the part names. */
  readonly against?: readonly string[];
}

/** One question that the benchmark asks of several systems. One folder, and one line in `parts.ts`. */
export interface Part {
  /** Names it on the command line and in records. */
  readonly name: string;
  /** One line: what is measured. */
  readonly about: string;
  /** It takes so long that it runs where it is named alone. */
  readonly onlyNamed?: boolean;
  /** In the order of the table's columns. */
  readonly figures: readonly FigureKind[];
  /** Names of the systems that the hub is set in relation to, in the order of the table's columns. */
  readonly against: readonly string[];
  /**
   * Measures. Systems take turns within a round (`side-by-side.ts`); every measurement has a fresh system and an empty folder
   * (`experiment.ts`). Throws where a run is void.
   */
  run(context: Context): AsyncIterable<Figure>;
}

/** What a part is given. */
export interface Context {
  /** On the disk that is meant; made for this run and removed after it. */
  readonly folder: string;
  readonly rounds: number;
  /** A smoke: next to nothing is done, to see that everything is measured. */
  readonly quick: boolean;
  /** The hub, and other builds of it that were named on the command line: what ratios are of. */
  readonly hubs: readonly System[];
  /** Rivals that are on PATH. */
  readonly rivals: readonly System[];
  /** The load generator, a process of its own. */
  readonly load: Load;
  /** False for cases that the command line leaves out. */
  wants(name: string): boolean;
  /** How long a minute of the part `steady` is, ms. */
  readonly minuteMs: number;
  /** Days that the part `history` looks back on. */
  readonly days: number;
  /** Where what takes minutes to make is kept from run to run. */
  readonly cache: string;
  /** Tells whoever waits how far it is. */
  say(line: string): void;
}
