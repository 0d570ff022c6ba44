/** Faults as the command line runs them: beside a fleet, or alone. */
import { type Fault, playFaults } from "../faults.ts";
import { stopOnSignals } from "../terminal.ts";

export interface FaultsCommand {
  readonly url: string;
  readonly token?: string;
  readonly seed: string;
  readonly faults: readonly Fault[];
  /** Tell only what is not as it should be, and the sum. */
  readonly quiet: boolean;
  /** Takes a line for a person. */
  readonly say: (line: string) => void;
  /** Takes a line of trouble. */
  readonly warn: (line: string) => void;
}

export interface RunningFaults {
  /** Ends those that are still going on; they are told as not judged, and count as not right. */
  stop(): void;
  /** True once all are over and the hub made of each what it should. Never rejects. */
  readonly right: Promise<boolean>;
}

export function startFaults({ warn, ...options }: FaultsCommand): RunningFaults {
  const end = new AbortController();
  const right = playFaults({ ...options, signal: end.signal }).then(
    (outcomes) => outcomes.every(({ verdict }) => verdict === "as it should"),
    (error: Error) => {
      warn(error.message);
      return false;
    },
  );
  return { stop: () => end.abort(), right };
}

/** Runs them without a fleet until they are over, `durationMs` is, or a signal comes. The exit code: 1 where one is not as it should be, or was not judged. */
export async function runFaults(command: FaultsCommand, durationMs?: number): Promise<0 | 1> {
  const running = startFaults(command);
  void stopOnSignals(durationMs).ended.then(running.stop);
  return (await running.right) ? 0 : 1;
}
