/** Small CSV texts as rows of cells (RFC 4180): a list that a person made, not years of readings. */

/** Cells by row; quotes taken off, line ends of any kind, a byte order mark left out. A quote that is not closed ends with the text. */
export function csvRows(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = "";
  let quoted = false;
  const endRow = () => {
    row.push(cell);
    rows.push(row);
    row = [];
    cell = "";
  };
  const plain = text.replace(/^\ufeff/, "").replace(/\r\n?/g, "\n");
  for (let at = 0; at < plain.length; at++) {
    const letter = plain[at] as string;
    if (quoted) {
      if (letter !== '"') cell += letter;
      else if (plain[at + 1] === '"') {
        cell += letter;
        at += 1;
      } else quoted = false;
    } else if (letter === '"' && cell === "") quoted = true;
    else if (letter === "\n") endRow();
    else if (letter === ",") {
      row.push(cell);
      cell = "";
    } else cell += letter;
  }
  if (cell !== "" || row.length > 0) endRow();
  return rows;
}
