/** Reads the CSV that the server writes. Pure. */

/** Its rows; the last is left out where the text may have been cut off in it, which is where no line ends. */
export function rowsOf(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = "";
  let isQuoted = false;
  const endCell = () => {
    row.push(unescaped(cell));
    cell = "";
  };
  const body = text.startsWith("\uFEFF") ? text.slice(1) : text;
  for (let i = 0; i < body.length; i++) {
    const char = body.charAt(i);
    if (isQuoted) {
      if (char !== '"') cell += char;
      else if (body[i + 1] === '"') cell += body.charAt(i++);
      else isQuoted = false;
    } else if (char === '"') isQuoted = true;
    else if (char === ",") endCell();
    else if (char === "\n") {
      endCell();
      rows.push(row);
      row = [];
    } else if (char !== "\r") cell += char;
  }
  return rows;
}

/** What a spreadsheet would take for a formula is written with an apostrophe before it. */
const unescaped = (cell: string): string => (/^'[=+\-@\t\r]/.test(cell) ? cell.slice(1) : cell);
