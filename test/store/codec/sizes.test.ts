import { describe, expect, it } from "vitest";
import { type ChunkColumns, encodeChunk } from "../../../server/store/codec/chunk.ts";
import { demo, floats, lines, vibration, walks } from "./shapes.ts";

function bytesAReading(chunks: readonly ChunkColumns[]): number {
  const bytes = chunks.reduce((sum, chunk) => sum + encodeChunk(chunk).length, 0);
  return bytes / chunks.reduce((sum, { times }) => sum + times.length, 0);
}

describe("a chunk", () => {
  it.each([
    { measured: 1.026, of: "walks of 41 steps, a jittery clock", chunks: () => walks(1_000, 4) },
    { measured: 0.695, of: "the same, a steady clock", chunks: () => walks(10_000, 0) },
    { measured: 1.37, of: "the same, a clock of 8 s and up to 40 ms", chunks: () => walks(8_000, 40) },
    { measured: 0.645, of: "a greenhouse", chunks: () => demo("greenhouse") },
    { measured: 0.457, of: "a bus", chunks: () => demo("vehicle") },
    { measured: 2.046, of: "a ticker", chunks: () => demo("market") },
    { measured: 0.823, of: "1,000 samples a second", chunks: () => vibration() },
    { measured: 6.04, of: "full precision, noise", chunks: () => [floats().noise] },
    { measured: 5.088, of: "full precision, smooth", chunks: () => [floats().smooth] },
    { measured: 0.784, of: "floats of 32 bits", chunks: () => [floats().rounded] },
    { measured: 0.972, of: "a converter of 12 bits", chunks: () => [floats().converted] },
    { measured: 1.17, of: "decimals, one in twenty of full precision", chunks: () => [floats().odd] },
    { measured: 6.69, of: "lines of a log", chunks: () => [lines()] },
  ])("[SC11] takes $measured bytes a reading, give or take 3 %: $of", ({ measured, chunks }) => {
    const ratio = bytesAReading(chunks()) / measured;
    expect(ratio).toBeGreaterThan(0.97);
    expect(ratio).toBeLessThan(1.03);
  });
});
