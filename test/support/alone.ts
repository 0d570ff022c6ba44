/**
 * Test files that put modules in the place of others or load them anew: each runs in a process of its own. Elsewhere files take
 * turns in a few processes, and what one of them loaded is there for the next.
 */
export const alone = [
  "test/dashboard/draw-keys.test.ts",
  "test/dashboard/format.test.ts",
  "test/dashboard/texts.test.ts",
];
