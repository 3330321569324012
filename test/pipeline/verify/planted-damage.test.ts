import { beforeAll, describe, expect, test } from '@jest/globals';
import { renderVerification } from '../../../src/app/verify-report.js';
import { SOURCE_TOPICS, type SourceTopic } from '../../../src/contracts/names.js';
import type { Fact } from '../../../src/core/fact.js';
import { createFactsMemory, packFacts, unpackFacts } from '../../../src/core/facts-codec.js';
import type { OrderState } from '../../../src/core/order-state.js';
import { packOrderState, unpackOrderState } from '../../../src/core/order-state-codec.js';
import type { PublishedRecord } from '../../../src/pipeline/lane-logs.js';
import type { LaneLook, SeenOrder } from '../../../src/pipeline/lane-viewer.js';
import type { TopicProgress } from '../../../src/pipeline/ports.js';
import type { FindingKind } from '../../../src/pipeline/verify/findings.js';
import { createVerifiedLane, type Damage, kindsOf, shopEvents, type VerifiedLane } from '../../support/verified-lane.js';

const OPEN = 'still-open';

let lane: VerifiedLane;
/** An order with alerts and signals. */
let victim: string;

beforeAll(async () => {
  lane = createVerifiedLane();
  for (const event of shopEvents(40)) lane.append(event);
  lane.append('no json', 'billing');
  lane.append('no json either', 'orders');
  lane.append({
    id: 'open-1', type: 'order.placed', orderId: OPEN, customerId: 'c-open', occurredAt: '2026-12-30T10:00:00Z',
    lines: [{ lineId: '1', sku: 's', quantity: 1 }], promisedDeliveryAt: '2027-06-01T10:00:00Z',
  });
  await lane.work();
  victim = String(lane.under.logs.written('cx.alerts', 0)[0]?.key);
});

const only = (change: (order: SeenOrder) => SeenOrder, orderId = (): string => victim): Damage =>
  ({ order: (order) => (order.orderId === orderId() ? change(order) : order) });
const withFacts = (change: (facts: Fact[]) => Fact[]): Damage => only((order) => ({
  ...order, stored: order.stored && { ...order.stored, facts: Buffer.from(packFacts(change(unpackFacts(order.stored.facts)), createFactsMemory())) },
}));
const withState = (change: (state: OrderState) => OrderState): Damage => only((order) => ({
  ...order, stored: order.stored && { ...order.stored, state: Buffer.from(packOrderState(change(unpackOrderState(order.stored.state)))) },
}));
const withTopic = (topic: SourceTopic, change: (progress: TopicProgress) => TopicProgress): Damage => ({
  look: (look) => ({ ...look, topics: new Map([...look.topics].map(([name, progress]) => [name, name === topic ? change(progress) : progress])) }),
});
const withLook = (change: Partial<LaneLook>): Damage => ({ look: (look) => ({ ...look, ...change }) });
const withValue = (record: PublishedRecord, change: Record<string, unknown>): PublishedRecord =>
  ({ ...record, value: Buffer.from(JSON.stringify({ ...(JSON.parse(String(record.value)) as object), ...change })) });
const ofVictim = (record: PublishedRecord): boolean => String(record.key) === victim;
/** Another record at the end of a topic, made from one that is there. */
const further = (topic: string, make: (records: readonly PublishedRecord[]) => PublishedRecord): Damage =>
  ({ output: (name, records) => (name === topic ? [...records, { ...make(records), offset: 9_999 }] : records) });
const changed = (topic: string, change: (records: readonly PublishedRecord[]) => readonly PublishedRecord[]): Damage =>
  ({ output: (name, records) => (name === topic ? change(records) : records) });
const numbered = (record: PublishedRecord, seq: number): PublishedRecord => ({ ...record, headers: { ...record.headers, cx_seq: String(seq) } });
const without = (records: readonly PublishedRecord[], index: number): PublishedRecord[] => records.filter((_, i) => i !== index);
const lastOf = (records: readonly PublishedRecord[]): number => records.findLastIndex(ofVictim);

test('without damage nothing is found', async () => {
  expect(kindsOf(await lane.verify())).toEqual([]);
});

