import { describe, expect, test } from '@jest/globals';
import type { Lane } from '../../src/pipeline/lane.js';
import type { OutputLog, OutputRecord } from '../../src/pipeline/ports.js';
import { withoutRepeats } from '../support/derived.js';
import { createLaneUnderTest, eventually, factBytes, LANE, type LaneUnderTest, type Life } from '../support/lane-under-test.js';
import { fact, promised } from '../support/facts.js';
import { createRewindableStore } from '../support/rewindable-store.js';

/** What a lane does about a state that went back, case by case. */

function createRewindableLane() {
  const rewindable = createRewindableStore();
  const told: string[] = [];
  const lane = createLaneUnderTest({
    topics: ['orders'], store: rewindable.store,
    telemetry: {
      stateWentBack: (_lane, what) => { told.push(what); }, recalled: (_lane, foreign) => { told.push(`recalled, foreign ${foreign}`); },
      catchingUp: (_lane, why) => { told.push(`catching up: ${why}`); }, caughtUp: () => { told.push('caught up'); },
    },
  });
  return { ...rewindable, lane, told };
}

/** One record a commit. */
const SMALL_STEPS: Life = { parts: { limits: { orders: 1, bytes: 1 } } };
const attempt = (id: string, at = '05-02 08:00'): string => factBytes(id, fact('delivery.attempt_failed', at, {}, { id: `attempt ${id}` }));
const events = (lane: LaneUnderTest): string[] => withoutRepeats(lane.logs.written('cx.events', LANE)).map(({ orderId, type }) => `${orderId} ${type}`);
const worksUntil = (lane: LaneUnderTest, worker: Lane, what: string, holds: () => boolean = () => true) => eventually(what, async () => {
  lane.wall.at += 100;
  worker.wake();
  return lane.failures.length > 0 || (holds() && (await lane.settled()));
});
const journeysOf = (lane: LaneUnderTest): number => lane.logs.written('cx.journeys', LANE).length;

