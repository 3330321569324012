import { describe, expect, test } from '@jest/globals';
import { createMemoryLaneStore } from '../../src/adapters/memory/lane-store.js';
import type { LaneStore, SourceLog } from '../../src/pipeline/ports.js';
import { NewerLaneFormatError } from '../../src/pipeline/lane-format.js';
import { createWorker } from '../../src/pipeline/worker.js';
import { createLaneUnderTest, eventually, factBytes, LANE } from '../support/lane-under-test.js';
import { withoutRepeats } from '../support/derived.js';
import { fact } from '../support/facts.js';

const never = new Promise<never>(() => undefined);
const attempt = (id: string): string => factBytes(id, fact('delivery.attempt_failed', '05-02 08:00'));
const latch = () => {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => { open = resolve; });
  return { opened, open };
};

describe('a lane has one owner', () => {
  test('a commit of the former one changes nothing, and it ends without a further word', async () => {
    const lane = createLaneUnderTest({ topics: ['orders'] });
    const reached = latch();
    const go = latch();
    const { parts } = lane.parts();
    const store: LaneStore = {
      ...parts.store,
      async commit(...args) {
        reached.open();
        await go.opened;
        return parts.store.commit(...args);
      },
    };
    lane.logs.append('orders', 'o', attempt('o'));
    const zombie = await lane.open({ parts: { store, source: parts.source } });
    await reached.opened;
    const second = await lane.store.claim(LANE, 1);
    go.open();
    await eventually('it notices', () => !zombie.lane.isReading());
    await zombie.end();
    expect((await lane.store.order(LANE, 'o'))).toBeNull();
    expect(lane.logs.written('cx.events', LANE)).toEqual([]);
    expect(second.version).toBe(0);
    await lane.live();
    expect(withoutRepeats(lane.logs.written('cx.events', LANE)).map((e) => e.type)).toEqual(['signal.opened', 'verdict.changed']);
    expect(lane.failures).toEqual([]);
  });

  test('the former one claims again while the group says that the lane is its own', async () => {
    const lane = createLaneUnderTest({ topics: ['orders'] });
    const working = await lane.open();
    await eventually('it reads', () => working.lane.isReading());
    await lane.store.claim(LANE, 1);
    lane.logs.append('orders', 'o', attempt('o'));
    await eventually('it has read the record after all', async () => (await lane.store.order(LANE, 'o')) !== null);
    await working.end();
  });

  test('of a lane that was given up no figures are told any more, whatever was still under way', async () => {
    const told: string[] = [];
    const lane = createLaneUnderTest({
      topics: ['orders'], telemetry: { timeReached: () => { told.push('time reached'); }, outboxPending: () => { told.push('outbox'); }, lag: () => { told.push('lag'); } },
    });
    const reached = latch();
    const go = latch();
    const { parts } = lane.parts();
    const store: LaneStore = {
      ...parts.store,
      async commit(...args) {
        reached.open();
        await go.opened;
        return parts.store.commit(...args);
      },
    };
    lane.logs.append('orders', 'o', attempt('o'));
    const working = await lane.open({ parts: { store, source: parts.source } });
    await reached.opened;
    const left = working.lane.leave('drop');
    const before = [...told];
    go.open();
    await left;
    working.lane.bounds(new Map([['orders', { start: 0, end: 9 }]]), lane.wall.at);
    expect(told).toEqual(before);
    await working.end();
  });

  test('nor of one that was given up while it was being claimed', async () => {
    const told: string[] = [];
    const lane = createLaneUnderTest({ topics: ['orders'], telemetry: { schemaWaiting: () => { told.push('schemas'); }, catchingUp: () => { told.push('catching up'); }, laneClaimed: () => { told.push('claimed'); } } });
    const { token, upkeep } = await lane.store.claim(LANE, 1);
    const catchUp = { why: 'rewind', stage: 'read', saidFrom: {}, until: {}, countedTo: {} } as const;
    await lane.store.commit(LANE, { token, base: 0, orders: [], forget: [], calendar: null, topics: new Map(), seq: 0, outbox: null, upkeep: { ...upkeep, catchUp } });
    const reached = latch();
    const go = latch();
    const store: LaneStore = {
      ...lane.store,
      async claim(...args) {
        reached.open();
        await go.opened;
        return lane.store.claim(...args);
      },
    };
    const working = await lane.open({ parts: { store } });
    await reached.opened;
    const left = working.lane.leave('drop');
    go.open();
    await left;
    expect(told).toEqual([]);
    expect(lane.failures).toEqual([]);
    await working.end();
  });

  test('one that the group does not confirm claims nothing', async () => {
    const lane = createLaneUnderTest({ topics: ['orders'] });
    const source: SourceLog = { ...lane.logs.source(), confirmMembership: () => Promise.resolve(false) };
    const { token } = await lane.store.claim(LANE, 1);
    const working = await lane.open({ parts: { source } });
    await new Promise((resolve) => { setImmediate(resolve); });
    expect(working.lane.isReading()).toBe(false);
    await working.end();
    expect(await lane.store.clean(LANE, token, [], new Map())).toBe(true);
  });
});

