const pollMs = 20;

/** Resolves once it is so, or after a while (ms), or where the person wants an end. */
export function until(isSo: () => boolean, withinMs: number, stopped: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const endMs = performance.now() + withinMs;
    const timer = setInterval(() => {
      if (!isSo() && performance.now() < endMs && !stopped?.aborted) return;
      clearInterval(timer);
      resolve();
    }, pollMs);
  });
}
