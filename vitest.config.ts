import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { alone } from "./test/support/alone.ts";
import LongestFirst from "./test/support/longest-first.ts";

/**
 * Browsers and processes in real time, on a machine that others may keep busy: what fails once runs again, and the last lines
 * of the run name it. Everywhere else the first failure stands: a clock is turned there, or a seed printed.
 */
const realTime = ["chaos", "clients", "deploy", "e2e", "main"].map((folder) => `test/${folder}/**/*.test.ts`);

export default defineConfig({
  test: {
    // Files take turns in a few processes: each in one of its own takes half as much CPU again, for packages and modules that are
    // loaded again and a browser that is started again. So what stands at the top of a module stays from file to file.
    isolate: false,
    projects: [
      { extends: true, test: { name: "real time", include: realTime, retry: 1 } },
      { extends: true, test: { name: "others", include: ["test/**/*.test.ts"], exclude: [...realTime, ...alone] } },
      { extends: true, test: { name: "alone", include: alone, isolate: true } },
    ],
    // A hang ends here; a machine that is slow or busy does not. No test measures its own speed by these.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 60_000 } },
    // On two cores one worker, the runner's own choice, leaves most of them idle, and two half: most tests wait for
    // processes, pages and disks. As measured, a file with a browser keeps about one core busy, most others less.
    maxWorkers: Math.max(4, availableParallelism() - 1),
    sequence: { sequencer: LongestFirst },
    globalSetup: ["./test/support/global-setup.ts"],
    reporters: ["default", "./test/support/plain-reporter.ts"],
  },
});
