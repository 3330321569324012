import type { OutputTopic } from '../../contracts/names.js';
import { decodeOutput } from '../output-format.js';
import type { RecordHeaders } from '../ports.js';
import { Final } from '../retry.js';
import type { SchemaReader } from '../schema-reader.js';
import { isWireFormat } from '../wire-format.js';

interface Valued {
  readonly value: Buffer | null;
  readonly headers: RecordHeaders;
}

/**
 * Makes the function that gives a record with its value as JSON, in whatever format it was published. Of a journey the
 * keys are sorted then: the order that they stand in is the schema's. What no schema reads stays as it is.
 * @param schemas null: there is no registry, and a value that needs one rejects
 */
export function createPlainReader(schemas: SchemaReader | null) {
  return async <R extends Valued>(topic: OutputTopic, record: R): Promise<R> => {
    const { value, headers } = record;
    if (value === null || topic === 'cx.dead-letters' || !isWireFormat(value)) return record;
    try {
      const read = await decodeOutput({ topic, value, headers }, schemas);
      return { ...record, value: Buffer.from(topic === 'cx.journeys' ? sortedJson(read) : JSON.stringify(read)) };
    } catch (error) {
      if (error instanceof Final && schemas !== null) return record;
      throw error;
    }
  };
}

/** JSON with the keys of all objects in order: equal values are equal texts. */
export const sortedJson = (value: unknown): string =>
  JSON.stringify(value, (_key, each: unknown) => (typeof each === 'object' && each !== null && !Array.isArray(each)
    ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
    : each));