describe('what can not be mended by trying again', () => {
  test('a state that newer code wrote ends the process with its message', async () => {
    const lane = createLaneUnderTest();
    const store = { ...lane.store, claim: () => Promise.reject(new NewerLaneFormatError(LANE, 9)) };
    const working = await lane.open({ parts: { store } });
    await eventually('it is told', () => lane.failures.length > 0);
    await working.end();
    expect(lane.failures).toEqual([expect.objectContaining({ name: 'NewerLaneFormatError', message: expect.stringContaining('format 9') })]);
  });

  test('so does an order that newer code wrote, and the lane is not begun again', async () => {
    const lane = createLaneUnderTest({ topics: ['orders'] });
    const store: LaneStore = { ...lane.store, load: (_lane, ids) => Promise.resolve(ids.map(() => ({ facts: Buffer.from([99]), state: Buffer.from('[99]') }))) };
    lane.logs.append('orders', 'o', attempt('o'));
    const working = await lane.open({ parts: { store } });
    await eventually('it is told', () => lane.failures.length > 0);
    await working.end();
    expect(lane.failures).toHaveLength(1);
    expect(lane.failures[0]?.message).toContain('"o"');
  });

  test('so does a commit that no store may take', async () => {
    const lane = createLaneUnderTest({ topics: ['orders'] });
    const store: LaneStore = { ...lane.store, commit: (index, commit) => lane.store.commit(index, { ...commit, seq: 0.5 }) };
    lane.logs.append('orders', 'o', attempt('o'));
    const working = await lane.open({ parts: { store } });
    await eventually('it is told', () => lane.failures.length > 0);
    await working.end();
    expect(lane.failures[0]?.message).toContain('whole number');
  });

});

describe('advice to the group', () => {
  test('never runs ahead of what is committed: a state that was never written would seem lost', async () => {
    const lane = createLaneUnderTest({ topics: ['orders'] });
    const tried = latch();
    const store: LaneStore = {
      ...lane.store,
      commit() {
        tried.open();
        return Promise.reject(new Error('away'));
      },
    };
    lane.logs.append('orders', 'o', attempt('o'));
    const working = await lane.open({ parts: { store } });
    await tried.opened;
    expect(working.lane.offsets()?.get('orders')).toBeUndefined();
    await working.end();
    expect(working.lane.offsets()?.get('orders')).toBeUndefined();
  });
});

describe('a topic that runs ahead', () => {
  test('is held back, also after a rebalance has begun its delivery anew', async () => {
    const lane = createLaneUnderTest({ topics: ['orders'] });
    const { parts } = lane.parts();
    const paused: string[] = [];
    const source: SourceLog = {
      ...parts.source,
      pause(index, topic) {
        paused.push(topic);
        parts.source.pause(index, topic);
      },
    };
    const store: LaneStore = { ...parts.store, load: () => never };
    for (let i = 0; i < 60_000; i++) lane.logs.append('orders', 'o', attempt('o'));
    const working = await lane.open({ parts: { source, store } });
    await eventually('it is held back', () => paused.length === 1);
    lane.logs.append('orders', 'o', attempt('o'));
    working.lane.readOn();
    await eventually('it is held back again', () => paused.length >= 2);
    await working.end();
  });
});

