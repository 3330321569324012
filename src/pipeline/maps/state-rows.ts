import type { Row } from './definition.js';

/** What is remembered of a row, so that of a later version only what is new is told. */
export interface KnownRow {
  /** The version before this one; null: it is the first. */
  readonly before: Row | null;
  /** Which of the map's events were told of it, by their names: the map may be another one since. */
  readonly told: ReadonlySet<string>;
  /** This version takes the place of the one before; `told`: what was told by it. */
  keep(told: readonly string[]): void;
}

export interface StateRows {
  /** What is known of the row of this version. `older`: a later version was read already. */
  next(key: string, version: number | string | null, row: Row): KnownRow | 'older';
}

/** A row as it was read last. */
export interface KeptRow {
  readonly version: number | string | null;
  readonly row: Row;
  readonly told: ReadonlySet<string>;
}

/** Where rows are kept by their keys. */
export type RowMemory = Pick<Map<string, KeptRow>, 'get'> & { set(key: string, row: KeptRow): unknown };

/** `fields`: those that are compared or asked for; the others need not be kept. */
export function createStateRows(fields: readonly string[], rows: RowMemory = new Map()): StateRows {
  const compared = (row: Row): Row => Object.fromEntries(fields.map((field) => [field, row[field] ?? null]));
  // What the map did not look at when the row was kept is not known: it counts as unchanged.
  const completed = (kept: Row, now: Row): Row => (fields.every((field) => Object.hasOwn(kept, field)) ? kept : { ...compared(now), ...kept });
  return {
    next(key, version, row) {
      const known = rows.get(key);
      if (known !== undefined && isOlder(version, known.version)) return 'older';
      const told = known?.told ?? new Set<string>();
      return {
        told, before: known === undefined ? null : completed(known.row, row),
        keep(more) {
          rows.set(key, { version, row: compared(row), told: more.length === 0 ? told : new Set([...told, ...more]) });
        },
      };
    },
  };
}

/** Whole numbers are compared as such also where they are written as text, as in tables: 10 comes after 9. Other texts go by their letters. */
function isOlder(version: KeptRow['version'], known: KeptRow['version']): boolean {
  if (version === null || known === null) return false;
  if (typeof version === 'number' && typeof known === 'number') return version < known;
  if (isWhole(version) && isWhole(known)) return BigInt(version) < BigInt(known);
  return String(version) < String(known);
}

const isWhole = (version: number | string): boolean => (typeof version === 'number' ? Number.isInteger(version) : /^-?\d{1,40}$/.test(version));
