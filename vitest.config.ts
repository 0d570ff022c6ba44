import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // A hang ends here; a machine that is slow or busy does not. No test measures its own speed by these.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 60_000 } },
    globalSetup: ["./test/support/global-setup.ts"],
    reporters: ["default", "./test/support/plain-reporter.ts"],
  },
});
