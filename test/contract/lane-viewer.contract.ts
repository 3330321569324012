import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { OutputTopic } from '../../src/contracts/names.js';
import { type LaneSet, type LaneViewer, LOOK_LIMIT } from '../../src/pipeline/lane-viewer.js';
import type { LaneCommit, LaneStore, OrderReader } from '../../src/pipeline/ports.js';
import { commitOf, entry, LANES, observe, progress, write } from '../support/store-under-test.js';

/** What everyone who only looks at lanes can rely on, run against each store. */

export interface ViewedStore {
  readonly store: LaneStore;
  readonly reader: OrderReader;
  readonly viewer: LaneViewer;
  /** Ends it; the next one made is empty. */
  end(): Promise<void>;
}

/** Ids that would break careless key names, scripts or sorting. */
const ODD_IDS = ['{a}', '}{', 'a:b', ' ', 'line\nbreak', "quote'\"", '𝄞', '\uffee', '-', '+', '(x', '[y'];

export const laneViewerContract = (name: string, make: () => Promise<ViewedStore>): void => {
  describe(name, () => {
    let under: ViewedStore;
    let store: LaneStore;
    let viewer: LaneViewer;
    beforeEach(async () => {
      under = await make();
      ({ store, viewer } = under);
    });
    afterEach(async () => {
      await under.end();
    });

    const committed = async (lane: number, ...steps: readonly Partial<LaneCommit>[]): Promise<string> => {
      const { token, version } = await store.claim(lane, LANES);
      for (const [i, step] of steps.entries()) await store.commit(lane, commitOf(token, version + i, step));
      return token;
    };
    const membersOf = async (lane: number, set: LaneSet): Promise<string[]> => {
      const found = new Set<string>();
      await viewer.members(lane, set, (ids) => { for (const id of ids) found.add(id); });
      return [...found].sort();
    };

    test('nothing is there before the first claim', async () => {
      expect(await viewer.look(1, [{ orderId: 'a', indexes: ['verdict:poor'] }])).toBeNull();
      for (const set of ['orders', 'due', 'dirty', 'index:verdict:poor'] as const) expect(await membersOf(1, set)).toEqual([]);
    });

    test('a look shows what a claim would, without the token', async () => {
      const topics = new Map([['orders', progress(7)], ['audits', { ...progress(2), clock: null, position: null }]] as const);
      const token = await committed(1, { topics, seq: 9, outbox: entry(5, 9) });
      await store.trim(1, token, 4, new Map<OutputTopic, number>([['cx.events', 12]]));
      await store.halt(1, token, { name: 'state_lost', message: 'why', since: 5 });
      const look = await viewer.look(1, []);
      const { token: _, ...claimed } = await store.claim(1, LANES);
      expect(look).toEqual({ ...claimed, orders: [] });
      expect(look).toMatchObject({ version: 1, seq: 9, halt: { name: 'state_lost' }, outputEnds: new Map([['cx.events', 12]]) });
    });

    test('orders come as they were asked for, each with all that is kept of it', async () => {
      await committed(0,
        { orders: [write('a', { due: 5, indexAdd: ['verdict:poor', 'customer:7'], dirty: true }), write('b', { facts: null })] },
        { orders: [write('b', { due: 9, dirty: true, facts: null })] });
      const seen = await viewer.look(0, [
        { orderId: 'b', indexes: ['verdict:poor'] }, { orderId: 'nobody', indexes: ['verdict:poor'] }, { orderId: 'a', indexes: ['customer:7', 'verdict:fair', 'verdict:poor'] },
      ]);
      const [a, b] = await store.load(0, ['a', 'b']);
      expect(seen?.orders).toEqual([
        { orderId: 'b', stored: b, listed: true, due: 9, mark: 2, forgotten: false, indexes: [] },
        { orderId: 'nobody', stored: null, listed: false, due: null, mark: null, forgotten: false, indexes: [] },
        { orderId: 'a', stored: a, listed: true, due: 5, mark: 1, forgotten: false, indexes: ['customer:7', 'verdict:poor'] },
      ]);
      expect(seen?.version).toBe(2);
    });

    test('deadlines, marks and entries that were taken away are not seen', async () => {
      const token = await committed(0, { orders: [write('a', { due: 5, indexAdd: ['x'], dirty: true })] }, { orders: [write('a', { due: null, indexRemove: ['x'] })] });
      await store.clean(0, token, [{ orderId: 'a', mark: 1 }], new Map());
      expect((await viewer.look(0, [{ orderId: 'a', indexes: ['x'] }]))?.orders).toMatchObject([{ due: null, mark: null, indexes: [], listed: true }]);
      for (const set of ['due', 'dirty', 'index:x'] as const) expect(await membersOf(0, set)).toEqual([]);
    });

    test('ids of every kind are found, each in the sets that it is in', async () => {
      await committed(2, { orders: ODD_IDS.map((id, i) => write(id, { due: i, dirty: i % 2 === 0, indexAdd: ['customer:{7}'] })) });
      const seen = await viewer.look(2, ODD_IDS.map((orderId) => ({ orderId, indexes: ['customer:{7}'] })));
      expect(seen?.orders.map(({ orderId, due, indexes }) => [orderId, due, indexes])).toEqual(ODD_IDS.map((id, i) => [id, i, ['customer:{7}']]));
      const all = [...ODD_IDS].sort();
      for (const set of ['orders', 'due', 'index:customer:{7}'] as const) expect(await membersOf(2, set)).toEqual(all);
      expect(await membersOf(2, 'dirty')).toEqual(ODD_IDS.filter((_, i) => i % 2 === 0).sort());
    });

    test('sets of several pages are met whole', async () => {
      const ids = Array.from({ length: 2_500 }, (_, i) => `o-${String(i)}`);
      await committed(0, { orders: ids.map((id, i) => write(id, { due: i, dirty: true })) });
      for (const set of ['orders', 'due', 'dirty'] as const) expect(await membersOf(0, set)).toEqual([...ids].sort());
      const asked = ids.slice(0, LOOK_LIMIT).map((orderId) => ({ orderId, indexes: ['x'] }));
      expect((await viewer.look(0, asked))?.orders.every(({ stored, listed }) => stored !== null && listed)).toBe(true);
    });

    test('looking changes nothing, and takes the lane from nobody', async () => {
      const token = await committed(0, { orders: [write('a', { due: 5, dirty: true, indexAdd: ['x'] })], seq: 2, outbox: entry(1, 2) });
      const before = await observe(under, ['x']);
      await viewer.look(0, [{ orderId: 'a', indexes: ['x'] }, { orderId: 'nobody', indexes: ['x'] }]);
      await membersOf(0, 'orders');
      expect(await observe(under, ['x'])).toEqual(before);
      expect(await store.commit(0, commitOf(token, 1, { seq: 2 }))).toEqual({ token, version: 2 });
    });
  });
};