describe('an orderly stop', () => {
  const stopped = async (faults: (store: LaneStore) => Partial<LaneStore>, publish?: () => Promise<never>): Promise<number> => {
    const lane = createLaneUnderTest({ topics: ['orders'] });
    const reached = latch();
    const { parts } = lane.parts();
    const worker = createWorker({
      ...parts,
      store: { ...parts.store, ...faults(parts.store) },
      output: publish === undefined ? parts.output : { ...parts.output, publish: () => { reached.open(); return publish(); } },
      source: { ...parts.source, commitAdvice: () => (publish === undefined ? Promise.resolve(true) : never) },
      telemetry: { ...parts.telemetry, retrying: () => { reached.open(); } },
    });
    await worker.start();
    lane.logs.append('orders', 'o', attempt('o'));
    await reached.opened;
    const began = performance.now();
    await worker.stop();
    return performance.now() - began;
  };

  test('does not wait for a store that is away', async () => {
    expect(await stopped(() => ({ commit: () => Promise.reject(new Error('away')) }))).toBeLessThan(4_500);
  });

  test('does not wait for a log that never answers', async () => {
    expect(await stopped(() => ({}), () => never)).toBeLessThan(5_500);
  });

  test('commits and sends what was read before', async () => {
    const lane = createLaneUnderTest({ topics: ['orders'] });
    const { parts } = lane.parts();
    const worker = createWorker(parts);
    await worker.start();
    for (let i = 0; i < 2_000; i++) lane.logs.append('orders', `o${i}`, attempt(`o${i}`));
    await eventually('some was read', () => (lane.progress.get('orders')?.next ?? 0) > 0);
    await worker.stop();
    const { outbox, version, topics } = await lane.store.claim(LANE, 1);
    expect(outbox).toEqual([]);
    const read = topics.get('orders')?.next ?? 0;
    expect(withoutRepeats(lane.logs.written('cx.events', LANE))).toHaveLength(2 * read);
    expect(await lane.logs.source().advisedOffsets(LANE)).toEqual(new Map([['orders', read]]));
    expect(version).toBeGreaterThan(0);
    expect(lane.strays).toEqual([]);
  });
});

describe('what is about no single order', () => {
  test('counts once over all lanes, and for the same record as often as it is asked', async () => {
    const store = createMemoryLaneStore();
    const lanes = [createLaneUnderTest({ topics: ['feedback'] }), createLaneUnderTest({ topics: ['feedback'] })];
    const answer = factBytes(null, fact('feedback.received', '05-02 08:00', {}, { id: 'survey-1' }));
    const other = factBytes(null, fact('feedback.received', '05-02 08:00', {}, { id: 'survey-2' }));
    for (const [i, lane] of lanes.entries()) {
      for (const value of i === 0 ? [answer, answer, other] : [answer]) lane.logs.append('feedback', null, value);
      const firstSeen: LaneStore['firstSeen'] = (keys) => store.firstSeen(keys.map(({ key, coordinates }) => ({ key, coordinates: `${i}/${coordinates}` })));
      const { parts, bury } = lane.parts({ parts: { store: { ...lane.store, firstSeen, commit: () => never } } });
      // Dies with the mark set and nothing committed.
      const working = await lane.open({ parts: { store: parts.store, source: parts.source } });
      await eventually('it is read', () => working.lane.isReading());
      bury();
      await working.end();
      await lane.live({ parts: { store: { ...lane.parts().parts.store, firstSeen } } });
    }
    expect(lanes.map((lane) => lane.progress.get('feedback')?.count)).toEqual([
      { read: 3, applied: 2, duplicate: 1, deadLetter: 0 }, { read: 1, applied: 0, duplicate: 1, deadLetter: 0 },
    ]);
  });
});
