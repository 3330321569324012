import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { DirtyOrder, LaneCommit, LaneStore, OrderReader } from '../../src/pipeline/ports.js';
import { NO_UPKEEP } from '../../src/pipeline/upkeep.js';
import { commitOf, entry, LANES, NO_ENDS, own, write, type StoreUnderTest } from '../support/store-under-test.js';

/** What a lane has yet to publish, and what its owner, others and readers may do and are told. */
export const lanePublishingContract = (name: string, make: () => Promise<StoreUnderTest>): void => {
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

    describe('outbox', () => {
      test('loses what is trimmed, whole entries at a time, and keeps the rest in order', async () => {
        const token = await owned(0, [{ seq: 3, outbox: entry(1, 3) }, { seq: 4, outbox: entry(4, 4) }, {}, { seq: 8, outbox: entry(5, 8) }]);
        expect(await reader.lanes()).toMatchObject([{ lane: 0, outbox: 8 }]);
        expect(await store.trim(0, token, 6, NO_ENDS)).toBe(true);
        expect((await reader.lanes())[0]?.outbox).toBe(4);
        expect((await store.claim(0, LANES)).outbox).toEqual([entry(5, 8)]);
      });

      test('is untouched by a trim of seqs that are gone already', async () => {
        const token = await owned(0, [{ seq: 3, outbox: entry(2, 3) }]);
        expect(await store.trim(0, token, 1, NO_ENDS)).toBe(true);
        expect(await store.trim(0, token, 3, NO_ENDS)).toBe(true);
        expect(await store.trim(0, token, 3, NO_ENDS)).toBe(true);
        expect((await store.claim(0, LANES)).outbox).toEqual([]);
      });

      test('refuses a trim of seqs that were never given out: the store went back, and must not hide it', async () => {
        const token = await owned(0, [{ seq: 3, outbox: entry(1, 3) }]);
        expect(await store.trim(0, token, 4, new Map([['cx.events', 9]]))).toBe(false);
        const claimed = await store.claim(0, LANES);
        expect(claimed.outbox).toEqual([entry(1, 3)]);
        expect(claimed.outputEnds).toEqual(new Map());
      });

      test('ends of outputs are kept by trim and clean, and never go back', async () => {
        const token = await owned(0);
        await store.trim(0, token, 0, new Map([['cx.events', 9_007_199_254_740_991], ['cx.alerts', 10]]));
        await store.clean(0, token, [], new Map([['cx.journeys', 5]]));
        await store.trim(0, token, 0, new Map([['cx.alerts', 9], ['cx.journeys', 6]]));
        expect((await store.claim(0, LANES)).outputEnds).toEqual(new Map([['cx.events', 9_007_199_254_740_991], ['cx.alerts', 10], ['cx.journeys', 6]]));
      });
    });

    describe('dirty marks', () => {
      const ids = (marks: readonly DirtyOrder[]): string[] => marks.map(({ orderId }) => orderId);

      test('come oldest first, a renewed one last', async () => {
        await owned(0, [
          { orders: [write('a', { dirty: true })] },
          { orders: [write('b', { dirty: true }), write('clean')] },
          { orders: [write('a', { dirty: true })] },
        ]);
        expect(ids(await store.dirty(0, 10))).toEqual(['b', 'a']);
        expect(ids(await store.dirty(0, 1))).toEqual(['b']);
        expect(await store.dirty(0, 0)).toEqual([]);
      });

      test('only those that still stand are cleared', async () => {
        const token = await owned(0, [{ orders: [write('a', { dirty: true }), write('b', { dirty: true })] }]);
        const marks = await store.dirty(0, 10);
        await store.commit(0, commitOf(token, 1, { orders: [write('a', { dirty: true })] }));
        expect(await store.clean(0, token, marks, NO_ENDS)).toBe(true);
        const left = await store.dirty(0, 10);
        expect(ids(left)).toEqual(['a']);
        expect(await store.clean(0, token, left, NO_ENDS)).toBe(true);
        expect(await store.dirty(0, 10)).toEqual([]);
      });

      test('a later commit that leaves the journey as it is keeps the mark', async () => {
        await owned(0, [{ orders: [write('a', { dirty: true })] }, { orders: [write('a')] }]);
        expect(ids(await store.dirty(0, 10))).toEqual(['a']);
      });
    });

    test('a former owner can neither trim nor clean nor halt (I2)', async () => {
      const old = await owned(0, [{ orders: [write('a', { dirty: true })], seq: 1, outbox: entry(1, 1) }]);
      const marks = await store.dirty(0, 10);
      const { token: _, ...lane } = await store.claim(0, LANES);
      const ends = new Map([['cx.events', 4]] as const);
      expect(await store.trim(0, old, 1, ends)).toBe(false);
      expect(await store.clean(0, old, marks, ends)).toBe(false);
      expect(await store.halt(0, old, { name: 'x', message: 'y', since: 1 })).toBe(false);
      expect(await store.dirty(0, 10)).toEqual(marks);
      expect(await store.claim(0, LANES)).toMatchObject(lane);
    });

    test('a lane that nobody claimed takes no writes', async () => {
      expect(await store.trim(0, '', 1, NO_ENDS)).toBe(false);
      expect(await store.clean(0, '', [], NO_ENDS)).toBe(false);
      expect(await store.halt(0, '', { name: 'x', message: 'y', since: 1 })).toBe(false);
    });

    test('a halt is kept, and told to readers and to the next owner', async () => {
      const halt = { name: 'records_lost', message: 'Offset 5 of "orders" is gone.\nDecide.', since: 1_700_000_000_000 };
      const token = await owned(2);
      expect(await store.halt(2, token, halt)).toBe(true);
      expect(await reader.lanes()).toEqual([{ lane: 2, halt, outbox: 0, renewal: null }]);
      expect((await store.claim(2, LANES)).halt).toEqual(halt);
    });

    test('readers are told which lanes read orders again or judge them anew, and that a new lane does not', async () => {
      const catchUp = { why: 'rebuild', stage: 'read', saidFrom: {}, until: { orders: 9 }, countedTo: {} } as const;
      const judged = { ...NO_UPKEEP, judgedBy: 'a catalogue' };
      await owned(0);
      await owned(1, [{ upkeep: judged }, { seq: 1 }]);
      await owned(2, [{ upkeep: judged }, { upkeep: { ...judged, sweep: { catalogue: 'another', after: 'a' } } }]);
      const token = await owned(3, [{ upkeep: { ...NO_UPKEEP, catchUp } }]);
      const renewals = async () => (await reader.lanes()).map(({ lane, renewal }): [number, unknown] => [lane, renewal]).sort(([a], [b]) => a - b);
      const others = [[0, null], [1, null], [2, 'judged_anew']];
      expect(await renewals()).toEqual([...others, [3, 'read_again']]);
      await store.commit(3, commitOf(token, 1, { upkeep: NO_UPKEEP }));
      expect(await renewals()).toEqual([...others, [3, 'read_again']]);
      await store.commit(3, commitOf(token, 2, { upkeep: judged }));
      expect(await renewals()).toEqual([...others, [3, null]]);
    });
  });
};
