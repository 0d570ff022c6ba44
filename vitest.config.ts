import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

/**
 * Folders of many small files, which take turns in a few processes: each in one of its own takes half as much CPU again, for
 * packages that are loaded again. The modules of this house are loaded anew for each file all the same.
 */
const sharing = ["dashboard", "formats", "hub", "protocol", "simulator", "store", "transport"].map(
  (folder) => `test/${folder}/**/*.test.ts`,
);
/** Loads modules again and again, each time in another language: what others loaded was seen to come in between. */
const alone = ["test/dashboard/format.test.ts"];
/**
 * Browsers and processes in real time, on a machine that others may keep busy: what fails once runs again, and the last lines
 * of the run name it. Everywhere else the first failure stands: a clock is turned there, or a seed printed.
 */
const realTime = ["chaos", "clients", "deploy", "e2e", "main"].map((folder) => `test/${folder}/**/*.test.ts`);

export default defineConfig({
  test: {
    projects: [
      { extends: true, test: { name: "sharing", isolate: false, include: sharing, exclude: alone } },
      {
        extends: true,
        test: {
          name: "apart",
          include: ["test/**/*.test.ts"],
          exclude: [...sharing, ...realTime],
        },
      },
      { extends: true, test: { name: "real time", include: realTime, retry: 1 } },
      { extends: true, test: { name: "alone", include: alone } },
    ],
    // A hang ends here; a machine that is slow or busy does not. No test measures its own speed by these.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 60_000 } },
    // On two cores one worker, the runner's own choice, leaves most of them idle, and two half: most tests wait for
    // processes, pages and disks. As measured, a file with a browser keeps about one core busy, most others less.
    maxWorkers: Math.max(4, availableParallelism() - 1),
    globalSetup: ["./test/support/global-setup.ts"],
    reporters: ["default", "./test/support/plain-reporter.ts"],
  },
});