describe('a lane whose state went back', () => {
  test('tells it once, reads back what was said, reads its topic again, and says only what is new', async () => {
    const { lane, goBack, told } = createRewindableLane();
    for (const id of ['a', 'b', 'c']) lane.logs.append('orders', id, attempt(id));
    await lane.live(SMALL_STEPS);
    const said = events(lane);
    await goBack(2);
    lane.logs.append('orders', 'd', attempt('d'));
    await lane.live(SMALL_STEPS);
    expect(told).toEqual([
      'cx.events/0 holds record number 6, but the state in Redis has given out 2 only: Redis lost its last writes or was restored to an older state',
      'recalled, foreign 0', 'catching up: state_went_back', 'caught up',
    ]);
    expect(events(lane)).toEqual([...said, 'd signal.opened', 'd verdict.changed']);
    expect((await lane.store.look(LANE, []))?.upkeep).toMatchObject({ catchUp: null, skipped: [{ first: 3, last: 1_000_006 }] });
    told.length = 0;
    await lane.live(SMALL_STEPS);
    expect(told).toEqual([]);
    expect(lane.halts).toEqual([]);
  });

  test('finds it out though nothing happens in it', async () => {
    const { lane, goBack, told } = createRewindableLane();
    for (const id of ['a', 'b']) lane.logs.append('orders', id, attempt(id));
    const working = await lane.open(SMALL_STEPS);
    await worksUntil(lane, working.lane, 'all is said');
    await goBack(1);
    expect(await lane.store.order(LANE, 'b')).toBeNull();
    lane.wall.at += 10_000;
    await worksUntil(lane, working.lane, 'all is known again', () => told.includes('caught up'));
    expect(await lane.store.order(LANE, 'b')).not.toBeNull();
    await working.end();
    expect(events(lane)).toHaveLength(4);
  });

  test('makes up for it where no commit is lost, so that nothing shows it but what is no longer known as sent', async () => {
    const { lane, goBack, store, told } = createRewindableLane();
    lane.logs.append('orders', 'a', attempt('a'));
    // The commit reached the store twice: the second time is taken back, with all that followed it.
    const working = await lane.open({ ...SMALL_STEPS, sends: 2 });
    await worksUntil(lane, working.lane, 'all is said');
    const { version } = await store.held(LANE);
    await goBack(1);
    expect((await store.held(LANE)).version).toBe(version);
    expect((await store.look(LANE, []))?.outbox).toHaveLength(1);
    expect(await store.dirty(LANE, 10)).toHaveLength(1);
    lane.wall.at += 10_000;
    await worksUntil(lane, working.lane, 'all is known as sent again');
    await working.end();
    expect(told).toEqual([]);
    expect(lane.logs.written('cx.events', LANE)).toHaveLength(2);
  });

  test('takes no journey for one that is out of date which it only reads again', async () => {
    const { lane, goBack } = createRewindableLane();
    for (const id of ['a', 'b', 'c']) lane.logs.append('orders', id, attempt(id));
    await lane.live(SMALL_STEPS);
    const before = journeysOf(lane);
    await goBack(1);
    await lane.live(SMALL_STEPS);
    expect(await lane.store.dirty(LANE, 10)).toEqual([]);
    // What was marked when the state was lost is published once more; nobody knows that it was.
    const again = lane.logs.written('cx.journeys', LANE).slice(before).map(({ value }) => String(value));
    const first = new Set(lane.logs.written('cx.journeys', LANE).slice(0, before).map(({ value }) => String(value)));
    expect(again.filter((text) => !first.has(text))).toEqual([]);
  });

  test('does not judge an order at an earlier time than before, so that nothing is taken back for a while', async () => {
    const { lane, goBack } = createRewindableLane();
    const placed = factBytes('a', fact('order.placed', '05-01 08:00', { promisedDelivery: promised('05-03 18:00') }));
    for (const [id, value] of [['a', placed], ['b', attempt('b', '05-02 08:00')], ['b', attempt('b2', '05-09 08:00')]] as const) lane.logs.append('orders', id, value);
    await lane.live(SMALL_STEPS);
    const said = events(lane);
    expect(said).toContain('a signal.opened');
    await goBack(2);
    await lane.live(SMALL_STEPS);
    expect(events(lane)).toEqual(said);
  });

  test('is not fooled by a late word of the owner whose state was lost', async () => {
    const { lane, goBack, told } = createRewindableLane();
    for (const id of ['a', 'b', 'c']) lane.logs.append('orders', id, attempt(id));
    // The last of it, about c, is under way when its owner and the state are lost.
    const held: OutputRecord[] = [];
    const { parts } = lane.parts();
    const output: OutputLog = {
      ...parts.output,
      publish: (index, records) => {
        if (records.every(({ key }) => String(key) !== 'c')) return parts.output.publish(index, records);
        held.push(...records);
        return new Promise(() => undefined);
      },
    };
    const zombie = await lane.open({ parts: { ...SMALL_STEPS.parts, output, source: parts.source } });
    await eventually('its last word is under way', () => held.length > 0);
    await zombie.end();
    await goBack(2);
    const working = await lane.open(SMALL_STEPS);
    await worksUntil(lane, working.lane, 'b and c are said', () => events(lane).length === 6);
    await lane.logs.output.publish(LANE, held.filter(({ seq }) => seq !== null));
    lane.logs.append('orders', 'd', attempt('d'));
    await worksUntil(lane, working.lane, 'd is said', () => lane.logs.written('cx.events', LANE).some(({ key }) => String(key) === 'd'));
    await working.end();
    expect(told).toContainEqual(expect.stringContaining('a former worker wrote it late'));
    expect(lane.failures).toEqual([]);
    const ofD = lane.logs.written('cx.events', LANE).filter(({ key }) => String(key) === 'd');
    expect(new Set(ofD.map(({ value }) => String(value))).size).toBe(2);
    await lane.live(SMALL_STEPS);
    expect(lane.halts).toEqual([]);
  });

  test('stands still where what was said is no longer there to be read back; a person may go on without', async () => {
    const { lane, goBack, store: { halts } } = createRewindableLane();
    for (const id of ['a', 'b', 'c']) lane.logs.append('orders', id, attempt(id));
    await lane.live(SMALL_STEPS);
    await goBack(2);
    lane.logs.partition('cx.events', LANE).trim(3);
    await lane.live(SMALL_STEPS);
    expect(lane.halts).toEqual([{
      name: 'said_lost', since: expect.any(Number),
      message: expect.stringContaining('cx.events/0: what was said has to be read back from offset 2 on, but the oldest record there has 3'),
    }]);
    const [kept] = await halts.lanes();
    expect(await halts.decide(LANE, kept?.halt ?? null, { kind: 'accept_loss', halt: 'said_lost' })).toBe(true);
    await lane.live(SMALL_STEPS);
    expect(lane.halts).toHaveLength(1);
    expect((await lane.store.look(LANE, []))?.decision).toBeNull();
    // Of b its signal is said again, its verdict is known.
    expect(lane.logs.written('cx.events', LANE).map(({ key, value }) => `${String(key)} ${(JSON.parse(String(value)) as { type: string }).type}`))
      .toEqual(['b verdict.changed', 'c signal.opened', 'c verdict.changed', 'b signal.opened']);
  });

  test('passes over records that none of ours can have written', async () => {
    const { lane, goBack, told } = createRewindableLane();
    for (const id of ['a', 'b']) lane.logs.append('orders', id, attempt(id));
    await lane.live(SMALL_STEPS);
    await goBack(1);
    await lane.logs.output.publish(LANE, [{ seq: null, topic: 'cx.events', key: 'x', value: '{"type":"signal.opened"}', headers: {} }]);
    await lane.live(SMALL_STEPS);
    expect(told).toContain('recalled, foreign 1');
    expect(lane.failures).toEqual([]);
  });
});
