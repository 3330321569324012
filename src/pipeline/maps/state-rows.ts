import type { Row } from './definition.js';

/** What is remembered of a row, so that of a later version only what is new is told. */
export interface KnownRow {
  /** The version before this one; null: it is the first. */
  readonly before: Row | null;
  /** Which of the map's events were told of it. */
  readonly told: Set<number>;
}

export interface StateRows {
  /** What is known of the row, which this version then takes the place of. `older`: a later version was read already. */
  next(key: string, version: number | string | null, row: Row): KnownRow | 'older';
  readonly size: number;
}

interface Kept {
  readonly version: number | string | null;
  readonly row: Row;
  readonly told: Set<number>;
}

/** `fields`: those that are compared or asked for; the others need not be kept. */
export function createStateRows(fields: readonly string[]): StateRows {
  const rows = new Map<string, Kept>();
  return {
    next(key, version, row) {
      const known = rows.get(key);
      if (known !== undefined && isOlder(version, known.version)) return 'older';
      const told = known?.told ?? new Set<number>();
      rows.set(key, { version, row: Object.fromEntries(fields.map((field) => [field, row[field] ?? null])), told });
      return { before: known?.row ?? null, told };
    },
    get size() { return rows.size; },
  };
}

const isOlder = (version: Kept['version'], known: Kept['version']): boolean =>
  version !== null && known !== null && (typeof version === typeof known ? version < known : String(version) < String(known));