const CASES: readonly [what: string, damage: () => Damage, kinds: readonly FindingKind[]][] = [
  ['the commit of a whole order is lost', () => only((order) => ({ ...order, stored: null })), ['fact_missing', 'journey_unfounded', 'index_stale']],
  ['the last fact of an order is lost', () => withFacts((facts) => facts.slice(0, -1)), ['fact_missing']],
  ['a fact is applied twice', () => withFacts((facts) => [...facts, facts[0]!]), ['fact_twice']],
  ['a fact has other content', () => withFacts((facts) => facts.map((fact, i) => (i === 0 ? { ...fact, customerId: 'another' } : fact))), ['fact_differs']],
  ['a fact comes from nowhere', () => withFacts((facts) => [...facts, { ...facts[0]!, id: 'unheard-of' }]), ['fact_unfounded']],
  ['a fact names another offset', () => withFacts((facts) => facts.map((fact, i) => (i === 0 ? { ...fact, offset: fact.offset + 1 } : fact))), ['fact_unfounded']],
  ['bytes of an order are damaged', () => only((order) => ({ ...order, stored: order.stored && { ...order.stored, state: Buffer.from('[9]') } })), ['state_unreadable']],
  ['a next offset is beyond the end', () => withTopic('billing', (p) => ({ ...p, next: p.next + 5 })), ['offset_outside']],
  ['a next offset is too low', () => withTopic('orders', (p) => ({ ...p, next: p.next - 1 })), ['position_differs', 'fact_not_read', 'counts_differ']],
  ['the last applied record is said to be another', () => withTopic('orders', (p) => ({ ...p, position: { ...p.position!, digest: 'other' } })), ['position_differs']],
  ['counts do not add up', () => withTopic('orders', (p) => ({ ...p, count: { ...p.count, duplicate: p.count.duplicate + 1 } })), ['counts_differ']],
  ['counts add up and are those of another history', () => withTopic('orders', (p) => ({ ...p, count: { ...p.count, applied: p.count.applied - 1, duplicate: p.count.duplicate + 1 } })), ['counts_differ']],
  ['a deadline is stale in the set', () => only((order) => ({ ...order, due: 5 })), ['deadline_differs']],
  ['a deadline is missing in the set', () => only((order) => ({ ...order, due: null }), () => OPEN), ['deadline_differs']],
  ['a deadline is stale everywhere', () => ({ order: (order) => withState((state) => ({ ...state, due: 5 })).order!({ ...order, due: order.orderId === victim ? 5 : order.due }) }), ['deadline_differs']],
  ['an order was judged in times to come', () => withState((state) => ({ ...state, judgedAt: Date.parse('2031-01-01T00:00:00Z') })), ['time_implausible']],
  ['an index entry is missing', () => only((order) => ({ ...order, indexes: order.indexes.slice(1) })), ['index_missing']],
  ['the entry of its customer is missing', () => only((order) => ({ ...order, indexes: order.indexes.filter((name) => !name.startsWith('customer:')) })), ['index_missing']],
  ['an index entry is left over', () => only((order) => ({ ...order, indexes: [...order.indexes, 'verdict:good'] })), ['index_stale']],
  ['an order is missing from the list', () => only((order) => ({ ...order, listed: false })), ['order_unlisted']],
  ['another verdict was said', () => withState((state) => ({ ...state, said: { ...state.said, verdict: 'on_course' } })), ['events_differ', 'index_stale', 'said_differs']],
  ['one id carries two contents', () => further('cx.events', (records) => withValue(records[lastOf(records)]!, { detectedAt: '2020-01-01T00:00:00.000Z' })), ['id_two_contents']],
  ['an id stands there twice under two numbers', () => further('cx.events', (records) => numbered(records[0]!, 9_999)), ['id_two_contents']],
  ['something old is published late', () => changed('cx.events', (records) => [...without(records, 0), records[0]!]), ['number_reused', 'number_missing', 'events_differ']],
  ['an event is lost', () => changed('cx.events', (records) => without(records, lastOf(records))), ['events_differ', 'number_missing']],
  ['an event that others followed is lost', () => changed('cx.events', (records) => without(records, records.findIndex(ofVictim))), ['events_differ', 'number_missing']],
  ['an event has an id of its own', () => changed('cx.events', (records) => records.map((record, i) => (i === lastOf(records) ? withValue(record, { id: '71f08569-844d-53e5-8bec-40f5b61eb0b8' }) : record))), ['id_differs']],
  ['a sequence does not rise', () => changed('cx.events', (records) => records.map((record, i) => (i === lastOf(records) ? withValue(record, { sequence: 1 }) : record))), ['sequence_not_rising']],
  ['a stranger writes events', () => further('cx.events', (records) => ({ ...records[0]!, value: Buffer.from('{}') })), ['record_foreign']],
  ['a number is published that was never given out', () => withLook({ seq: 3 }), ['number_not_given']],
  ['the last alert is lost', () => changed('cx.alerts', (records) => without(records, lastOf(records))), ['alert_differs', 'number_missing']],
  ['an alert begins with an update', () => changed('cx.alerts', (records) => records.map((record, i) => (i === records.findIndex(ofVictim) ? withValue(record, { type: 'alert.updated' }) : record))), ['change_illegal']],
  ['the last journey is stale', () => further('cx.journeys', (records) => withValue(records[lastOf(records)]!, { settled: 'no' })), ['journey_stale']],
  ['a journey is missing', () => changed('cx.journeys', (records) => records.filter((record) => !ofVictim(record))), ['journey_missing']],
  ['a journey of an unknown order is published', () => further('cx.journeys', (records) => ({ ...records[0]!, key: Buffer.from('nobody') })), ['journey_unfounded']],
  ['a dead letter is missing', () => changed('cx.dead-letters', (records) => without(records, 0)), ['dead_letter_missing', 'number_missing']],
  ['a dead letter has other bytes', () => changed('cx.dead-letters', (records) => records.map((record, i) => (i === 0 ? { ...record, value: Buffer.from('other') } : record))), ['dead_letter_differs']],
  ['a dead letter has other headers', () => changed('cx.dead-letters', (records) => records.map((record, i) => (i === 0 ? { ...record, headers: { ...record.headers, trace: 'other' } } : record))), ['dead_letter_differs']],
  ['a dead letter gives another reason', () => changed('cx.dead-letters', (records) => records.map((record, i) => (i === 0 ? { ...record, headers: { ...record.headers, 'touchpoint.reason': 'tombstone' } } : record))), ['dead_letter_differs']],
  ['a dead letter stands for nothing', () => further('cx.dead-letters', (records) => numbered({ ...records[0]!, headers: { ...records[0]!.headers, '__connect.errors.offset': '0', '__connect.errors.topic': 'logistics' } }, 9_999)), ['dead_letter_unfounded', 'number_not_given']],
  ['a record has two dead letters', () => further('cx.dead-letters', (records) => numbered(records[0]!, 9_999)), ['dead_letter_twice']],
  ['the outbox lost an entry', () => withLook({ outbox: [{ firstSeq: 1, lastSeq: 2, records: Buffer.from([7]) }] }), ['outbox_damaged']],
  ['an output lost its tail', () => withLook({ outputEnds: new Map([['cx.events', 99_999]]) }), ['output_end_differs']],
  ['the partitions are others', () => withLook({ lanes: 7 }), ['partitions_differ']],
  ['the state is gone', () => ({ look: () => null }), ['state_lost']],
];

