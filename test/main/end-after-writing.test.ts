import { Writable } from "node:stream";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { endAfterWriting } from "../../server/main/end-after-writing.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout"] }));
afterEach(() => void vi.useRealTimers());

/** A pipe that takes what is written once `take` is called, and what ended the process. */
function pipe() {
  const taken: string[] = [];
  const codes: number[] = [];
  let take = () => {};
  const stream = new Writable({
    decodeStrings: false,
    write: (text: string, _, done) => {
      take = () => {
        taken.push(text);
        done();
      };
    },
  });
  return { stream, taken, codes, take: () => take(), exit: (code: number) => void codes.push(code) };
}

it("[F22] a hub that ends by a fault ends once its last words are out, and without waiting where they are", async () => {
  const { stream, taken, codes, take, exit } = pipe();
  stream.write("why it ends");
  endAfterWriting(1, stream as unknown as NodeJS.WriteStream, exit);
  expect(codes).toEqual([]);
  take();
  const ended = new Promise((resolve) => stream.write("", resolve));
  take();
  take();
  await ended;
  expect([taken[0], codes]).toEqual(["why it ends", [1]]);
  vi.advanceTimersByTime(1_000);
  expect(codes).toEqual([1]);
  const other = pipe();
  endAfterWriting(1, other.stream as unknown as NodeJS.WriteStream, other.exit);
  expect(other.codes).toEqual([1]);
});

it("[F22] a hub that ends by a fault waits for no reader that takes nothing", () => {
  const { stream, codes, exit } = pipe();
  stream.write("why it ends");
  endAfterWriting(1, stream as unknown as NodeJS.WriteStream, exit);
  vi.advanceTimersByTime(500);
  expect(codes).toEqual([1]);
});
