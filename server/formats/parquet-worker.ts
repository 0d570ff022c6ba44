/** Entry of the thread that writes one Parquet file: rows come in, each is answered with the bytes that are finished. */
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { type ParquetColumn, ParquetFile, type ParquetRows } from "./parquet.ts";

const port = parentPort as MessagePort;
const { columns } = workerData as { readonly columns: readonly ParquetColumn[] };
const file = new ParquetFile(columns);

/** Null: there are no more. */
port.on("message", (rows: ParquetRows | null) => {
  const bytes = rows ? file.add(rows) : file.end();
  port.postMessage(bytes, [bytes.buffer]);
});
