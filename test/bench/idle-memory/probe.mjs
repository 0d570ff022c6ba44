/** Loaded into a server before its program: weighs it when it is asked to, after everything that is garbage was collected. */
// @ts-check
import { isMainThread } from "node:worker_threads";

/** What is freed by one collection may have held what the next one frees. */
const collections = 5;

// The threads that a program starts load it too.
if (isMainThread) {
  process.on("message", async (order) => {
    if (order !== "weigh") return;
    for (let done = 0; done < collections; done++) {
      globalThis.gc?.();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const { heapUsed, external, rss } = process.memoryUsage();
    process.send?.({ heapBytes: heapUsed + external, residentBytes: rss });
  });
  // Whoever started it is gone.
  process.on("disconnect", () => process.exit(1));
}
