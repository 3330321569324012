import { getOrInsert } from '../../core/get-or-insert.js';
import type { Row } from './definition.js';

/** Rows of the files that a map joins, by the text in their key column. */
export interface Table {
  readonly rows: (key: string) => readonly Row[];
  readonly size: number;
}

const NONE: readonly Row[] = [];

export interface TableBuilder {
  add(row: Row): void;
  readonly size: () => number;
  build(): Table;
}

/** Collects rows by a column; rows without a value there are left out. `sort`: the column that a key's rows are sorted by. */
export function buildTable(column: string, sort: string | null): TableBuilder {
  const byKey = new Map<string, Row[]>();
  let size = 0;
  return {
    size: () => size,
    add(row) {
      const value = row[column];
      if (typeof value !== 'string' && typeof value !== 'number') return;
      getOrInsert(byKey, String(value), (): Row[] => []).push(row);
      size += 1;
    },
    build() {
      if (sort !== null) for (const rows of byKey.values()) if (rows.length > 1) rows.sort((a, b) => inOrder(a[sort], b[sort]));
      return { size, rows: (key) => byKey.get(key) ?? NONE };
    },
  };
}

/** By number where both are one, else as text. */
function inOrder(a: unknown, b: unknown): number {
  const difference = Number(a) - Number(b);
  if (!Number.isNaN(difference)) return difference;
  const [x, y] = [String(a), String(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}
