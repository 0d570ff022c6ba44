import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 20_000,
    hookTimeout: 60_000,
    globalSetup: ["./test/support/global-setup.ts"],
    reporters: ["default", "./test/support/plain-reporter.ts"],
  },
});
