import type { Row } from './definition.js';

/** What was last read of each row, so that of a later version only what changed is told. */
export interface StateRows {
  /** The version before this one; null: it is the first. `older`: a later one was read already. This one is kept in its place. */
  next(key: string, version: number | string | null, row: Row): Row | null | 'older';
  readonly size: number;
}

interface Kept {
  readonly version: number | string | null;
  readonly row: Row;
}

/** `fields`: those that are compared or asked for; the others need not be kept. */
export function createStateRows(fields: readonly string[]): StateRows {
  const rows = new Map<string, Kept>();
  return {
    next(key, version, row) {
      const known = rows.get(key);
      if (known !== undefined && isOlder(version, known.version)) return 'older';
      rows.set(key, { version, row: Object.fromEntries(fields.map((field) => [field, row[field] ?? null])) });
      return known?.row ?? null;
    },
    get size() { return rows.size; },
  };
}

const isOlder = (version: Kept['version'], known: Kept['version']): boolean =>
  version !== null && known !== null && (typeof version === typeof known ? version < known : String(version) < String(known));
