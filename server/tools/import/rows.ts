/** Cuts bytes of a file into rows: at line breaks, and in CSV not at those within quotes. */
import { isUtf8 } from "node:buffer";
import { WrongFile } from "./troubles.ts";

/** One row as text, and the line that it begins at, from 1. */
export interface Row {
  readonly line: number;
  readonly text: string;
  /** A quote opens in it and nothing closes it: the lines behind it are rows again. */
  readonly isOpen?: true;
}

/** Rows of one piece of a file. */
export interface Rows {
  readonly rows: readonly Row[];
  /** How many bytes of the piece they take; what is left begins the next piece. */
  readonly usedBytes: number;
  /** The line at which that begins. */
  readonly nextLine: number;
  readonly isUtf8: boolean;
}

/** How rows end. `delimiter`: what parts the cells, where line breaks may stand within quotes. */
export interface RowForm {
  readonly delimiter?: string;
}

/** Longest row with a quote, bytes: one that is never closed must not take in the rest of the file. */
const maxQuotedBytes = 256 * 1024;

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const quote = 0x22;

/** The whole rows at the beginning of `bytes`, which begin at `line`; with `isEnd` the last one needs no line break. Throws `WrongFile`. */
export function rowsOf(bytes: Buffer, line: number, isEnd: boolean, { delimiter }: RowForm): Rows {
  const quoted = delimiter !== undefined && bytes.includes(quote);
  return quoted ? quotedRows(bytes, line, isEnd, delimiter.charCodeAt(0)) : plainRows(bytes, line, isEnd);
}

function plainRows(bytes: Buffer, line: number, isEnd: boolean): Rows {
  const usedBytes = isEnd ? bytes.length : bytes.lastIndexOf(lineFeed) + 1;
  if (usedBytes === 0 && bytes.length > 0) throw tooLong(line, bytes.length);
  const used = bytes.subarray(0, usedBytes);
  const { text, utf8 } = decode(used);
  const lines = text.split("\n");
  // Behind the last line break there is nothing.
  if (lines.at(-1) === "") lines.pop();
  const rows: Row[] = [];
  for (let index = 0; index < lines.length; index++) {
    const content = withoutReturn(lines[index] as string);
    if (content !== "") rows.push({ line: line + index, text: content });
  }
  return { rows, usedBytes, nextLine: line + lines.length, isUtf8: utf8 };
}

function quotedRows(bytes: Buffer, firstLine: number, isEnd: boolean, delimiter: number): Rows {
  const utf8 = isUtf8(bytes.subarray(0, wholeEnd(bytes, isEnd)));
  const rows: Row[] = [];
  let line = firstLine;
  let start = 0;
  while (start < bytes.length) {
    const end = rowEnd(bytes, start, delimiter);
    if (end.isClosed && (end.hasBreak || isEnd)) {
      const content = withoutReturn(textOf(bytes.subarray(start, end.at), utf8));
      if (content !== "") rows.push({ line, text: content });
      line += 1 + end.breaks;
      start = end.at + 1;
      continue;
    }
    if (!isEnd && (end.isClosed || bytes.length - start <= maxQuotedBytes)) break;
    const feed = bytes.indexOf(lineFeed, start);
    const at = feed < 0 ? bytes.length : feed;
    rows.push({ line, text: withoutReturn(textOf(bytes.subarray(start, at), utf8)), isOpen: true });
    line += 1;
    start = at + 1;
  }
  const usedBytes = Math.min(start, bytes.length);
  if (usedBytes === 0 && bytes.length > 0) throw tooLong(line, bytes.length);
  return { rows, usedBytes, nextLine: line, isUtf8: utf8 };
}

/** Where the row that begins at `start` ends: at a line break outside of quotes, or with the bytes. A quote counts at the beginning of a cell alone. */
function rowEnd(bytes: Buffer, start: number, delimiter: number) {
  let breaks = 0;
  let inQuotes = false;
  let cellBegins = true;
  for (let at = start; at < bytes.length; at++) {
    const byte = bytes[at];
    if (inQuotes) {
      if (byte === lineFeed) breaks++;
      else if (byte === quote && bytes[at + 1] === quote) at++;
      else if (byte === quote) inQuotes = false;
      else if (at - start > maxQuotedBytes) break;
      continue;
    }
    if (byte === lineFeed) return { at, breaks, isClosed: true, hasBreak: true };
    if (byte === quote && cellBegins) inQuotes = true;
    cellBegins = byte === delimiter;
  }
  return { at: bytes.length, breaks, isClosed: !inQuotes, hasBreak: false };
}

/** The cells of a row of CSV. */
export function cellsOf(text: string, delimiter: string): string[] {
  if (!text.includes('"')) return text.split(delimiter);
  const cells: string[] = [];
  let at = 0;
  while (at <= text.length) {
    if (text[at] !== '"') {
      const next = text.indexOf(delimiter, at);
      const end = next < 0 ? text.length : next;
      cells.push(text.slice(at, end));
      at = end + 1;
      continue;
    }
    let cell = "";
    let from = at + 1;
    let close = text.indexOf('"', from);
    while (close >= 0 && text[close + 1] === '"') {
      cell += text.slice(from, close + 1);
      from = close + 2;
      close = text.indexOf('"', from);
    }
    const end = close < 0 ? text.length : close;
    const next = text.indexOf(delimiter, end);
    const cellEnd = next < 0 ? text.length : next;
    // What stands between the closing quote and the delimiter belongs to the cell, as spreadsheets read it.
    cells.push(cell + text.slice(from, end) + text.slice(end + 1, cellEnd));
    at = cellEnd + 1;
  }
  return cells;
}

/** The last whole character: a piece may end within one. */
function wholeEnd(bytes: Buffer, isEnd: boolean): number {
  return isEnd ? bytes.length : bytes.lastIndexOf(lineFeed) + 1;
}

function decode(bytes: Buffer): { text: string; utf8: boolean } {
  const utf8 = isUtf8(bytes);
  return { text: textOf(bytes, utf8), utf8 };
}

/** Files that are no UTF-8 come from old spreadsheets. */
const windows = new TextDecoder("windows-1252");

function textOf(bytes: Buffer, utf8: boolean): string {
  return utf8 ? bytes.toString("utf8") : windows.decode(bytes);
}

function withoutReturn(text: string): string {
  return text.charCodeAt(text.length - 1) === carriageReturn ? text.slice(0, -1) : text;
}

function tooLong(line: number, bytes: number): WrongFile {
  const size = new Intl.NumberFormat("en-US").format(bytes);
  return new WrongFile(
    `Line ${line} is longer than ${size} bytes, which no row of readings is. Nothing behind it was read.`,
  );
}
