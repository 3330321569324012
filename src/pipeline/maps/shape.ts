import type { FieldShape, Row, Shape, Value } from './definition.js';
import { numberOf } from './money.js';
import { kindOf, ValueFault } from './value-fault.js';

/** Cells of a CSV row in the order of its columns become a row; an empty cell is a value that is missing. */
export type CellReader = (cells: readonly string[]) => Row;

/**
 * Reads rows with these columns as the shape says; without one, all cells are text.
 * @throws ValueFault when a field has no column.
 */
export function cellReader(columns: readonly string[], shape: Shape | null, decimal: '.' | ','): CellReader {
  for (const [field, { optional }] of shape ?? []) {
    if (!columns.includes(field) && !optional) throw new ValueFault(`there is no column \`${field}\`; there are ${columns.slice(0, 40).join(', ')}`);
  }
  const fields = shape === null ? columns.map((name, at) => ({ name, at, read: textCell })) : [...shape].map(([name, field]) => ({ name, at: columns.indexOf(name), read: cellOf(name, field, decimal) }));
  return (cells) => {
    const row: Row = {};
    for (const { name, at, read } of fields) row[name] = read(at < 0 ? '' : (cells[at] ?? ''));
    return row;
  };
}

const textCell = (cell: string): Value => (cell === '' ? null : cell);

function cellOf(name: string, field: FieldShape, decimal: '.' | ','): (cell: string) => Value {
  const read = (cell: string): Value => {
    if (field.kind === 'text' || field.kind === 'any') return cell;
    if (field.kind === 'number') return numberOf(cell, decimal);
    if (field.kind === 'boolean') return truthOf(cell);
    throw new ValueFault(`a cell is no ${field.kind}`);
  };
  return (cell) => {
    if (cell === '') {
      if (field.optional) return null;
      throw new ValueFault(`the column \`${name}\` is empty; where that may be, declare it with ?`);
    }
    try {
      return read(cell);
    } catch (error) {
      throw error instanceof ValueFault ? new ValueFault(`the column \`${name}\`: ${error.message}`) : error;
    }
  };
}

const TRUTHS: Readonly<Record<string, boolean>> = { true: true, yes: true, y: true, t: true, 1: true, false: false, no: false, n: false, f: false, 0: false };

function truthOf(cell: string): boolean {
  const truth = TRUTHS[cell.toLowerCase()];
  if (truth === undefined) throw new ValueFault(`${kindOf(cell)} is neither true nor false (true, false, yes, no, t, f, 1, 0)`);
  return truth;
}

/** Entries of one list in a record, so that no loop takes long. */
const LONGEST_LIST = 10_000;

/**
 * A JSON object as the shape says; fields that may be missing are null where they are. Without a shape it is taken as it is.
 * @throws ValueFault that names the field.
 */
export function conform(value: unknown, shape: Shape | null): Row {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new ValueFault(`expected an object, found ${kindOf(value)}`);
  const row = value as Row;
  if (shape !== null) conformFields(row, shape, '');
  return row;
}

function conformFields(row: Row, shape: Shape, path: string): void {
  for (const [name, field] of shape) {
    const value = Object.hasOwn(row, name) ? row[name] : undefined;
    if (value === undefined || value === null) {
      if (!field.optional) throw new ValueFault(`the field \`${path}${name}\` is missing; where that may be, declare it with ?`);
      row[name] = null;
    } else conformValue(value, field, `${path}${name}`);
  }
}

function conformValue(value: Value, field: FieldShape, path: string): void {
  const expected = field.kind === 'text' ? typeof value === 'string'
    : field.kind === 'number' ? typeof value === 'number' || typeof value === 'bigint'
    : field.kind === 'boolean' ? typeof value === 'boolean'
    : field.kind === 'list' ? Array.isArray(value)
    : field.kind === 'any' || (typeof value === 'object' && !Array.isArray(value));
  if (!expected) throw new ValueFault(`the field \`${path}\`: expected ${field.kind === 'list' ? 'a list' : field.kind === 'boolean' ? 'true or false' : field.kind === 'object' ? 'an object' : `a ${field.kind}`}, found ${kindOf(value)}`);
  if (field.kind === 'object') conformFields(value as Row, field.fields, `${path}.`);
  if (field.kind !== 'list') return;
  const entries = value as readonly Value[];
  if (entries.length > LONGEST_LIST) throw new ValueFault(`the field \`${path}\` has ${entries.length} entries, at most ${LONGEST_LIST} are allowed`);
  entries.forEach((entry, i) => {
    if (entry === null && !field.of.optional) throw new ValueFault(`the field \`${path}[${i}]\` is missing`);
    if (entry !== null) conformValue(entry, field.of, `${path}[${i}]`);
  });
}
