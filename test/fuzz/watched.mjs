/** Loaded into a hub before it starts: tells on SIGUSR2, after a garbage collection, what it holds and how late its loop was. */
import { monitorEventLoopDelay } from "node:perf_hooks";

const delay = monitorEventLoopDelay({ resolution: 5 });
delay.enable();
process.on("SIGUSR2", () => {
  const loopMs = { p99: delay.percentile(99) / 1e6, max: delay.max / 1e6 };
  delay.reset();
  globalThis.gc?.();
  globalThis.gc?.();
  const { rss, heapUsed, external } = process.memoryUsage();
  process.stdout.write(`${JSON.stringify({ figures: { rss, heapUsed, external, loopMs } })}\n`);
});
