import { getOrInsert } from '../../core/get-or-insert.js';
import type { CellName, CellWrite, MeasureStore } from '../../pipeline/measure-store.js';
import type { PlaceKey } from '../../contracts/names.js';
import { DEFAULT_PREFIX, keyNames, type LaneKeys } from './keys.js';
import { pack, type Packable } from './pack.js';
import { bytesOf, listOf, run, type RedisClient, type Reply, wholeOf } from './script.js';
import { ADMIT } from './scripts/admit.js';
import { FOLD } from './scripts/fold.js';

export interface RedisMeasureStoreOptions {
  /** As the lane store's. */
  readonly prefix?: string;
}

/** Names asked about at once. */
const NAMES_AT_ONCE = 1_000;
/** Orders asked at once what they tell of their customers; Redis serves nobody else meanwhile. */
const ORDERS_AT_ONCE = 500;

/** The answers of several commands that ran at one instant. @throws the first error among them */
function answersOf(replies: readonly [Error | null, unknown][] | null): unknown[] {
  return (replies ?? []).map(([error, answer]) => {
    if (error !== null) throw error;
    return answer;
  });
}

const bytesIn = (reply: unknown): Buffer[] => listOf(reply as Reply, 'a journal').map((entry) => bytesOf(entry, 'an entry of a journal'));

function byKey<T extends CellName>(cells: readonly T[]): Map<PlaceKey | null, T[]> {
  const groups = new Map<PlaceKey | null, T[]>();
  for (const cell of cells) getOrInsert(groups, cell.key, (): T[] => []).push(cell);
  return groups;
}

function packWrites(writes: readonly CellWrite[]): Buffer {
  const groups: Packable[] = [];
  for (const [key, cells] of byKey(writes)) {
    const kept: string[] = [];
    const gone: string[] = [];
    for (const { field, sums } of cells) {
      if (sums === null) gone.push(field);
      else kept.push(field, sums);
    }
    groups.push([key ?? '', kept, gone]);
  }
  return pack(groups);
}

async function cellsOf(client: RedisClient, keys: LaneKeys, names: readonly CellName[]): Promise<(string | null)[]> {
  const found = new Map<CellName, string | null>();
  await Promise.all([...byKey(names)].map(async ([key, cells]) => {
    for (let from = 0; from < cells.length; from += NAMES_AT_ONCE) {
      const some = cells.slice(from, from + NAMES_AT_ONCE);
      const sums = await client.hmget(keys.measuresOf + (key ?? ''), ...some.map(({ field }) => field));
      some.forEach((cell, i) => found.set(cell, sums[i] ?? null));
    }
  }));
  return names.map((name) => found.get(name) ?? null);
}

/** The measures of lanes in Redis. The client stays the caller's. */
export function createRedisMeasureStore(client: RedisClient, options: RedisMeasureStoreOptions = {}): MeasureStore {
  const names = keyNames(options.prefix ?? DEFAULT_PREFIX);
  return {
    async journal(lane, limit) {
      const keys = names.lane(lane);
      const reading = client.multi().hget(keys.lane, 'folded');
      if (limit > 0) reading.lrangeBuffer(keys.journal, 0, limit - 1);
      const [folded, entries = []] = answersOf(await reading.exec());
      return { folded: typeof folded === 'string' ? wholeOf(Buffer.from(folded), 'a number of entries') : 0, entries: bytesIn(entries) };
    },
    cells: (lane, cells) => cellsOf(client, names.lane(lane), cells),
    fields: (lane, key) => client.hkeys(names.lane(lane).measuresOf + (key ?? '')),
    async fold(lane, token, { from, entries, writes }) {
      const keys = names.lane(lane);
      return (await run(client, FOLD, [keys.lane, keys.journal], [token, String(from), String(entries), keys.measuresOf, packWrites(writes)])) === 1;
    },
    async view(lane, key) {
      const keys = names.lane(lane);
      const reading = client.multi().lrangeBuffer(keys.journal, 0, -1).hgetall(keys.measuresOf + (key ?? ''));
      const [journal, cells] = answersOf(await reading.exec());
      return { journal: bytesIn(journal), cells: new Map(Object.entries(cells as Readonly<Record<string, string>>)) };
    },
    async *customers(lane, part) {
      const key = names.lane(lane).customersOf + String(part);
      // While Redis moves a table it may give an entry twice.
      const seen = new Set<string>();
      let cursor = '0';
      do {
        const [next, found] = await client.hscan(key, cursor, 'COUNT', ORDERS_AT_ONCE);
        const told: string[] = [];
        for (let i = 0; i + 1 < found.length; i += 2) {
          const [orderId = '', text = ''] = [found[i], found[i + 1]];
          if (!seen.has(orderId)) told.push(text);
          seen.add(orderId);
        }
        yield told;
        cursor = next;
      } while (cursor !== '0');
    },
    async admit(kind, asked, most) {
      const answers: boolean[] = [];
      for (let from = 0; from < asked.length; from += NAMES_AT_ONCE) {
        const some = asked.slice(from, from + NAMES_AT_ONCE);
        const reply = listOf(await run(client, ADMIT, [names.admitted(kind)], [String(most), ...some]), 'answers on names');
        for (const answer of reply) answers.push(answer === 1);
      }
      return answers;
    },
  };
}
