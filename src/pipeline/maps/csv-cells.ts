/** The cells of a row of a table; those between quotes may hold delimiters, line ends and doubled quotes. */
export function cellsOf(row: string, delimiter: string): string[] {
  if (!row.includes('"')) return row.split(delimiter);
  const cells: string[] = [];
  for (let from = 0; from <= row.length;) {
    if (row.charCodeAt(from) === 34) {
      let to = from + 1;
      for (; to < row.length; to++) {
        if (row.charCodeAt(to) !== 34) continue;
        if (row.charCodeAt(to + 1) === 34) to += 1;
        else break;
      }
      const next = row.indexOf(delimiter, to);
      const end = next < 0 ? row.length : next;
      cells.push(row.slice(from + 1, to).replaceAll('""', '"') + row.slice(to + 1, end));
      from = end + 1;
    } else {
      const next = row.indexOf(delimiter, from);
      const end = next < 0 ? row.length : next;
      cells.push(row.slice(from, end));
      from = end + 1;
    }
  }
  return cells;
}
