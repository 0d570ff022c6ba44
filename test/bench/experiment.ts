/** One experiment: a fresh system on an empty folder, ended in good order, or killed where something failed. */
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Running, System } from "./systems/system.ts";

const lookAgainMs = 100;

/**
 * Throws where a system holds another number of readings than were acknowledged: the run is void.
 * One that shows readings late is asked again for as long as it may take.
 */
export async function checkStored(system: System, running: Running, acknowledged: number): Promise<void> {
  const deadline = performance.now() + (system.visibleWithinMs ?? 0);
  let stored = await running.stored();
  while (stored < acknowledged && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, lookAgainMs));
    stored = await running.stored();
  }
  if (stored !== acknowledged)
    throw new Error(`${system.name} acknowledged ${acknowledged} readings and holds ${stored}`);
}

/**
 * Runs `experiment` on a system that was started for it alone.
 * @param onStopped looks at the folder after a clean stop, before it is removed
 */
export async function withSystem<T>(
  parent: string,
  system: System,
  experiment: (running: Running) => Promise<T>,
  onStopped: (folder: string) => void = () => {},
): Promise<T> {
  const folder = mkdtempSync(join(parent, "system-"));
  let running: Running | undefined;
  try {
    running = await system.start(folder);
    const result = await experiment(running);
    await running.stop();
    onStopped(folder);
    return result;
  } catch (error) {
    running?.kill();
    throw error;
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The same with several systems that live at the same time. */
export function withSystems<T>(
  parent: string,
  systems: readonly System[],
  experiment: (running: readonly Running[]) => Promise<T>,
): Promise<T> {
  const [first, ...others] = systems;
  if (!first) return experiment([]);
  return withSystem(parent, first, (running) =>
    withSystems(parent, others, (those) => experiment([running, ...those])),
  );
}
