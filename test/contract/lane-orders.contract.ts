import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { LaneCommit, LaneStore, OrderReader } from '../../src/pipeline/ports.js';
import { commitOf, LANES, listAll, own, write, type StoreUnderTest } from '../support/store-under-test.js';

/** How the orders of lanes are found again: by deadline and in lists, until they are given up. */
export const laneOrdersContract = (name: string, make: () => Promise<StoreUnderTest>): void => {
  describe(name, () => {
    let under: StoreUnderTest;
    let store: LaneStore;
    let reader: OrderReader;
    beforeEach(async () => {
      under = await make();
      ({ store, reader } = under);
    });
    afterEach(async () => {
      await under.end();
    });
    const owned = (lane: number, steps?: readonly Partial<LaneCommit>[]): Promise<string> => own(store, lane, steps);

    describe('orders that are given up', () => {
      const given = { facts: Buffer.from('f'), indexAdd: ['verdict:poor', 'customer:7'], due: 5, dirty: true };
      test('leave nothing but the knowledge that they were there, and the count', async () => {
        const token = await owned(0, [
          { orders: [write('a', given), write('b', given), write('c')], calendar: 1_700_000_000_000 },
          { forget: [{ orderId: 'a', indexes: given.indexAdd, customerId: null }], calendar: 1_800_000_000_000 },
        ]);
        expect(await store.load(0, ['a', 'b'])).toEqual([null, expect.objectContaining({})]);
        expect(await store.forgotten(0, ['a', 'b', 'nobody'])).toEqual([true, false, false]);
        expect((await reader.list(null, null, 10)).orderIds).toEqual(['b', 'c']);
        expect((await reader.list('customer:7', null, 10)).orderIds).toEqual(['b']);
        expect(await store.due(0, Infinity, 10)).toEqual([{ orderId: 'b', at: 5 }]);
        expect((await store.dirty(0, 10)).map(({ orderId }) => orderId)).toEqual(['b']);
        expect(await store.claim(0, LANES)).toMatchObject({ forgotten: 1, calendar: 1_800_000_000_000 });
        expect((await store.commit(0, commitOf(token, 2, { forget: [{ orderId: 'b', indexes: [], customerId: null }] }))).version).toBe(2);
        expect(await store.forgotten(0, ['b'])).toEqual([false]);
      });

      test('leave no trace where the lane forgets all its orders; the calendar stays', async () => {
        const token = await owned(0, [{ orders: [write('a'), write('b')] }, { forget: [{ orderId: 'a', indexes: [], customerId: null }], calendar: 1_800_000_000_000 }]);
        expect(await store.clear(0, token)).toBe(true);
        expect(await store.forgotten(0, ['a', 'b'])).toEqual([false, false]);
        expect(await store.claim(0, LANES)).toMatchObject({ forgotten: 0, calendar: 1_800_000_000_000 });
      });

      test('are told from those that were not, however many there are', async () => {
        const ids = Array.from({ length: 3_000 }, (_, i) => `order-${String(i)}`);
        await owned(0, [{ forget: ids.filter((_, i) => i % 3 !== 0).map((orderId) => ({ orderId, indexes: [], customerId: null })) }]);
        expect(await store.forgotten(0, ids)).toEqual(ids.map((_, i) => i % 3 !== 0));
      });

      test('the others are passed in the order of their ids, page by page', async () => {
        await owned(0, [{ orders: [write('b'), write('ä', { dirty: true }), write('a'), write('c')] }, { forget: [{ orderId: 'c', indexes: [], customerId: null }] }]);
        expect(await store.pass(0, null, 2)).toEqual([{ orderId: 'a', state: Buffer.from('state of a'), dirty: false }, { orderId: 'b', state: Buffer.from('state of b'), dirty: false }]);
        expect(await store.pass(0, 'b', 2)).toEqual([{ orderId: 'ä', state: Buffer.from('state of ä'), dirty: true }]);
        expect(await store.pass(1, null, 2)).toEqual([]);
      });
    });

    describe('deadlines', () => {
      test('come earliest first, before the given instant, ties by id in byte order', async () => {
        const tied = ['b', 'a', 'B', '\uffee', '𝄞', 'é', 'aa'];
        await owned(0, [{ orders: [...tied.map((id) => write(id, { due: 50 })), write('late', { due: 51 }), write('early', { due: 1 }), write('never')] }]);
        const inBytes = [...tied].sort((x, y) => Buffer.compare(Buffer.from(x), Buffer.from(y)));
        expect(await store.due(0, 51, 100)).toEqual([{ orderId: 'early', at: 1 }, ...inBytes.map((orderId) => ({ orderId, at: 50 }))]);
        expect(await store.due(0, 50, 100)).toEqual([{ orderId: 'early', at: 1 }]);
        expect((await store.due(0, Infinity, 3)).map(({ orderId }) => orderId)).toEqual(['early', 'B', 'a']);
        expect(await store.due(0, 1, 100)).toEqual([]);
        expect(await store.nextDue(0)).toBe(1);
      });

      test('move, stay and go as each commit says', async () => {
        const at = 1_700_000_000_123;
        const token = await owned(0, [
          { orders: ['moves', 'stays', 'goes'].map((id) => write(id, { due: at })) },
          { orders: [write('moves', { due: at - 1 }), write('stays', { due: undefined }), write('goes', { due: null })] },
        ]);
        expect(await store.due(0, Infinity, 10)).toEqual([{ orderId: 'moves', at: at - 1 }, { orderId: 'stays', at }]);
        await store.commit(0, commitOf(token, 2, { orders: [write('moves', { due: at + 1 }), write('goes', { due: at })] }));
        expect(await store.due(0, Infinity, 10)).toEqual([{ orderId: 'goes', at }, { orderId: 'stays', at }, { orderId: 'moves', at: at + 1 }]);
      });

      test('are none in a lane without', async () => {
        expect(await store.nextDue(0)).toBeNull();
        expect(await store.due(0, Infinity, 10)).toEqual([]);
      });
    });

    describe('listing', () => {
      /** Ten orders in lanes 0, 1 and 3; the odd ones under an index entry. */
      const spread = async (): Promise<void> => {
        for (const lane of [3, 0, 1]) {
          const orders = Array.from({ length: 10 }, (_, i) => write(`${String(lane)}-${String(9 - i)}`, { indexAdd: i % 2 === 0 ? ['verdict:poor'] : [] }));
          await owned(lane, [{ orders }]);
        }
      };
      const expected = (under: boolean): string[] =>
        [0, 1, 3].flatMap((lane) => Array.from({ length: 10 }, (_, i) => i).filter((i) => !under || i % 2 === 1).map((i) => `${String(lane)}-${String(i)}`));

      test.each([1, 2, 5, 7, 10, 30, 31, 1000])('goes by lane, then id, in pages of %i', async (limit) => {
        await spread();
        expect(await listAll(reader, null, limit)).toEqual(expected(false));
        expect(await listAll(reader, 'verdict:poor', limit)).toEqual(expected(true));
        expect(await reader.list('verdict:failed', null, limit)).toEqual({ orderIds: [], cursor: null });
      });

      test('meets once what stays, whatever comes and goes between pages', async () => {
        await spread();
        const first = await reader.list('verdict:poor', null, 3);
        const { token, version } = await store.claim(0, LANES);
        const gone = first.orderIds.map((id) => write(id, { indexRemove: ['verdict:poor'] }));
        await store.commit(0, commitOf(token, version, { orders: [...gone, write('0-00', { indexAdd: ['verdict:poor'] }), write('0-8', { indexAdd: ['verdict:poor'] })] }));
        const rest: string[] = [];
        let { cursor } = first;
        while (cursor !== null) {
          const page = await reader.list('verdict:poor', cursor, 3);
          rest.push(...page.orderIds);
          cursor = page.cursor;
        }
        expect(first.orderIds).toEqual(['0-1', '0-3', '0-5']);
        expect(rest.filter((id) => id !== '0-8')).toEqual(expected(true).slice(3));
        expect(rest).toContain('0-8');
      });

      test('an entry given twice counts once, one that was not there may be taken away', async () => {
        await owned(0, [
          { orders: [write('a', { indexAdd: ['x'], indexRemove: ['y'] })] },
          { orders: [write('a', { indexAdd: ['x'] }), write('b', { indexAdd: ['x'] }), write('c', { indexAdd: ['x'] })] },
          { orders: [write('b', { indexRemove: ['x', 'y'] })] },
        ]);
        expect(await listAll(reader, 'x', 10)).toEqual(['a', 'c']);
        expect(await listAll(reader, 'y', 10)).toEqual([]);
      });

      test('refuses a cursor that is none', async () => {
        for (const cursor of ['', 'x', '1', ':a', '-1:a', '1:']) await expect(reader.list(null, cursor, 10)).rejects.toThrow('cursor');
      });
    });

    test('a key is first seen by one record only, whoever asks again', async () => {
      const key = 'feedback|1';
      expect(await store.firstSeen([])).toEqual([]);
      expect(await store.firstSeen([{ key, coordinates: 'feedback/0/5' }, { key: 'audits|1', coordinates: 'audits/0/1' }])).toEqual([true, true]);
      expect(
        await store.firstSeen([
          { key, coordinates: 'feedback/0/6' },
          { key, coordinates: 'feedback/0/5' },
          { key: 'feedback|{2}', coordinates: 'feedback/1/1' },
          { key: 'feedback|{2}', coordinates: 'feedback/1/2' },
        ]),
      ).toEqual([false, true, true, false]);
    });
  });
};
