/** Reads CSV as RFC 4180 has it; throws where a file is none. */
export function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  while (at < text.length) {
    let cell = "";
    if (text[at] === '"') {
      for (at += 1; ; at++) {
        if (at >= text.length) throw new Error("a quoted cell has no end");
        if (text[at] !== '"') cell += text[at];
        else if (text[at + 1] === '"') cell += text[++at];
        else break;
      }
      at += 1;
    } else {
      for (; at < text.length && text[at] !== "," && text[at] !== "\r"; at++) {
        if (text[at] === '"' || text[at] === "\n") throw new Error(`${JSON.stringify(text[at])} in a plain cell`);
        cell += text[at];
      }
    }
    row.push(cell);
    if (text[at] === ",") at += 1;
    else if (text.startsWith("\r\n", at)) {
      at += 2;
      rows.push(row);
      row = [];
      continue;
    } else throw new Error(`a row has no end at ${at}`);
    if (text.startsWith("\r\n", at)) {
      // The last cell is empty.
      row.push("");
      rows.push(row);
      row = [];
      at += 2;
    }
  }
  if (row.length > 0) throw new Error("the last row has no end");
  return rows;
}
