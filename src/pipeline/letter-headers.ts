import { DEAD_LETTER_HEADERS } from '../contracts/dead-letter.js';
import { getOrInsert } from '../core/get-or-insert.js';
import { headerEntries } from './header-entries.js';
import type { HeaderValue, RecordHeaders } from './ports.js';

/** The lane's number, on all that a lane publishes. */
const SEQ_HEADER = 'cx_seq';

/** What a dead letter has beside the headers of its record. */
const ADDED: readonly string[] = [...Object.values(DEAD_LETTER_HEADERS), SEQ_HEADER];

const valuesByName = (headers: RecordHeaders): Map<string, HeaderValue[]> => {
  const all = new Map<string, HeaderValue[]>();
  for (const [name, value] of headerEntries(headers)) getOrInsert<string, HeaderValue[]>(all, name, () => []).push(value);
  return all;
};

/** The headers that the record of a dead letter came with: of each name that was added, all values but the last. */
export function headersBefore(letter: RecordHeaders): Map<string, HeaderValue[]> {
  const all = valuesByName(letter);
  for (const name of ADDED) {
    const values = all.get(name);
    values?.pop();
    if (values?.length === 0) all.delete(name);
  }
  return all;
}

/**
 * Adds to the headers that a record came with. Under a name that it has already, what is added is the last value, which is the one that
 * counts with Kafka's clients, and nothing of the sender is lost. Its own `cx_seq` must not pass for a number of ours.
 */
export function headersWith(own: RecordHeaders, added: Readonly<Record<string, string>>): RecordHeaders {
  const before = valuesByName(own);
  const isNumbered = before.has(SEQ_HEADER);
  const beside = Object.entries<HeaderValue>({ ...added, ...(isNumbered ? { [SEQ_HEADER]: null } : {}) })
    .map(([name, value]) => [name, before.has(name) ? [...(before.get(name) ?? []), value] : value] as const);
  return { ...own, ...Object.fromEntries(beside) };
}

/** Numbers a record that is about to be published, in place of the number that it had. */
export function setSeq(headers: Record<string, unknown>, seq: number): void {
  const before = headers[SEQ_HEADER];
  headers[SEQ_HEADER] = Array.isArray(before) ? [...(before as readonly unknown[]).slice(0, -1), String(seq)] : String(seq);
}
