/** Parts of a stop: closes connections in steps, so that they do not all come back in one moment, and waits for nothing too long. */
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

/** Resolves when the last work of a part is done or failed, or `patienceMs` have passed: it can ask whether nobody waits for it any more. */
export function forAtMost(
  patienceMs: number,
  clock: Pick<Clock, "after">,
  work: (isOver: () => boolean) => Promise<unknown>,
): Promise<void> {
  return new Promise((resolve) => {
    let isOver = false;
    const patience = clock.after(patienceMs, () => {
      isOver = true;
      resolve();
    });
    const done = () => {
      patience.cancel();
      resolve();
    };
    work(() => isOver).then(done, done);
  });
}
