import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { LaneHalts } from '../../src/pipeline/lane-halts.js';
import type { LaneViewer } from '../../src/pipeline/lane-viewer.js';
import type { Halt, LaneCommit, LaneStore } from '../../src/pipeline/ports.js';
import { type Decision, NO_UPKEEP, type Upkeep } from '../../src/pipeline/upkeep.js';
import { commitOf, entry, LANES, progress, write } from '../support/store-under-test.js';

/** What lanes that have to catch up, judge orders anew or wait for a person rely on, run against each store. */

export interface KeptStore {
  readonly store: LaneStore;
  readonly viewer: LaneViewer;
  readonly halts: LaneHalts;
  /** Ends it; the next one made is empty. */
  end(): Promise<void>;
}

const UPKEEP: Upkeep = {
  catchUp: { why: 'state_went_back', stage: 'recall', saidFrom: { 'cx.events': 4 }, until: { orders: 9 }, countedTo: { audits: 2 } },
  judgedBy: 'a catalogue', sweep: { catalogue: 'another', after: 'ö "1"' }, skipped: [{ first: 3, last: 1_000_004 }],
};
const HALT: Halt = { name: 'records_lost', message: 'Offset 5 of "orders" is gone.', since: 1_700_000_000_000 };
const DECISION: Decision = { kind: 'rewind', topic: 'orders', offset: 3 };

export const laneUpkeepContract = (name: string, make: () => Promise<KeptStore>): void => {
  describe(name, () => {
    let under: KeptStore;
    let store: LaneStore;
    beforeEach(async () => {
      under = await make();
      ({ store } = under);
    });
    afterEach(async () => {
      await under.end();
    });
    const owned = async (lane: number, ...steps: readonly Partial<LaneCommit>[]): Promise<string> => {
      const { token, version } = await store.claim(lane, LANES);
      for (const [i, step] of steps.entries()) await store.commit(lane, commitOf(token, version + i, step));
      return token;
    };

    test('upkeep is kept with a commit, stays when a later one says nothing of it, and is told to owners and onlookers', async () => {
      await store.claim(0, LANES);
      expect((await store.claim(1, LANES)).upkeep).toEqual(NO_UPKEEP);
      await owned(1, { upkeep: UPKEEP }, { seq: 7 });
      expect(await store.claim(1, LANES)).toMatchObject({ version: 2, seq: 7, upkeep: UPKEEP });
      expect((await under.viewer.look(1, []))?.upkeep).toEqual(UPKEEP);
      expect((await under.halts.lanes()).find(({ lane }) => lane === 1)?.upkeep).toEqual(UPKEEP);
      await owned(1, { upkeep: NO_UPKEEP });
      expect((await store.claim(1, LANES)).upkeep).toEqual(NO_UPKEEP);
    });

    test('a refused commit changes no upkeep', async () => {
      const token = await owned(0, { upkeep: UPKEEP });
      await store.commit(0, commitOf(token, 0, { upkeep: NO_UPKEEP }));
      await store.commit(0, commitOf('not the token', 1, { upkeep: NO_UPKEEP }));
      expect((await store.claim(0, LANES)).upkeep).toEqual(UPKEEP);
    });

    test('a decision takes the halt away and the lane from its owner, and is kept until a commit carries it out', async () => {
      const token = await owned(0, { seq: 1 });
      await store.halt(0, token, HALT);
      expect(await under.halts.decide(0, { ...HALT, since: 1 }, DECISION)).toBe(false);
      expect(await under.halts.decide(0, null, DECISION)).toBe(false);
      expect(await under.halts.decide(0, HALT, DECISION)).toBe(true);
      expect((await store.held(0)).token).not.toBe(token);
      const next = await store.claim(0, LANES);
      expect(next).toMatchObject({ halt: null, decision: DECISION });
      await store.commit(0, commitOf(next.token, 1, { seq: 2 }));
      expect((await store.claim(0, LANES)).decision).toEqual(DECISION);
      await owned(0, { carriesOut: true });
      expect((await store.claim(0, LANES)).decision).toBeNull();
    });

    test('a decision about a lane that works, and about none', async () => {
      const token = await owned(0, { seq: 1 });
      expect(await under.halts.decide(0, null, { kind: 'rebuild', acceptLoss: false })).toBe(true);
      expect(await store.trim(0, token, 0, new Map())).toBe(false);
      expect(await under.halts.decide(3, null, DECISION)).toBe(false);
      expect(await store.held(3)).toEqual({ token: null, version: 0 });
    });

    test('held tells token and version', async () => {
      const token = await owned(2, { seq: 1 }, { seq: 2 });
      expect(await store.held(2)).toEqual({ token, version: 2 });
      const { token: other } = await store.claim(2, LANES);
      expect(await store.held(2)).toEqual({ token: other, version: 2 });
    });

    test('orders are listed by their ids as bytes, from an id on, also under an entry', async () => {
      const ids = ['𝄞', '\uffee', 'b', 'a', 'ä', '(x'];
      await owned(0, { orders: ids.map((id, i) => write(id, { indexAdd: i % 2 === 0 ? ['unassessed'] : [] })) });
      await owned(1, { orders: [write('of another lane')] });
      expect(await store.orderIds(0, null, null, 10)).toEqual(['(x', 'a', 'b', 'ä', '\uffee', '𝄞']);
      expect(await store.orderIds(0, null, 'a', 2)).toEqual(['b', 'ä']);
      expect(await store.orderIds(0, null, 'aa', 1)).toEqual(['b']);
      expect(await store.orderIds(0, 'unassessed', null, 10)).toEqual(['b', 'ä', '𝄞']);
      expect(await store.orderIds(0, 'unassessed', '𝄞', 10)).toEqual([]);
      expect(await store.orderIds(3, null, null, 10)).toEqual([]);
    });

    test('clear forgets the orders of the lane and all that is known of them, and nothing else', async () => {
      const orders = Array.from({ length: 1_200 }, (_, i) => write(`order-${i}`, { due: i, dirty: true, indexAdd: ['verdict:poor', `customer:${i}`] }));
      const topics = new Map([['orders', progress(7)]] as const);
      const token = await owned(1, { orders, topics, seq: 9, outbox: entry(5, 9), upkeep: UPKEEP });
      await owned(2, { orders: [write('other', { due: 1, dirty: true, indexAdd: ['verdict:poor'] })] });
      expect(await store.clear(1, 'not the token')).toBe(false);
      expect(await store.orderIds(1, null, null, 2_000)).toHaveLength(1_200);
      expect(await store.clear(1, token)).toBe(true);
      for (const index of [null, 'verdict:poor', 'customer:7']) expect(await store.orderIds(1, index, null, 10)).toEqual([]);
      expect(await store.load(1, ['order-0', 'order-1199'])).toEqual([null, null]);
      expect([await store.due(1, Infinity, 10), await store.nextDue(1), await store.dirty(1, 10)]).toEqual([[], null, []]);
      expect(await store.claim(1, LANES)).toMatchObject({ version: 1, topics, seq: 9, outbox: [entry(5, 9)], upkeep: UPKEEP });
      expect(await store.orderIds(2, 'verdict:poor', null, 10)).toEqual(['other']);
      expect(await store.due(2, Infinity, 10)).toEqual([{ orderId: 'other', at: 1 }]);
      const again = await store.claim(1, LANES);
      await store.commit(1, commitOf(again.token, 1, { orders: [write('order-0', { due: 5 })] }));
      expect(await store.load(1, ['order-0'])).toEqual([{ facts: Buffer.from('facts of order-0;'), state: Buffer.from('state of order-0') }]);
    });
  });
};
