/** Plain text for terminals: no colour, at most WIDTH columns, so that it reads the same in a log file. */

export const WIDTH = 96;

/** Made once: it takes longer than all that it writes. */
const english = new Intl.NumberFormat('en-US');

/** `1,234,567`. */
export const grouped = (count: number): string => english.format(count);

/** `1 order`, `1,234 orders`; of what has no such plural, `many` says it. */
export const counted = (count: number, one: string, many = `${one}s`): string => `${grouped(count)} ${count === 1 ? one : many}`;

/** `12.3 %`; a share of nothing is said as `-`. */
export const share = (part: number, whole: number): string => (whole === 0 ? '-' : `${((100 * part) / whole).toFixed(1)} %`);

/** Breaks at blanks; words longer than a line are left whole. `hang` is put before every line but the first. */
export const wrap = (text: string, indent: string, hang: string, width = WIDTH): string[] => {
  const lines: string[] = [];
  let line = indent;
  let empty = true;
  for (const word of text.split(' ')) {
    if (!empty && line.length + 1 + word.length > width) {
      lines.push(line);
      line = hang;
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    empty = false;
  }
  lines.push(line);
  return lines;
};

/** Columns two blanks apart, as wide as their widest cell; the first is flush left, the others flush right unless told. */
export const columns = (rows: readonly (readonly string[])[], left: readonly number[] = [0], indent = '  '): string[] => {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, index) => (widths[index] = Math.max(widths[index] ?? 0, cell.length)));
  return rows.map((row) =>
    `${indent}${row.map((cell, index) => (left.includes(index) ? cell.padEnd(widths[index] ?? 0) : cell.padStart(widths[index] ?? 0))).join('  ')}`.trimEnd());
};

/** A section: its title, underlined, and its lines; nothing at all when there are none. */
export const section = (title: string, lines: readonly string[]): string[] =>
  (lines.length === 0 ? [] : ['', title, '-'.repeat(title.length), ...lines]);
