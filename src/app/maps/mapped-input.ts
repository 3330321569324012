import type { EventDecoder } from '../../pipeline/decode.js';
import type { MapAccount } from '../../pipeline/maps/records.js';
import type { ReplayItem } from '../replay-input.js';
import { DataFault } from './data-files.js';
import { type MappedRecords, type MappedRequest, openMappedRecords } from './mapped-records.js';

/** Records of files as items of a replay. */
export interface MappedInput {
  /** Up to `limit` items; empty at the end. @throws DataFault */
  take(limit: number): Promise<ReplayItem[]>;
  readonly bytesRead: () => number;
  readonly accounts: readonly MapAccount[];
}

/** Beyond it, events don't fit into memory to be sorted; some 500 bytes each. */
const MOST_SORTED = 5_000_000;

/**
 * Opens records as the input of a replay. `sorted`: events come as they happened, for those who judge on the way; that needs room
 * for all of them. @throws DataFault when the files aren't what the maps read
 */
export async function openMappedInput(request: MappedRequest, sorted: boolean, decode: EventDecoder): Promise<MappedInput> {
  const records = await openMappedRecords(request, decode);
  const stream = itemsOf(records);
  const items = sorted ? inOrder(stream) : stream;
  let waiting: ReplayItem[] = [];
  let head = 0;
  return {
    accounts: records.accounts,
    bytesRead: records.bytesRead,
    async take(limit) {
      while (head >= waiting.length) {
        const next = await items.next();
        if (next.done === true) return [];
        waiting = next.value;
        head = 0;
      }
      const taken = waiting.slice(head, head + limit);
      head += taken.length;
      return taken;
    },
  };
}

async function* itemsOf(records: MappedRecords): AsyncGenerator<ReplayItem[], undefined> {
  for (let batch = await records.next(); batch !== null; batch = await records.next()) {
    const items: ReplayItem[] = [];
    for (const { origin: line, events, letter } of batch) {
      if (letter !== null) items.push({ line, decoded: letter });
      for (const { decoded } of events) items.push({ line, decoded });
    }
    yield items;
  }
  return undefined;
}

async function* inOrder(stream: AsyncGenerator<ReplayItem[], undefined>): AsyncGenerator<ReplayItem[], undefined> {
  const all: ReplayItem[] = [];
  for await (const items of stream) {
    for (const item of items) all.push(item);
    if (all.length > MOST_SORTED) {
      throw new DataFault(`the data gives more than ${MOST_SORTED.toLocaleString('en')} events, which is more than can be put in order in memory: leave --out away, or give the data of a shorter time`);
    }
  }
  const timeOf = ({ decoded }: ReplayItem): number => (decoded.kind === 'event' ? decoded.fact.at : -Infinity);
  // A plain difference would be NaN of two that have no time.
  all.sort((a, b) => (timeOf(a) === timeOf(b) ? 0 : timeOf(a) < timeOf(b) ? -1 : 1));
  yield all;
  return undefined;
}
