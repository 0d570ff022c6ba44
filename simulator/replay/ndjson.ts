/** NDJSON: one JSON object a line; objects within become `outer.inner`. */
import { maxRowBytes, type Row, WrongFile } from "./row.ts";

/** Keys that a file may have: each becomes a column. */
const maxColumns = 10_000;

/** Rows; keys that were not met before are added to `header`. */
export async function* ndjsonRows(bytes: AsyncIterable<Uint8Array>, header: string[]): AsyncGenerator<readonly Row[]> {
  const places = new Map(header.map((key, place) => [key, place]));
  const decoder = new TextDecoder();
  let line = 0;
  let rest = "";
  const take = (text: string): Row | undefined => {
    line++;
    if (text.trim() === "") return undefined;
    let object: unknown;
    try {
      object = JSON.parse(text);
    } catch {
      return { line, cells: [], trouble: { expected: "a JSON object", found: shorten(text) } };
    }
    if (typeof object !== "object" || object === null || Array.isArray(object))
      return { line, cells: [], trouble: { expected: "a JSON object", found: shorten(text) } };
    const cells: unknown[] = [];
    spread(object, "", (key, value) => {
      let place = places.get(key);
      if (place === undefined) {
        place = header.length;
        if (place >= maxColumns)
          throw new WrongFile(`Line ${line}: the objects have more than ${maxColumns} different keys.`);
        header.push(key);
        places.set(key, place);
      }
      cells[place] = value;
    });
    return { line, cells };
  };
  for await (const piece of bytes) {
    const lines = (rest + decoder.decode(piece, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    if (rest.length > maxRowBytes) throw new WrongFile(`Line ${line + lines.length + 1} is longer than 1 MB.`);
    yield lines.map(take).filter((row) => row !== undefined);
  }
  const last = take(rest + decoder.decode());
  if (last) yield [last];
}

function spread(object: object, before: string, tell: (key: string, value: unknown) => void): void {
  for (const [key, value] of Object.entries(object)) {
    const inner = typeof value === "object" && value !== null && !Array.isArray(value);
    if (inner) spread(value, `${before}${key}.`, tell);
    else tell(before + key, value);
  }
}

function shorten(text: string): string {
  const line = text.trim();
  return line.length > 60 ? `${line.slice(0, 60)}…` : line;
}
