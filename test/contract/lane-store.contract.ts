import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { OutputTopic, SourceTopic } from '../../src/contracts/names.js';
import { commitOutcome } from '../../src/pipeline/commit-outcome.js';
import type { DirtyOrder, LaneCommit, LaneStore, OrderReader, OrderWrite, OutboxEntry, TopicProgress } from '../../src/pipeline/ports.js';
import { NO_UPKEEP } from '../../src/pipeline/upkeep.js';

/** What every lane store must do, run against each of them. */

export interface StoreUnderTest {
  readonly store: LaneStore;
  readonly reader: OrderReader;
  /** Ends it; the next one made is empty. */
  end(): Promise<void>;
}

/** Number of lanes of a store under test. */
export const LANES = 4;

export const write = (orderId: string, given: Partial<OrderWrite> = {}): OrderWrite => ({
  orderId,
  facts: Buffer.from(`facts of ${orderId};`),
  allFacts: null,
  state: Buffer.from(`state of ${orderId}`),
  due: undefined,
  rests: null,
  indexAdd: [],
  indexRemove: [],
  dirty: false,
  customers: [],
  ...given,
});

export const commitOf = (token: string, base: number, given: Partial<LaneCommit> = {}): LaneCommit => ({
  token,
  base,
  orders: [],
  topics: new Map(),
  seq: 0,
  outbox: null,
  forget: [],
  calendar: null,
  ...given,
});

export const progress = (next: number): TopicProgress => ({
  next,
  clock: 1_700_000_000_000 + next,
  position: { offset: next - 1, timestamp: 1_700_000_000_000, digest: `digest "${String(next)}"` },
  count: { read: next, applied: next - 2, duplicate: 1, deadLetter: 1 },
});

export const entry = (firstSeq: number, lastSeq: number): OutboxEntry => ({ firstSeq, lastSeq, records: Buffer.from(`records ${String(firstSeq)}`) });

const NO_ENDS: ReadonlyMap<OutputTopic, number> = new Map();

/** All that can be seen of the orders without claiming. */
export const observe = async ({ store, reader }: StoreUnderTest, indexes: readonly string[] = []): Promise<unknown> => {
  const lanes = Array.from({ length: LANES }, (_, lane) => lane);
  const all = await reader.list(null, null, 10_000);
  return {
    all: all.orderIds,
    orders: await Promise.all(lanes.map((lane) => store.load(lane, [...new Set(all.orderIds)]))),
    due: await Promise.all(lanes.map((lane) => store.due(lane, Infinity, 10_000))),
    dirty: await Promise.all(lanes.map(async (lane) => [...(await store.dirty(lane, 10_000))].sort((a, b) => a.mark - b.mark || (a.orderId < b.orderId ? -1 : 1)))),
    indexes: await Promise.all(indexes.map(async (index) => (await reader.list(index, null, 10_000)).orderIds)),
    lanes: await reader.lanes(),
    deadlines: await Promise.all(lanes.map((lane) => reader.deadlines(lane))),
  };
};

export const everyByte = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));

/** Ids that would break careless key names, scripts or sorting. */
export const ODD_IDS = ['{a}', '}{', 'a:b', ' ', 'line\nbreak', "quote'\"", '𝄞', '\uffee', 'ü', '0', '-1', 'nil', '+', '(x', '[y'];

/** Listed page by page. */
const listAll = async (reader: OrderReader, index: string | null, limit: number): Promise<string[]> => {
  const found: string[] = [];
  let cursor: string | null = null;
  do {
    const page = await reader.list(index, cursor, limit);
    expect(page.orderIds.length).toBeLessThanOrEqual(limit);
    found.push(...page.orderIds);
    cursor = page.cursor;
  } while (cursor !== null);
  return found;
};

export const laneStoreContract = (name: string, make: () => Promise<StoreUnderTest>): void => {
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

    /** Claims, and commits the given steps one after the other; the token. */
    const owned = async (lane: number, steps: readonly Partial<LaneCommit>[] = []): Promise<string> => {
      const { token, version } = await store.claim(lane, LANES);
      for (const [i, step] of steps.entries()) {
        const answer = await store.commit(lane, commitOf(token, version + i, step));
        expect(commitOutcome(answer, token, version + i)).toBe('applied');
      }
      return token;
    };

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
