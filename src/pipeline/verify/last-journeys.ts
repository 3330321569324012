import { createHash } from 'node:crypto';
import type { PublishedRecord } from '../lane-logs.js';
import type { Tell } from './findings.js';

export interface LastJourney {
  readonly offset: number;
  readonly digest: string;
  /** Version of the rules that it was judged by. */
  readonly rules: string | null;
}

export const journeyDigest = (value: Buffer | string): string => createHash('sha1').update(value).digest('base64').slice(0, 16);

/** The last record of each order on `cx.journeys`. */
export function createLastJourneys(tell: Tell) {
  const last = new Map<string, LastJourney>();
  let records = 0;
  return {
    take: ({ key, value, offset }: PublishedRecord, at: string): void => {
      records += 1;
      if (key === null) tell('record_foreign', 'cx.journeys: a record without a key', { at });
      else if (value === null) last.delete(key.toString());
      else last.set(key.toString(), { offset, digest: journeyDigest(value), rules: rulesOf(value) });
    },
    of: (orderId: string): LastJourney | undefined => last.get(orderId),
    orderIds: (): Iterable<string> => last.keys(),
    records: (): number => records,
  };
}
export type LastJourneys = ReturnType<typeof createLastJourneys>;

/** Read without the rest: in what we publish as JSON it stands at the end of the value. */
function rulesOf(value: Buffer): string | null {
  const end = value.subarray(-128).toString();
  return /"rules":"([^"]*)"\}$/.exec(end)?.[1] ?? /"recordsVerdict":"\w+","rules":"([^"]*)"/.exec(value.toString())?.[1] ?? null;
}
