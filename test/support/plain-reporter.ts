import type { Reporter, TestModule } from "vitest/node";

/** Names what passed only when it ran again, and ends a test run with the one line that machines look for: `N passed, N failed`. */
export default class PlainReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], faults: readonly unknown[], reason?: string): void {
    let passed = 0;
    // A fault outside every test, such as a rejection that nobody awaited, fails the run too.
    let failed = faults.length;
    let leftOut = 0;
    for (const module of modules) {
      const failedBefore = failed;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (test.diagnostic()?.flaky)
          console.log(`passed only when it ran again: ${module.relativeModuleId} > ${test.fullName}`);
        if (state === "passed") passed += 1;
        else if (state === "failed") failed += 1;
        else leftOut += 1;
      }
      // A file that could not be loaded, or whose hooks failed, has no failed test of its own.
      if (module.state() === "failed" && failed === failedBefore) failed += 1;
    }
    // A run that found no tests, or broke off before them, must not look like one without failures.
    if (failed === 0 && (modules.length === 0 || reason === "failed")) failed = 1;
    if (leftOut > 0) console.log(`${leftOut} left out; each says above what it needs`);
    console.log(`${passed} passed, ${failed} failed`);
  }
}
