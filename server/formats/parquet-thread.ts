/** The hub's end of the thread that writes Parquet: its own thread has other things to do than to compress. */
import { once } from "node:events";
import type { Worker } from "node:worker_threads";
import type { ParquetColumn, ParquetRows } from "./parquet.ts";

/** Starts `parquet-worker.ts` with this as its `workerData`. */
export type StartParquet = (data: { readonly columns: readonly ParquetColumn[] }) => Worker;

/**
 * The bytes of one file, as they are finished; columns of rows move to the thread. It asks for rows only when those before
 * are written, so that nothing piles up. Ends the thread with itself. Throws what went wrong there.
 */
export async function* parquetPieces(
  start: StartParquet,
  columns: readonly ParquetColumn[],
  rows: AsyncIterable<ParquetRows>,
): AsyncGenerator<Uint8Array> {
  const worker = start({ columns });
  let failed: unknown;
  // Heard at any time: an error that nobody hears would end the hub.
  worker.on("error", (error) => {
    failed = error;
  });
  const ask = async (message: ParquetRows | null): Promise<Uint8Array> => {
    if (failed !== undefined) throw failed;
    worker.postMessage(message, message ? buffersOf(message) : []);
    const [bytes] = (await once(worker, "message")) as [Uint8Array];
    return bytes;
  };
  try {
    for await (const some of rows) {
      const bytes = await ask(some);
      if (bytes.length > 0) yield bytes;
    }
    yield await ask(null);
  } finally {
    await worker.terminate();
  }
}

function buffersOf({ times, cells }: ParquetRows): ArrayBuffer[] {
  const columns = [times, ...Object.values(cells)];
  return columns.flatMap((column) => (ArrayBuffer.isView(column) ? [column.buffer as ArrayBuffer] : []));
}
