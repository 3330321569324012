import { unpackOutbox } from '../outbox-codec.js';
import type { OutboxEntry, OutputRecord } from '../ports.js';
import type { Tell } from './findings.js';

const recordsOf = (entry: OutboxEntry): OutputRecord[] | null => {
  try {
    return unpackOutbox(entry.records);
  } catch {
    return null;
  }
};

/** The records that wait in an outbox, as far as they can be read. */
export const waitingIn = (outbox: readonly OutboxEntry[]): OutputRecord[] => outbox.flatMap((entry) => recordsOf(entry) ?? []);

/** Entries follow each other without a gap, hold the numbers that they say, and end with the last one given out. */
export function compareOutbox(outbox: readonly OutboxEntry[], seq: number, tell: Tell): void {
  let before: OutboxEntry | null = null;
  for (const entry of outbox) {
    const span = `the entry ${entry.firstSeq}-${entry.lastSeq}`;
    const records = recordsOf(entry);
    if (records === null) tell('outbox_damaged', `${span} cannot be read`);
    else if (records.length !== entry.lastSeq - entry.firstSeq + 1 || records.some((record, i) => record.seq !== entry.firstSeq + i)) {
      tell('outbox_damaged', `${span} holds ${records.length} records, from ${String(records[0]?.seq)} to ${String(records.at(-1)?.seq)}`);
    }
    if (before !== null && entry.firstSeq !== before.lastSeq + 1) tell('outbox_damaged', `${span} follows ${before.firstSeq}-${before.lastSeq}`);
    before = entry;
  }
  if (before !== null && before.lastSeq !== seq) tell('outbox_damaged', `its last number is ${before.lastSeq}, the last one given out ${seq}`);
}
