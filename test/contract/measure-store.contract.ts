import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { customerPart, fieldOf, type MeasureStore, partsOfField } from '../../src/pipeline/measure-store.js';
import type { LaneCommit, LaneStore } from '../../src/pipeline/ports.js';
import { commitOf, LANES, write } from '../support/store-under-test.js';

/** What every store must do with a lane's measures. */

export interface MeasuredStore {
  readonly store: LaneStore;
  readonly measures: MeasureStore;
  end(): Promise<void>;
}

/** All that the orders of a part tell, sorted. */
export async function toldIn(measures: Pick<MeasureStore, 'customers'>, lane: number, part: number): Promise<string[]> {
  const told: string[] = [];
  for await (const texts of measures.customers(lane, part)) told.push(...texts);
  return told.sort();
}

const bytes = (text: string): Buffer => Buffer.from(text);
const NOTHING_FOLDED = { from: 0, entries: 0, writes: [] };

export const measureStoreContract = (name: string, make: () => Promise<MeasuredStore>): void => {
  describe(name, () => {
    let under: MeasuredStore;
    let store: LaneStore;
    let measures: MeasureStore;
    beforeEach(async () => {
      under = await make();
      ({ store, measures } = under);
    });
    afterEach(() => under.end());

    /** Claims, and commits these entries, one a commit; the token. */
    const owned = async (lane: number, entries: readonly (string | null)[]): Promise<string> => {
      const { token, version } = await store.claim(lane, LANES);
      for (const [i, entry] of entries.entries()) {
        await store.commit(lane, commitOf(token, version + i, { measures: entry === null ? null : bytes(entry) }));
      }
      return token;
    };

    test('a lane never seen has nothing', async () => {
      expect(await measures.journal(3, 10)).toEqual({ folded: 0, entries: [] });
      expect(await measures.view(3, null)).toEqual({ journal: [], cells: new Map() });
      expect(await measures.cells(3, [{ key: null, field: 'x' }])).toEqual([null]);
      expect(await measures.fields(3, 'carrier')).toEqual([]);
    });

    test('commits append to the journal, in order, those without measures nothing', async () => {
      await owned(1, ['a', null, 'bü', 'c']);
      expect(await measures.journal(1, 2)).toEqual({ folded: 0, entries: [bytes('a'), bytes('bü')] });
      expect(await measures.journal(1, 0)).toEqual({ folded: 0, entries: [] });
      expect((await measures.view(1, null)).journal).toEqual([bytes('a'), bytes('bü'), bytes('c')]);
      expect((await measures.view(2, null)).journal).toEqual([]);
    });

    test('what orders tell of their customers is kept by order, in the part of the customer, over all lanes', async () => {
      const told = (lane: number, customerId: string) => toldIn(measures, lane, customerPart(customerId));
      const { token, version } = await store.claim(0, LANES);
      const commits: Partial<LaneCommit>[] = [
        { orders: [write('a', { customers: [{ customerId: 'ä', told: 'a of ä' }] }), write('b', { customers: [{ customerId: 'ä', told: 'b of ä' }] })] },
        { orders: [write('a', { customers: [{ customerId: 'ä', told: 'a of ä, later' }] }), write('c')] },
        { orders: [write('b', { customers: [{ customerId: 'ä', told: null }, { customerId: 'new', told: 'b of new' }] })] },
      ];
      for (const [i, given] of commits.entries()) await store.commit(0, commitOf(token, version + i, given));
      expect([await told(0, 'ä'), await told(0, 'new'), await told(1, 'ä')]).toEqual([['a of ä, later'], ['b of new'], []]);
      await store.commit(0, commitOf('another', version + 3, { orders: [write('a', { customers: [{ customerId: 'ä', told: null }] })] }));
      expect(await told(0, 'ä')).toEqual(['a of ä, later']);
      await store.commit(0, commitOf(token, version + 3, { forget: [{ orderId: 'a', indexes: [], customerId: 'ä' }] }));
      expect(await told(0, 'ä')).toEqual([]);
      await store.clear(0, token);
      expect(await told(0, 'new')).toEqual([]);
    });

    test('of thousands of orders each is told of once', async () => {
      const orderIds = Array.from({ length: 3_000 }, (_, i) => `order ${i}`);
      const { token, version } = await store.claim(0, LANES);
      await store.commit(0, commitOf(token, version, { orders: orderIds.map((orderId) => write(orderId, { customers: [{ customerId: 'one', told: orderId }] })) }));
      expect(await toldIn(measures, 0, customerPart('one'))).toEqual([...orderIds].sort());
    });

    test('a commit that changes nothing appends nothing, and one that is repeated appends once', async () => {
      const { token, version } = await store.claim(0, LANES);
      const commit = commitOf(token, version, { orders: [write('a')], measures: bytes('a') });
      await store.commit(0, commit);
      await store.commit(0, commit);
      await store.commit(0, commitOf('another', version + 1, { measures: bytes('b') }));
      await store.commit(0, commitOf(token, version + 7, { measures: bytes('c') }));
      expect((await measures.journal(0, 10)).entries).toEqual([bytes('a')]);
    });

    test('a fold writes cells and drops what went into them, once', async () => {
      const token = await owned(0, ['a', 'b', 'c']);
      const fold = {
        from: 0, entries: 2,
        writes: [{ key: null, field: 'h1|', sums: 'AB' }, { key: 'carrier', field: 'h1|x|y', sums: 'C' }, { key: 'team', field: 'h1|x', sums: 'D' }],
      } as const;
      expect(await measures.fold(0, token, fold)).toBe(true);
      expect(await measures.fold(0, token, fold)).toBe(false);
      expect(await measures.journal(0, 10)).toEqual({ folded: 2, entries: [bytes('c')] });
      expect(await measures.view(0, 'carrier')).toEqual({ journal: [bytes('c')], cells: new Map([['h1|x|y', 'C']]) });
      expect(await measures.view(0, null)).toEqual({ journal: [bytes('c')], cells: new Map([['h1|', 'AB']]) });
      const names = [{ key: 'team', field: 'h1|x' }, { key: null, field: 'h1|x' }, { key: null, field: 'h1|' }] as const;
      expect(await measures.cells(0, names)).toEqual(['D', null, 'AB']);
      const next = { from: 2, entries: 1, writes: [{ key: null, field: 'h1|', sums: 'E' }, { key: 'team', field: 'h1|x', sums: null }, { key: 'shift', field: 'none', sums: null }] } as const;
      expect(await measures.fold(0, token, next)).toBe(true);
      expect(await measures.cells(0, names)).toEqual([null, null, 'E']);
      expect(await measures.fields(0, 'team')).toEqual([]);
      expect(await measures.journal(0, 10)).toEqual({ folded: 3, entries: [] });
    });

    test('a fold under another token, or of more than there is, changes nothing', async () => {
      const first = await owned(0, ['a']);
      const token = await owned(0, []);
      const writes = [{ key: null, field: 'h1|', sums: 'A' }];
      expect(await measures.fold(0, first, { from: 0, entries: 1, writes })).toBe(false);
      expect(await measures.fold(0, token, { from: 0, entries: 2, writes })).toBe(false);
      expect(await measures.fold(0, token, { from: 1, entries: 1, writes })).toBe(false);
      expect(await measures.view(0, null)).toEqual({ journal: [bytes('a')], cells: new Map() });
      expect(await measures.fold(0, token, NOTHING_FOLDED)).toBe(true);
    });

    test('thousands of cells are written and read back', async () => {
      const token = await owned(0, ['a']);
      const writes = Array.from({ length: 4_500 }, (_, i) => ({ key: 'location' as const, field: fieldOf(`h${i % 7}`, `place ${i}`), sums: String(i) }));
      expect(await measures.fold(0, token, { from: 0, entries: 1, writes })).toBe(true);
      expect(await measures.cells(0, writes)).toEqual(writes.map(({ sums }) => sums));
      expect((await measures.fields(0, 'location')).length).toBe(4_500);
      expect(partsOfField(writes[8]!.field)).toEqual({ cell: 'h1', value: 'place 8' });
    });

    test('the first so many names of a kind are admitted, for good', async () => {
      expect(await measures.admit('carrier', ['a', 'b', 'a'], 3)).toEqual([true, true, true]);
      expect(await measures.admit('carrier', ['c', 'd', 'b'], 3)).toEqual([true, false, true]);
      expect(await measures.admit('carrier', ['a', 'd'], 2)).toEqual([true, false]);
      expect(await measures.admit('team', ['d'], 3)).toEqual([true]);
      expect(await measures.admit('team', [], 3)).toEqual([]);
    });
  });
};