describe('is found:', () => {
  test.each(CASES)('%s', async (_what, damage, kinds) => {
    const done = await lane.verify(damage());
    expect(kindsOf(done)).toEqual(expect.arrayContaining([...kinds]));
    expect(renderVerification(done)).toContain(`${String(kinds[0])} (`);
  });

  test('records behind the next offset that were never applied', async () => {
    const own = createVerifiedLane();
    for (const event of shopEvents(5)) own.append(event);
    await own.work();
    const offset = own.append({ id: 'x', type: 'order.cancelled', orderId: 'lost', initiatedBy: 'customer', occurredAt: '2026-03-01T00:00:00Z' });
    const done = await own.verify(withTopic('orders', (p) => ({ ...p, next: p.next + 1, count: { ...p.count, read: p.count.read + 1, duplicate: p.count.duplicate + 1 } })));
    expect(kindsOf(done).sort()).toEqual(['counts_differ', 'fact_missing', 'position_differs']);
    expect(renderVerification(done)).toContain(`order "lost", orders/0/${offset}: order.cancelled "x"`);
  });

  test('a deadline that the clocks of all topics have passed, but only where somebody works', async () => {
    const [clock, none] = [Date.parse('2027-09-01T00:00:00Z'), { next: 0, position: null, count: { read: 0, applied: 0, duplicate: 0, deadLetter: 0 } }];
    const later = (look: LaneLook): LaneLook => ({ ...look, topics: new Map(SOURCE_TOPICS.map((topic) => [topic, { ...(look.topics.get(topic) ?? none), clock }])) });
    const done = await lane.verify({ look: later }, true);
    expect(kindsOf(done)).toEqual(['deadline_overdue']);
    expect(done.found[0]?.examples.map(({ orderId }) => orderId)).toContain(OPEN);
    expect(kindsOf(await lane.verify({ look: later }, false))).toEqual([]);
  });

  test('a deadline that passed while the topics were silent, once that has lasted', async () => {
    const own = createVerifiedLane();
    own.append({ id: 'p', type: 'order.placed', orderId: OPEN, customerId: 'c', occurredAt: '2026-12-30T10:00:00Z', lines: [], promisedDeliveryAt: '2027-02-01T10:00:00Z' });
    await own.work();
    own.under.wall.at = Date.parse('2027-02-02T00:00:00Z');
    const waited: number[] = [];
    const pause = (ms: number): void => {
      waited.push(ms);
      own.under.wall.at += ms;
    };
    expect(kindsOf(await own.verify({ pause }, true))).toEqual(['deadline_overdue']);
    expect(waited.at(-1)).toBeGreaterThan(15_000);
    expect(kindsOf(await own.verify({}, false))).toEqual([]);
  });
});
