/** Things that go wrong on purpose, each with a device of its own, and what the hub made of them. */
import { clockJump, clockSkew, year1970 } from "./faults/clocks.ts";
import { flapping, flood, halfOpen, silence } from "./faults/connections.ts";
import { dropout, duplicate, rebootWithoutSession, reorder } from "./faults/delivery.ts";
import { HubView } from "./faults/hub-view.ts";
import { type Check, type Fault, Stage } from "./faults/stage.ts";
import { notANumber, oversize, wrongType } from "./faults/values.ts";
import { Random } from "./random.ts";

export type { Fault };

/** Every fault, in the order in which they are told. */
export const faults: readonly Fault[] = [
  dropout,
  duplicate,
  reorder,
  clockSkew,
  clockJump,
  year1970,
  flood,
  silence,
  flapping,
  halfOpen,
  notANumber,
  wrongType,
  oversize,
  rebootWithoutSession,
];

export interface FaultsOptions {
  /** Such as `ws://localhost:8080/ws`. */
  readonly url: string;
  readonly token?: string;
  readonly seed: string | number;
  readonly faults: readonly Fault[];
  /** Tell only what is not as it should be, and the sum. */
  readonly quiet?: boolean;
  /** Takes a line for a person. */
  readonly say: (line: string) => void;
  /** Lets so many ms pass. Default: the machine's own clock. */
  readonly pause?: (ms: number) => Promise<void>;
  /** Ends all that is still going on; it then is not judged. */
  readonly signal?: AbortSignal;
}

/** What became of a fault. */
export interface FaultOutcome {
  readonly fault: Fault;
  /** What was looked at; empty where the fault could not be played to its end. */
  readonly checks: readonly Check[];
  /** Why it could not. */
  readonly trouble?: string;
  /** `not judged`: it was stopped before its end. */
  readonly verdict: "as it should" | "NOT as it should" | "not judged";
}

/**
 * Plays faults, all at once, each once: says of each first what the hub should make of it, and when it is over what it did
 * make of it. Throws where there is no hub to begin with, or none that lets us in; what goes wrong later is an outcome.
 */
export async function playFaults(options: FaultsOptions): Promise<readonly FaultOutcome[]> {
  const { url, token, faults, quiet = false, say } = options;
  await new HubView(url, token).status().catch((error: unknown) => {
    throw new Error(`No fault was played at ${url}: ${troubleOf(error)}.`);
  });
  for (const { name, does, expectation } of quiet ? [] : faults) say(`${name}: ${does}; ${expectation}.`);
  const stopped = aborted(options.signal);
  const outcomes = await Promise.all(
    faults.map(async (fault) => {
      const outcome = await playFault(fault, options, stopped);
      if (!quiet || outcome.verdict !== "as it should") say(outcomeLine(outcome));
      return outcome;
    }),
  );
  say(sumLine(outcomes));
  return outcomes;
}

async function playFault(fault: Fault, options: FaultsOptions, stopped: Promise<never>): Promise<FaultOutcome> {
  const { url, token, seed, signal, pause = wait } = options;
  const device = `faults/${fault.name}`;
  const random = new Random(seed).derive(device);
  let stage: Stage | undefined;
  try {
    stage = await Stage.set({ url, device, random, pause, ...(token === undefined ? {} : { token }) });
    await Promise.race([fault.play(stage), stopped]);
    const { checks } = stage;
    const right = checks.length > 0 && checks.every((check) => check.right);
    return { fault, checks, verdict: right ? "as it should" : "NOT as it should" };
  } catch (error) {
    const checks = stage?.checks ?? [];
    const judged = !signal?.aborted || checks.some((check) => !check.right);
    return { fault, checks, trouble: troubleOf(error), verdict: judged ? "NOT as it should" : "not judged" };
  } finally {
    stage?.strike();
  }
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Rejects once all is to end; never resolves. */
function aborted(signal: AbortSignal | undefined): Promise<never> {
  const end = new Promise<never>((_, reject) => {
    const stop = () => reject(new Error("it was stopped before its end"));
    if (signal?.aborted) stop();
    else signal?.addEventListener("abort", stop, { once: true });
  });
  // It may come when nobody waits any more.
  end.catch(() => {});
  return end;
}

function troubleOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** `duplicate: copies acknowledged 50, readings stored 25: as it should.` */
function outcomeLine({ fault, checks, trouble, verdict }: FaultOutcome): string {
  const found = checks.map((check) => `${check.what} ${check.found}`).join(", ");
  const wrong = checks.filter(({ right }) => !right).map(({ what, found, should }) => `${what} ${found}, ${should}`);
  if (trouble !== undefined) wrong.push(trouble);
  return `${fault.name}: ${found === "" ? "" : `${found}: `}${[verdict, ...(wrong.length > 0 ? [wrong.join("; ")] : [])].join(": ")}.`;
}

/** `14 faults: 13 as they should be, 1 NOT as it should be (flood).` */
function sumLine(outcomes: readonly FaultOutcome[]): string {
  const named = (verdict: FaultOutcome["verdict"]) =>
    outcomes.filter((outcome) => outcome.verdict === verdict).map(({ fault }) => fault.name);
  const [wrong, open] = [named("NOT as it should"), named("not judged")];
  const right = outcomes.length - wrong.length - open.length;
  return [
    `${outcomes.length} fault${outcomes.length === 1 ? "" : "s"}: ${right} as the hub should take ${right === 1 ? "it" : "them"}`,
    ...(wrong.length > 0 ? [`${wrong.length} NOT (${wrong.join(", ")})`] : []),
    ...(open.length > 0 ? [`${open.length} not judged (${open.join(", ")})`] : []),
  ]
    .join(", ")
    .concat(".");
}
