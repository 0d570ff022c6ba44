/**
 * The computer that this runs on: the one device here that is not simulated. It tells figures, the kind of its system, and the
 * name of the host; no user, address or serial number. What the machine cannot tell at the start is left out for good.
 */
import { type DeviceMeta, devicePattern, maxNameLength } from "../../server/protocol/index.ts";
import { type Figures, type Question, questions, usualMs } from "./computer/figures.ts";
import type { Machine, Usage } from "./computer/machine.ts";

const prefix = "computer/";

/** The device of a host: whatever it is called, a name that the hub takes. */
export function computerDevice(hostname: string): string {
  const name = Array.from(hostname.normalize("NFC"), (character) =>
    character !== "/" && devicePattern.test(character) ? character : "-",
  );
  const kept = name.slice(0, maxNameLength - prefix.length).join("");
  return `${prefix}${["", ".", ".."].includes(kept) ? "unnamed" : kept}`;
}

export interface ThisComputer {
  readonly device: string;
  readonly meta: DeviceMeta;
  /** What the machine can tell, each to be asked every so often. */
  readonly questions: readonly Question[];
  /** The first answers. */
  readonly figures: Figures;
}

/**
 * Asks everything once, and keeps what was answered until `patience` is over. `hubUsage`: where this process runs beside a
 * hub, what that has used.
 */
export async function findComputer(
  machine: Machine,
  patience: Promise<void>,
  hubUsage?: () => Promise<Usage>,
): Promise<ThisComputer> {
  const tooLate = patience.then(() => undefined);
  const tried = await Promise.all(
    questions(machine, hubUsage).map(async (question) => {
      const figures = await Promise.race([answer(question), tooLate]);
      return figures === undefined ? [] : [{ question, figures }];
    }),
  );
  const told = tried.flat();
  const device = computerDevice(machine.hostname());
  const metrics = told.flatMap(({ question: { metrics, everyMs } }) =>
    Object.entries(metrics).map(([name, meta]) => [name, { ...meta, reportInterval: everyMs }]),
  );
  return {
    device,
    meta: {
      name: device.slice(prefix.length),
      kind: "computer",
      reportInterval: usualMs,
      labels: machine.labels,
      metrics: Object.fromEntries(metrics),
    },
    questions: told.map(({ question }) => question),
    figures: Object.assign({}, ...told.map(({ figures }) => figures)),
  };
}

/** Undefined where the machine refused: what cannot be had is left out. */
export function answer(question: Question): Promise<Figures> {
  return question.ask().catch(() => undefined);
}
