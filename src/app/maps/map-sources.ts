import { CsvFault, type CsvRow, type CsvSource, openCsv } from '../../adapters/files/csv.js';
import { type Line, openLines } from '../../adapters/files/lines.js';
import { isExactText } from '../../pipeline/decode.js';
import type { CompiledMap } from '../../pipeline/maps/compile-map.js';
import type { CsvInput, JoinDefinition, Row } from '../../pipeline/maps/definition.js';
import { exactJson } from '../../pipeline/maps/exact-json.js';
import { cellReader } from '../../pipeline/maps/shape.js';
import { buildTable, type Table } from '../../pipeline/maps/tables.js';
import { ValueFault } from '../../pipeline/maps/value-fault.js';
import { didYouMean } from '../config/suggestions.js';
import { DataFault, type MapFiles } from './data-files.js';

/** A record as it stands in its file, or why it can't be read. */
export interface RawRecord {
  readonly line: Line;
  readonly read: { readonly kind: 'record'; readonly record: unknown } | { readonly kind: 'refused'; readonly reason: 'not_json' | 'undecodable' | 'too_large'; readonly message: string };
}

export interface RecordSource {
  /** The next records, at least one; null at the end. @throws DataFault when what follows can't be told apart. */
  next(): Promise<RawRecord[] | null>;
  readonly bytesRead: () => number;
  close(): void;
}

/** Opens a file of a map's records. @throws DataFault when it is not what the map reads. */
export async function openRecords(map: CompiledMap, file: string, maxBytes: number): Promise<RecordSource> {
  const { input } = map.definition;
  return input.format === 'csv' ? openTableRecords(map, input, file) : openJsonRecords(file, maxBytes);
}

async function openJsonRecords(file: string, maxBytes: number): Promise<RecordSource> {
  const source = await openLines(file);
  return {
    async next() {
      for (;;) {
        const lines = await source.next();
        if (lines === null) return null;
        const records = lines.filter(({ text }) => text.trim() !== '').map((line): RawRecord => ({ line, read: readJson(line, maxBytes) }));
        if (records.length > 0) return records;
      }
    },
    bytesRead: source.bytesRead,
    close: () => { source.close(); },
  };
}

function readJson({ text, bytes }: Line, maxBytes: number): RawRecord['read'] {
  const size = bytes?.length ?? text.length;
  if (size > maxBytes) return { kind: 'refused', reason: 'too_large', message: `the record has ${size} bytes, at most ${maxBytes} are allowed` };
  if (bytes !== null && !isExactText(text, bytes)) return { kind: 'refused', reason: 'not_json', message: `the record (${size} bytes) is not UTF-8` };
  try {
    return { kind: 'record', record: exactJson(text) };
  } catch {
    return { kind: 'refused', reason: 'not_json', message: `the record (${size} bytes) is not JSON` };
  }
}

async function openTableRecords(map: CompiledMap, input: CsvInput, file: string): Promise<RecordSource> {
  const { definition, asks } = map;
  const source = await telling(file, () => openCsv(file, input));
  if (definition.fields === null) checkColumns(file, source.columns, asks.get('record') ?? new Set());
  const read = await telling(file, () => cellReader(source.columns, definition.fields, definition.decimal));
  const width = source.columns.length;
  return {
    async next() {
      const rows = await telling(file, () => source.next());
      if (rows === null) return null;
      const garbled = await garbledRows(source, rows);
      return rows.map((row): RawRecord => {
        const { cells, number, text } = row;
        return { line: { file, number, text, bytes: null }, read: garbled.has(row) ? { kind: 'refused', reason: 'undecodable', message: NOT_UTF8 } : readCells(cells, width, read) };
      });
    },
    bytesRead: source.bytesRead,
    close: source.close,
  };
}

const NOT_UTF8 = 'the row holds bytes that are no UTF-8: where the file is written otherwise, say so by `encoding: windows-1252`';

