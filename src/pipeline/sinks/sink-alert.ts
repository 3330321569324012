import { type Alert, alert } from '../../contracts/alerts.js';
import { readOutput } from '../output-format.js';
import type { SourceRecord } from '../ports.js';
import { Final } from '../retry.js';
import type { SchemaReader } from '../schema-reader.js';

export type AlertRecord = SourceRecord<'cx.alerts'>;

/** An alert as it stands on `cx.alerts`. */
export type SinkAlert = Alert;

export type ReadAlert =
  | { readonly kind: 'alert'; readonly alert: SinkAlert }
  | { readonly kind: 'awaits_schema'; readonly schemaId: number }
  /** `message` holds nothing of the value. */
  | { readonly kind: 'unreadable'; readonly message: string };

/** Fields that a newer worker writes already are passed on. */
const known = alert.loose();

/** Reads the value of a record, in whatever format it was published. */
export function readAlert({ value, headers }: AlertRecord, schemas: SchemaReader | null): ReadAlert {
  if (value === null) return { kind: 'unreadable', message: 'it has no value' };
  try {
    const read = readOutput({ topic: 'cx.alerts', value, headers }, schemas);
    if (read.kind === 'awaits_schema') return read;
    const parsed = known.safeParse(read.value);
    if (parsed.success) return { kind: 'alert', alert: parsed.data };
    return { kind: 'unreadable', message: `its value is no alert: ${parsed.error.issues.map(({ path }) => path.join('.')).join(', ')}` };
  } catch (error) {
    if (error instanceof Final) return { kind: 'unreadable', message: error.message };
    throw error;
  }
}
