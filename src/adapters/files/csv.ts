import { cellsOf } from '../../pipeline/maps/csv-cells.js';
import { openChunks } from './chunks.js';

/** A row of a CSV file as it stands there. */
export interface CsvRow {
  readonly file: string;
  /** Line of the file on which it begins, from 1. */
  readonly number: number;
  readonly cells: readonly string[];
  /** The row as text, without its line end. */
  readonly text: string;
}

export interface CsvSource {
  readonly file: string;
  readonly columns: readonly string[];
  /** The next rows, at least one; null at the end of the file. Rejects on a quote that is never closed, as nothing after it can be told apart. */
  next(): Promise<CsvRow[] | null>;
  /** Does the file hold bytes that are none of its encoding? What is read has U+FFFD in their place. Reads the file once more, the first time. */
  readonly isDamaged: () => Promise<boolean>;
  readonly bytesRead: () => number;
  readonly close: () => void;
}

export interface CsvSettings {
  readonly delimiter: string;
  readonly encoding: 'utf-8' | 'windows-1252';
}

/** A file that is no table; the message says where and what to do. */
export class CsvFault extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'CsvFault';
  }
}

const CHUNK = 1 << 18;
/** A row is not longer: what no limit would accept is taken for a quote that was not closed. Characters. */
const LONGEST_ROW = 16 << 20;

/**
 * Reads a table (RFC 4180): the first row names the columns, cells may stand between quotes and then hold delimiters, line ends and
 * doubled quotes. Empty lines are skipped. `.gz` files are unpacked. Rejects when the file can't be read or is no table.
 */
export async function openCsv(file: string, { delimiter, encoding }: CsvSettings): Promise<CsvSource> {
  const chunks = await openChunks(file, CHUNK);
  const decoder = new TextDecoder(encoding);
  const splitter = createSplitter(file, delimiter);
  let damaged: Promise<boolean> | null = null;
  let queue: CsvRow[] = [];
  let ended = false;
  const fill = async (): Promise<void> => {
    while (queue.length === 0 && !ended) {
      const chunk = await chunks.next();
      ended = chunk === null;
      queue = chunk === null ? splitter.end(decoder.decode()) : splitter.add(decoder.decode(chunk, { stream: true }));
    }
  };
  await fill();
  const [head] = queue;
  if (head === undefined) throw new CsvFault(`${file} is empty: the first row of a table names its columns`);
  queue.shift();
  const columns = head.cells.map((cell) => cell.trim());
  const twice = columns.find((name, i) => columns.indexOf(name) !== i);
  if (twice !== undefined) throw new CsvFault(`${file}: two columns are called \`${twice}\``);
  return {
    file, columns,
    async next() {
      await fill();
      const rows = queue;
      queue = [];
      return rows.length === 0 ? null : rows;
    },
    isDamaged: () => (damaged ??= holdsOtherBytes(file, encoding)),
    bytesRead: chunks.bytesRead,
    close: chunks.close,
  };
}

async function holdsOtherBytes(file: string, encoding: CsvSettings['encoding']): Promise<boolean> {
  const chunks = await openChunks(file, CHUNK);
  const decoder = new TextDecoder(encoding, { fatal: true });
  try {
    for (let chunk = await chunks.next(); chunk !== null; chunk = await chunks.next()) decoder.decode(chunk, { stream: true });
    decoder.decode();
    return false;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return true;
    throw error;
  } finally {
    chunks.close();
  }
}

interface Splitter {
  /** Rows that are whole by now. */
  add(text: string): CsvRow[];
  /** The last rows; throws a CsvFault when one never ends. */
  end(text: string): CsvRow[];
}

function createSplitter(file: string, delimiter: string): Splitter {
  let rest = '';
  let line = 1;
  const take = (text: string, isLast: boolean): CsvRow[] => {
    const whole = rest + text;
    const rows: CsvRow[] = [];
    // Asked for once: most tables have few quotes or none.
    let quote = whole.indexOf('"');
    let from = 0;
    while (from < whole.length) {
      if (quote >= 0 && quote < from) quote = whole.indexOf('"', from);
      const lineEnd = whole.indexOf('\n', from);
      const end = lineEnd < 0 || quote < 0 || quote > lineEnd ? lineEnd : scanRow(whole, from, delimiter).end;
      if (end < 0 && !isLast) break;
      if (end < 0 && endsWithin(whole, from, delimiter)) throw new CsvFault(`${file}:${line}: a quote is opened here and never closed`);
      const to = end < 0 ? whole.length : end;
      const row = whole.slice(from, whole.charCodeAt(to - 1) === 13 && to > from ? to - 1 : to);
      if (row !== '') rows.push({ file, number: line, cells: cellsOf(row, delimiter), text: row });
      line += linesIn(whole, from, to);
      from = to + 1;
    }
    rest = from < whole.length ? whole.slice(from) : '';
    if (rest.length > LONGEST_ROW) throw new CsvFault(`${file}:${line}: a row has more than ${LONGEST_ROW} characters; is a quote not closed?`);
    return rows;
  };
  return { add: (text) => take(text, false), end: (text) => take(text, true) };
}

const endsWithin = (text: string, from: number, delimiter: string): boolean => scanRow(text, from, delimiter).isQuoted;

/** Walks along a row that has quotes. A quote counts only at the beginning of a cell, and then up to the next that isn't doubled. */
function scanRow(text: string, from: number, delimiter: string): { readonly end: number; readonly isQuoted: boolean } {
  let isQuoted = false;
  let isStart = true;
  for (let i = from; i < text.length; i++) {
    const c = text.charAt(i);
    if (isQuoted) {
      if (c !== '"') continue;
      if (text.charAt(i + 1) === '"') i += 1;
      else isQuoted = false;
    } else if (c === '"' && isStart) isQuoted = true;
    else if (c === '\n') return { end: i, isQuoted: false };
    isStart = !isQuoted && c === delimiter;
  }
  return { end: -1, isQuoted };
}

function linesIn(text: string, from: number, to: number): number {
  let lines = 1;
  for (let i = text.indexOf('\n', from); i >= 0 && i < to; i = text.indexOf('\n', i + 1)) lines += 1;
  return lines;
}
