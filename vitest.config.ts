import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // A hang ends here; a machine that is slow or busy does not. No test measures its own speed by these.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 60_000 } },
    // On two cores one worker, the runner's own choice, leaves most of them idle, and two half: most tests wait for
    // processes, pages and disks. As measured, a file with a browser keeps a third of a core busy.
    maxWorkers: Math.max(4, availableParallelism() - 1),
    globalSetup: ["./test/support/global-setup.ts"],
    reporters: ["default", "./test/support/plain-reporter.ts"],
  },
});
