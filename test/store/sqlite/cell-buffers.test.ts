/** Buffers that heads let go are given to heads that grow, and no more of them are kept than is said. */
import { expect, it } from "vitest";
import { CellBuffers } from "../../../server/store/sqlite/cell-buffers.ts";

it("gives a buffer that was let go once, to who asks for that length", () => {
  const buffers = new CellBuffers();
  const first = buffers.take(256);
  buffers.give(first);
  expect(buffers.take(128)).not.toBe(first);
  expect(buffers.take(256)).toBe(first);
  expect(buffers.take(256)).not.toBe(first);
});

it("keeps no more than a mebibyte of one length, and none of those that cost little", () => {
  const buffers = new CellBuffers();
  const kept = (length: number, count: number) => {
    const given = Array.from({ length: count }, () => new Float64Array(length));
    for (const buffer of given) buffers.give(buffer);
    return Array.from({ length: count }, () => buffers.take(length)).filter((buffer) => given.includes(buffer)).length;
  };
  expect(kept(2 ** 16, 5)).toBe(2);
  expect(kept(2 ** 18, 2)).toBe(0);
  expect(kept(32, 2)).toBe(0);
});