/** Rows of which some letters are unknown: names that differ would be the same. */
async function garbledRows(source: CsvSource, rows: readonly CsvRow[]): Promise<ReadonlySet<CsvRow>> {
  const doubtful = rows.filter(({ text }) => text.includes('\uFFFD'));
  return new Set(doubtful.length > 0 && (await source.isDamaged()) ? doubtful : []);
}

function readCells(cells: readonly string[], width: number, read: (cells: readonly string[]) => Row): RawRecord['read'] {
  if (cells.length !== width) return { kind: 'refused', reason: 'undecodable', message: `the row has ${cells.length} cells, the first row of the file names ${width} columns` };
  try {
    return { kind: 'record', record: read(cells) };
  } catch (error) {
    if (error instanceof ValueFault) return { kind: 'refused', reason: 'undecodable', message: error.message };
    throw error;
  }
}

/** Rows of one join that are held in memory; some 500 bytes each. */
const MOST_ROWS = 4_000_000;

/** Reads the files of a map's joins. @throws DataFault */
export async function loadTables({ map, joins }: MapFiles): Promise<ReadonlyMap<string, Table>> {
  const tables = new Map<string, Table>();
  for (const join of map.definition.joins) tables.set(join.name, await loadTable(join, map, joins.get(join.name) ?? []));
  return tables;
}

async function loadTable(join: JoinDefinition, map: CompiledMap, files: readonly string[]): Promise<Table> {
  const table = buildTable(join.column, join.sort);
  for (const file of files) {
    const source = await telling(file, () => openCsv(file, join));
    const asked = new Set([join.column, ...(join.sort === null ? [] : [join.sort]), ...(join.many || join.fields !== null ? [] : (map.asks.get(join.name) ?? []))]);
    checkColumns(file, source.columns, asked);
    const read = await telling(file, () => cellReader(source.columns, join.fields, map.definition.decimal));
    const kept = [join.column, ...(join.sort === null ? [] : [join.sort])].map((name) => [name, source.columns.indexOf(name)] as const);
    for (let rows = await source.next(); rows !== null; rows = await telling(file, () => source.next())) {
      for (const { number } of await garbledRows(source, rows)) throw new DataFault(`${file}:${number}: ${NOT_UTF8}`);
      for (const row of rows) table.add(tableRow(row, source.columns.length, read, kept));
      if (table.size() > MOST_ROWS) throw new DataFault(`${file}: map ${map.definition.name} joins more than ${MOST_ROWS.toLocaleString('en')} rows as ${join.name}, which is more than can be held in memory: give the data of a shorter time`);
    }
  }
  return table.build();
}

/** A row of a table; its key and what it is sorted by are kept whether or not the map declares them. */
function tableRow({ file, number, cells }: CsvRow, width: number, read: (cells: readonly string[]) => Row, kept: readonly (readonly [string, number])[]): Row {
  if (cells.length !== width) throw new DataFault(`${file}:${number}: the row has ${cells.length} cells, the first row of the file names ${width} columns`);
  try {
    const row = read(cells);
    for (const [name, at] of kept) row[name] ??= cells[at] ?? '';
    return row;
  } catch (error) {
    throw error instanceof ValueFault ? new DataFault(`${file}:${number}: ${error.message}`, { cause: error }) : error;
  }
}

function checkColumns(file: string, columns: readonly string[], asked: ReadonlySet<string>): void {
  for (const name of asked) {
    if (!columns.includes(name)) throw new DataFault(`${file} has no column \`${name}\`, which the map asks for${didYouMean(name, columns) || `; it has ${columns.slice(0, 40).join(', ')}`}`);
  }
}

/** Says of what is wrong with a file, which file it is. */
async function telling<T>(file: string, act: () => T | Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof CsvFault) throw new DataFault(error.message, { cause: error });
    if (error instanceof ValueFault) throw new DataFault(`${file}: ${error.message}`, { cause: error });
    throw error;
  }
}
