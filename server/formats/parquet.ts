/**
 * Apache Parquet: a file of columns, which statistics programs and databases read. Rows are gathered to groups, so that a
 * file of any length takes the memory of one group. It is work for a thread of its own: see `parquet-thread.ts`.
 */
import { gzipSync } from "node:zlib";
import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import type { Aggregate } from "../protocol/past.ts";

/** Columns behind `time,device,metric`: numbers, booleans and texts each have their own, since a column has one type. */
export type ParquetColumn = "value" | "state" | "text" | Aggregate;

/** Some rows of one series: times in ms since the epoch, and a cell each in some of the file's columns; the others have none. */
export interface ParquetRows {
  readonly device: string;
  readonly metric: string;
  readonly times: Float64Array;
  /** `state`: 0 or 1. */
  readonly cells: { readonly [name in ParquetColumn]?: Float64Array | Uint8Array | readonly string[] };
}

/** Rows of one group: more compress better, and are held in memory. */
const groupRows = 65_536;

const typesOf = {
  text: { type: "BYTE_ARRAY", converted_type: "UTF8", logical_type: { type: "STRING" } },
  state: { type: "BOOLEAN" },
  number: { type: "DOUBLE" },
} as const;

const time = {
  name: "time",
  type: "INT64",
  repetition_type: "REQUIRED",
  converted_type: "TIMESTAMP_MILLIS",
  logical_type: { type: "TIMESTAMP", isAdjustedToUTC: true, unit: "MILLIS" },
} as const;

type Cell = number | boolean | string | null;

/** Writes one file. Nobody but this class knows which library does it. */
export class ParquetFile {
  readonly #bytes = new ByteWriter();
  readonly #writer: ParquetWriter;
  readonly #columns: readonly ParquetColumn[];
  readonly #cells: Cell[][];
  #times: bigint[] = [];
  #devices: string[] = [];
  #metrics: string[] = [];

  constructor(columns: readonly ParquetColumn[]) {
    this.#columns = columns;
    this.#cells = columns.map(() => []);
    const names = (["device", "metric"] as const).map((name) => ({
      ...{ name, repetition_type: "REQUIRED" as const },
      ...typesOf.text,
    }));
    const others = columns.map((name) => ({
      ...{ name, repetition_type: "OPTIONAL" as const },
      ...typesOf[name === "text" || name === "state" ? name : "number"],
    }));
    this.#writer = new ParquetWriter({
      writer: this.#bytes,
      schema: [{ name: "readings", num_children: 3 + columns.length }, time, ...names, ...others],
      codec: "GZIP",
      compressors: { GZIP: (bytes) => gzipSync(bytes, { level: 1 }) },
      createdBy: "telemetry-hub",
    });
  }

  /** Adds rows; gives the bytes that are finished, most often none. */
  add({ device, metric, times, cells }: ParquetRows): Uint8Array<ArrayBuffer> {
    for (let index = 0; index < times.length; index++) {
      this.#times.push(BigInt(times[index] as number));
      this.#devices.push(device);
      this.#metrics.push(metric);
    }
    for (const [place, name] of this.#columns.entries()) {
      const column = this.#cells[place] as Cell[];
      const from = cells[name];
      for (let index = 0; index < times.length; index++) {
        const cell = from?.[index];
        if (cell === undefined) column.push(null);
        else column.push(name === "state" ? cell === 1 : cell);
      }
    }
    if (this.#times.length >= groupRows) this.#writeGroup();
    return this.#taken();
  }

  /** The bytes that are left, the file's table of contents last. */
  end(): Uint8Array<ArrayBuffer> {
    if (this.#times.length > 0) this.#writeGroup();
    this.#writer.finish();
    const bytes = this.#taken();
    return this.#writer.num_rows === 0n ? withStructs(bytes) : bytes;
  }

  #writeGroup(): void {
    const columnData = [
      { name: "time", data: BigInt64Array.from(this.#times), encoding: "DELTA_BINARY_PACKED" as const },
      { name: "device", data: this.#devices },
      { name: "metric", data: this.#metrics },
      ...this.#columns.map((name, place) => {
        const data = this.#cells[place] as Cell[];
        // A dictionary of the library's takes -0 for 0.
        return data.some((cell) => Object.is(cell, -0)) ? { name, data, encoding: "PLAIN" as const } : { name, data };
      }),
    ];
    this.#writer.write({ columnData, rowGroupSize: this.#times.length });
    this.#times = [];
    this.#devices = [];
    this.#metrics = [];
    for (const place of this.#cells.keys()) this.#cells[place] = [];
  }

  /** What was written since the last call; the writer's place in the file goes on. */
  #taken(): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(this.#bytes.getBuffer());
    this.#bytes.index = 0;
    return bytes;
  }
}

/**
 * The library writes an empty list of row groups as one of nothing, which strict readers refuse: in Thrift's compact form
 * these are `num_rows` 0, the list's field, and its length and type.
 */
function withStructs(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const at = Buffer.from(bytes.buffer).lastIndexOf(Buffer.from([0x16, 0x00, 0x19, 0x00]));
  if (at < 0) throw new Error("the end of an empty Parquet file is not what it was");
  bytes[at + 3] = 0x0c;
  return bytes;
}
