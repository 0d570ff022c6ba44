/** Reads Parquet by what nobody here wrote: the Rust library of Apache Arrow, built for WebAssembly. */
import { type Table, tableFromIPC } from "apache-arrow";
import { readParquet } from "parquet-wasm";

export class ReadParquet {
  readonly #table: Table;
  /** `name:type`, as Arrow has them. */
  readonly columns: readonly string[];

  constructor(file: Uint8Array) {
    this.#table = tableFromIPC(readParquet(file).intoIPCStream());
    this.columns = this.#table.schema.fields.map(({ name, type }) => `${name}:${type}`);
  }

  /** The cells of a column; times are ms since the epoch. */
  column(name: string): unknown[] {
    return Array.from(this.#table.getChild(name) ?? [], (cell) => (typeof cell === "bigint" ? Number(cell) : cell));
  }

  /** Of each row the cells of these columns, or of all. */
  rows(...names: string[]): unknown[][] {
    const wanted = names.length > 0 ? names : this.#table.schema.fields.map(({ name }) => name);
    const columns = wanted.map((name) => this.column(name));
    return Array.from({ length: this.#table.numRows }, (_, row) => columns.map((column) => column[row]));
  }
}
