/** Closes connections in steps, so that they do not all come back in one moment. */
import type { Clock } from "../ports.ts";

/** Connections that a stop closes at once. More are closed in steps. */
const closedAtOnce = 250;
const closeStepMs = 100;
const mostCloseSteps = 30;

/** Each is served until its turn comes; `settled` resolves once nothing that one of them sent is on its way to the disk. */
export async function closeInSteps(
  connections: readonly { shutDown(): void }[],
  settled: () => Promise<void>,
  clock: Pick<Clock, "after">,
): Promise<void> {
  const step = Math.max(closedAtOnce, Math.ceil(connections.length / mostCloseSteps));
  for (let at = 0; ; ) {
    await settled();
    for (const connection of connections.slice(at, at + step)) connection.shutDown();
    at += step;
    if (at >= connections.length) return;
    await new Promise<void>((resolve) => {
      clock.after(closeStepMs, resolve);
    });
  }
}
