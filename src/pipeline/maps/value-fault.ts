/** A value that can't be used. The message never holds text of the record, since that may be personal. */
export class ValueFault extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ValueFault';
  }
}

/** What kind of thing was found, without its content. */
export function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'string') return `a text of ${value.length} characters`;
  if (typeof value === 'number' || typeof value === 'bigint') return 'a number';
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'a time beyond all times' : 'a time';
  return typeof value === 'boolean' ? 'true or false' : 'an object';
}
