/** The hub's end of the thread that writes Parquet, where things go wrong. */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { describe, expect, it } from "vitest";
import type { ParquetRows } from "../../server/formats/parquet.ts";
import { parquetPieces } from "../../server/formats/parquet-thread.ts";

/** New ones each time: columns move to the thread. */
function rows(): ParquetRows {
  return { device: "d", metric: "m", times: Float64Array.of(1), cells: { value: Float64Array.of(2) } };
}

async function* given(...all: ParquetRows[]): AsyncGenerator<ParquetRows> {
  yield* all;
}

describe("a thread that writes Parquet", () => {
  it.each([
    ["at its start", 'throw new Error("no room")'],
    ["at its work", 'require("worker_threads").parentPort.on("message", () => { throw new Error("no room"); })'],
  ])("fails %s, and the answer with it", async (_, code) => {
    const start = () => new Worker(code, { eval: true });
    const pieces = parquetPieces(start, ["value"], given(rows(), rows()));
    await expect(pieces.next()).rejects.toThrow("no room");
  });

  it("ends with an answer that nobody waits for any more", async () => {
    const code =
      'require("worker_threads").parentPort.on("message", function () { this.postMessage(new Uint8Array(1)); })';
    const started: Worker[] = [];
    const start = () => {
      const worker = new Worker(code, { eval: true });
      started.push(worker);
      return worker;
    };
    const pieces = parquetPieces(start, ["value"], given(rows(), rows(), rows()));
    await pieces.next();
    const ended = once(started[0] as Worker, "exit");
    await pieces.return(undefined);
    await ended;
    expect(started).toHaveLength(1);
  });
});
