/** What a person reads where the disk is full. */
import { tmpdir } from "node:os";
import { expect, it } from "vitest";
import { FreeSpace } from "../../../server/store/sqlite/free-space.ts";

it("[SQ72] tells in MB how much room there is and how much stays free", () => {
  const full = new FreeSpace(tmpdir(), 2 ** 60);
  expect(() => full.require()).toThrow(
    /^The disk has \d+(\.\d)? [MG]B free; .* below 1152921504.6 GB \(--min-free\) and goes on when there is room again\.$/,
  );
  expect(() => new FreeSpace(tmpdir(), 0).require()).not.toThrow();
});
