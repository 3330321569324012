import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { SourceTopic } from '../../src/contracts/names.js';
import { commitOutcome } from '../../src/pipeline/commit-outcome.js';
import type { LaneCommit, LaneStore, OrderReader, TopicProgress } from '../../src/pipeline/ports.js';
import { NO_UPKEEP } from '../../src/pipeline/upkeep.js';
import { commitOf, entry, everyByte, LANES, listAll, NO_ENDS, observe, ODD_IDS, own, progress, write, type StoreUnderTest } from '../support/store-under-test.js';

/** Claiming a lane, what its commits write, and which of them must not count. */
export const laneCommitsContract = (name: string, make: () => Promise<StoreUnderTest>): void => {
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

    describe('claim', () => {
      test('of a lane never seen before finds nothing', async () => {
        const { token, ...rest } = await store.claim(2, LANES);
        expect(token).not.toBe('');
        expect(rest).toEqual({
          version: 0, lanes: LANES, topics: new Map(), seq: 0, outputEnds: new Map(), outbox: [], calendar: null, forgotten: 0, halt: null, upkeep: NO_UPKEEP, decision: null,
        });
      });

      test('finds what was committed, under another token', async () => {
        const topics = new Map<SourceTopic, TopicProgress>([['orders', progress(7)], ['audits', { ...progress(2), clock: null, position: null }]]);
        const first = await owned(1, [{ topics, seq: 9, outbox: entry(5, 9) }]);
        const again = await store.claim(1, LANES);
        expect(again.token).not.toBe(first);
        expect(again).toMatchObject({ version: 1, lanes: LANES, topics, seq: 9, outbox: [entry(5, 9)] });
      });

      test('keeps the partition count of the first claim', async () => {
        await store.claim(0, LANES);
        expect((await store.claim(0, 12)).lanes).toBe(LANES);
      });

      test('keeps progress of topics that a later commit does not name', async () => {
        await owned(0, [{ topics: new Map([['orders', progress(7)]]) }, { topics: new Map([['billing', progress(3)]]) }]);
        expect((await store.claim(0, LANES)).topics).toEqual(new Map([['orders', progress(7)], ['billing', progress(3)]]));
      });
    });

    describe('commit', () => {
      test('appends facts and replaces state, byte for byte', async () => {
        await owned(0, [
          { orders: [write('a', { facts: everyByte, state: everyByte })] },
          { orders: [write('a', { facts: everyByte, state: Buffer.from([0]) }), write('b', { facts: null, state: Buffer.from('b') })] },
        ]);
        expect(await store.load(0, ['b', 'unknown', 'a'])).toEqual([
          { facts: Buffer.alloc(0), state: Buffer.from('b') },
          null,
          { facts: Buffer.concat([everyByte, everyByte]), state: Buffer.from([0]) },
        ]);
        expect(await reader.order(0, 'a')).toEqual({ facts: Buffer.concat([everyByte, everyByte]), state: Buffer.from([0]) });
        expect(await reader.order(0, 'unknown')).toBeNull();
      });

      test('writes few facts anew, and appends to them once they are many', async () => {
        const [first, second, third] = [1, 2, 3].map((byte) => Buffer.alloc(5, byte)) as [Buffer, Buffer, Buffer];
        await owned(0, [
          { orders: [write('a', { facts: first, allFacts: first }), write('b')] },
          { orders: [write('a', { facts: second, allFacts: Buffer.concat([first, second]) })] },
          { orders: [write('a', { facts: null }), write('b', { facts: third })] },
          { orders: [write('a', { facts: third })] },
        ]);
        expect((await store.load(0, ['a', 'b'])).map((order) => order?.facts)).toEqual([Buffer.concat([first, second, third]), Buffer.concat([Buffer.from('facts of b;'), third])]);
        expect(await store.orderIds(0, null, null, 9)).toEqual(['a', 'b']);
      });

      test('appends facts however many there are already, and lists their order once', async () => {
        const times = 12;
        await owned(0, Array.from({ length: times }, () => ({ orders: [write('a', { facts: everyByte })] })));
        expect((await store.load(0, ['a']))[0]?.facts).toEqual(Buffer.concat(Array.from({ length: times }, () => everyByte)));
        expect(await store.orderIds(0, null, null, 9)).toEqual(['a']);
      });

      test('keeps what it was given even if the caller uses its buffers again', async () => {
        const facts = Buffer.from('facts');
        const state = Buffer.from('state');
        const records = Buffer.from('records');
        await owned(0, [{ orders: [write('a', { facts, state })], outbox: { firstSeq: 1, lastSeq: 1, records }, seq: 1 }]);
        for (const buffer of [facts, state, records]) buffer.fill(0);
        expect(await store.load(0, ['a'])).toEqual([{ facts: Buffer.from('facts'), state: Buffer.from('state') }]);
        expect((await store.claim(0, LANES)).outbox[0]?.records).toEqual(Buffer.from('records'));
      });

      test('grows a journey over many commits', async () => {
        const pieces = Array.from({ length: 60 }, (_, i) => Buffer.alloc(400, i));
        await owned(0, pieces.map((facts) => ({ orders: [write('a', { facts })] })));
        expect((await store.load(0, ['a']))[0]?.facts).toEqual(Buffer.concat(pieces));
      });

      test('of thousands of orders at once, and loading them in the order asked for', async () => {
        const ids = Array.from({ length: 5_000 }, (_, i) => `order-${String(i)}`);
        const token = await owned(0, [{ orders: ids.map((id, i) => write(id, { due: i, dirty: true, indexAdd: ['verdict:poor'] })) }]);
        const loaded = await store.load(0, [...ids].reverse());
        expect(loaded.map((order) => order?.state.toString())).toEqual(ids.map((id) => `state of ${id}`).reverse());
        expect((await store.due(0, Infinity, 6_000)).map(({ orderId }) => orderId)).toEqual(ids);
        expect(await listAll(reader, 'verdict:poor', 999)).toEqual([...ids].sort());
        await store.commit(0, commitOf(token, 1, { orders: ids.map((id) => write(id, { due: null, indexRemove: ['verdict:poor'] })) }));
        expect(await store.nextDue(0)).toBeNull();
        expect(await listAll(reader, 'verdict:poor', 999)).toEqual([]);
        expect(await store.clean(0, token, await store.dirty(0, 6_000), NO_ENDS)).toBe(true);
        expect(await store.dirty(0, 6_000)).toEqual([]);
      });

      test('takes ids of any text', async () => {
        await owned(3, [{ orders: ODD_IDS.map((id) => write(id, { due: 5, dirty: true, indexAdd: [`customer:${id}`] })) }]);
        expect((await store.load(3, ODD_IDS)).map((order) => order?.facts.toString())).toEqual(ODD_IDS.map((id) => `facts of ${id};`));
        expect(new Set(await listAll(reader, null, 2))).toEqual(new Set(ODD_IDS));
        for (const id of ODD_IDS) expect(await listAll(reader, `customer:${id}`, 10)).toEqual([id]);
      });

      test('keeps lanes apart', async () => {
        await owned(0, [{ orders: [write('a', { due: 1, dirty: true })] }]);
        await owned(1);
        expect(await store.load(1, ['a'])).toEqual([null]);
        expect(await store.nextDue(1)).toBeNull();
        expect(await store.dirty(1, 10)).toEqual([]);
      });
    });

    describe('a commit that must not count (I1, I2)', () => {
      const everything: Partial<LaneCommit> = {
        orders: [write('a', { state: Buffer.from('other'), due: 99, dirty: true, indexAdd: ['verdict:fair'], indexRemove: ['verdict:poor'] }), write('new')],
        topics: new Map([['orders', progress(50)]]),
        seq: 77,
        outbox: entry(2, 77),
      };
      const before: Partial<LaneCommit> = {
        orders: [write('a', { due: 7, dirty: true, indexAdd: ['verdict:poor'] })],
        topics: new Map([['orders', progress(3)]]),
        seq: 1,
        outbox: entry(1, 1),
      };
      const look = (): Promise<unknown> => observe(under, ['verdict:poor', 'verdict:fair']);

      test('under a foreign token changes nothing', async () => {
        const old = await owned(0, [before]);
        const { token: _, ...lane } = await store.claim(0, LANES);
        const seen = await look();
        for (const base of [0, 1, 2]) expect(commitOutcome(await store.commit(0, commitOf(old, base, everything)), old, base)).toBe('lost');
        expect(await look()).toEqual(seen);
        expect(await store.claim(0, LANES)).toMatchObject(lane);
      });

      test.each([
        { base: 0, outcome: 'applied' },
        { base: 2, outcome: 'went_back' },
      ])('on version $base while the lane stands at 1 changes nothing and tells $outcome', async ({ base, outcome }) => {
        const token = await owned(0, [before]);
        const seen = await look();
        expect(commitOutcome(await store.commit(0, commitOf(token, base, everything)), token, base)).toBe(outcome);
        expect(await look()).toEqual(seen);
        expect(await store.claim(0, LANES)).toMatchObject({ version: 1, seq: 1, outbox: [entry(1, 1)], topics: before.topics });
      });

      test('sent again after it was applied changes nothing and tells so', async () => {
        const token = await owned(0, [before]);
        const commit = commitOf(token, 1, everything);
        await store.commit(0, commit);
        const seen = await look();
        expect(commitOutcome(await store.commit(0, commit), token, 1)).toBe('applied');
        expect(await look()).toEqual(seen);
        expect((await store.claim(0, LANES)).outbox).toHaveLength(2);
      });

      test('of a lane that nobody claimed is lost', async () => {
        expect(commitOutcome(await store.commit(0, commitOf('mine', 0, everything)), 'mine', 0)).toBe('lost');
        expect(await reader.lanes()).toEqual([]);
      });

      test.each<[string, Partial<LaneCommit>]>([
        ['deadline', { orders: [write('new'), write('a', { due: Number.NaN })] }],
        ['seq', { orders: [write('new')], seq: 0.5 }],
        ['next offset', { orders: [write('new')], topics: new Map([['orders', progress(Infinity)]]) }],
      ])('with a %s that is no whole number is refused as a whole', async (_field, commit) => {
        const token = await owned(0, [before]);
        const seen = await look();
        await expect(store.commit(0, commitOf(token, 1, commit))).rejects.toThrow('whole number');
        expect(await look()).toEqual(seen);
      });
    });
  });
};
