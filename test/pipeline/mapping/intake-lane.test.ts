import { describe, expect, test } from '@jest/globals';
import type { IntakeRecord } from '../../../src/pipeline/mapping/ports.js';
import { compiledMap, mapText } from '../../support/company.js';
import { createIntakeUnderTest, type IntakeOptions } from '../../support/intake-under-test.js';

const HOUR = 3_600_000;
const carrier = compiledMap(mapText('carrier/carrier.yaml'));
const erp = compiledMap(mapText('erp/erp.yaml'));
const TOPICS = ['erp.orders', 'carrier.tracking'];

const scan = (n: number, parcel = `P-${n}`): string => JSON.stringify({ event_id: `t-${n}`, parcel, status: 'DELIVERED', at: '2026-03-05T10:00:00Z' });
const row = (order: string, parcel: string): string => `${order},2026-03-04 10:00:00,C-1,Kiel,2026-03-02 08:58:00,2026-03-06,2026-03-05,${parcel},2026-03-04 09:58:00,,10,10,PUMP,950.00`;
const intakeOf = (parts: IntakeOptions['parts'] = {}, maps = [erp, carrier]) => createIntakeUnderTest(maps, { topics: TOPICS, parts });

const idsIn = (written: readonly IntakeRecord[], topic = 'logistics'): unknown[] =>
  written.filter((record) => record.topic === topic).map(({ value }) => JSON.parse(String(value)) as { id: string; type: string }).filter(({ type }) => type === 'delivery.completed').map(({ id }) => id);
const lettersIn = (written: readonly IntakeRecord[]): unknown[][] => written.filter(({ topic }) => topic === 'cx.dead-letters')
  .map(({ headers, value }) => [headers['touchpoint.reason'], headers['__connect.errors.topic'], headers['__connect.errors.offset'], String(headers['__connect.errors.exception.message']), value === null ? null : String(value)].map((part) => (Buffer.isBuffer(part) ? part.toString() : part)));

describe('an event that comes before its link', () => {
  test('waits over the deaths of its owners, and is released in order by a late link', async () => {
    const intake = intakeOf();
    for (const n of [1, 2, 3]) intake.append('carrier.tracking', 'P-1', scan(n, 'P-1'));
    intake.append('carrier.tracking', 'P-9', scan(9));
    await intake.live();
    expect([intake.written, intake.peek().waiting]).toEqual([[], 4]);
    intake.append('erp.orders', 'SO-1', row('SO-1', 'P-1'));
    await intake.live({ at: 'commit', count: 1, after: false });
    await intake.live();
    expect([idsIn(intake.written), intake.peek().waiting]).toEqual([['t-1', 't-2', 't-3'], 1]);
  });

  test('becomes unlinked once all inputs were read for longer than it may wait, with the record as it was', async () => {
    const intake = intakeOf({ waitMs: HOUR });
    intake.append('carrier.tracking', 'P-1', scan(1));
    await intake.live();
    expect(intake.peek().waiting).toBe(1);
    intake.wall.at += HOUR + 10_000;
    await intake.live(null, () => intake.peek().waiting === 0);
    expect(lettersIn(intake.written)).toEqual([['unlinked', 'carrier.tracking', '0', 'map carrier: events[0].via: no record told which order this shipment belongs to; it has waited for 60 minutes', scan(1)]]);
    intake.append('erp.orders', 'SO-1', row('SO-1', 'P-1'));
    await intake.live();
    expect(idsIn(intake.written)).toEqual([]);
  });

  test('is not given up while its link may stand in what was not read yet, however long the intake stood still', async () => {
    const intake = intakeOf({ waitMs: HOUR });
    intake.append('carrier.tracking', 'P-1', scan(1));
    await intake.live();
    const soon = intake.wall.at + 60_000;
    intake.wall.at += 100 * HOUR;
    for (let n = 0; n < 300; n++) intake.append('erp.orders', `SO-x${n}`, row(`SO-x${n}`, `P-x${n}`), soon);
    intake.append('erp.orders', 'SO-1', row('SO-1', 'P-1'), soon);
    await intake.live();
    expect([idsIn(intake.written), lettersIn(intake.written)]).toEqual([['t-1'], []]);
  });

  test.each([
    ['number', { records: 100, bytes: 1e6 }], ['room', { records: 1_000, bytes: 50_000 }],
  ])('is given up with others in commits of a bounded %s, however many waited too long', async (_, limits) => {
    const commits: number[] = [];
    const writer = { write: async (records: readonly IntakeRecord[]) => { commits.push(records.length); } };
    const intake = intakeOf({ waitMs: HOUR, limits, writer });
    for (let n = 0; n < 350; n++) intake.append('carrier.tracking', null, scan(n));
    await intake.live();
    intake.wall.at += HOUR + 10_000;
    await intake.live(null, () => intake.peek().waiting === 0);
    expect(commits.reduce((sum, count) => sum + count, 0)).toBe(350);
    expect(Math.max(...commits)).toBeLessThanOrEqual(100);
  });

  test.each([
    ['number', { maxWaiting: 2 }],
    ['room', { maxWaitingBytes: 2_500 }],
  ])('makes room for others beyond a %s: who has waited longest goes first', async (_, parts) => {
    const intake = intakeOf(parts);
    for (const n of [1, 2, 3]) intake.append('carrier.tracking', null, scan(n));
    await intake.live();
    expect(lettersIn(intake.written).map(([reason, , offset]) => [reason, offset])).toEqual([['unlinked', '0']]);
    expect(intake.peek().waiting).toBe(2);
    for (const n of [1, 2, 3]) intake.append('erp.orders', `SO-${n}`, row(`SO-${n}`, `P-${n}`));
    await intake.live();
    expect(idsIn(intake.written)).toEqual(['t-2', 't-3']);
  });
});

test('an event that comes again when its parcel belongs to another order too is new to that order alone', async () => {
  const intake = intakeOf();
  intake.append('erp.orders', 'SO-1', row('SO-1', 'P-1'));
  intake.append('carrier.tracking', 'P-1', scan(1));
  await intake.live();
  intake.append('erp.orders', 'SO-2', row('SO-2', 'P-1'));
  await intake.live();
  intake.append('carrier.tracking', 'P-1', scan(1));
  await intake.live();
  const [first, again, other] = intake.written.filter(({ topic, value }) => topic === 'logistics' && String(value).includes('delivery.completed'));
  expect([again?.key, again?.value]).toEqual([first?.key, first?.value]);
  expect([first?.key, other?.key]).toEqual([Buffer.from('SO-1'), Buffer.from('SO-2')]);
  expect(idsIn(intake.written)).toEqual(['t-1', 't-1', expect.not.stringMatching(/^t-1$/)]);
});

describe('a record that cannot be used', () => {
  test('is put aside with the reason, once, and holds up nothing', async () => {
    const other = compiledMap(mapText('carrier/carrier.yaml').replace('map: carrier', 'map: carrier-again'));
    const intake = intakeOf({}, [erp, carrier, other]);
    intake.append('carrier.tracking', 'P-1', 'no json');
    intake.append('carrier.tracking', 'P-1', '{"event_id": 7}');
    intake.append('carrier.tracking', 'P-1', null);
    intake.append('erp.orders', 'SO-1', 'one,two');
    // A row's topic may hold deletions.
    intake.append('erp.orders', 'SO-1', null);
    intake.append('erp.orders', 'SO-1', row('SO-1', 'P-1'));
    await intake.live();
    expect(lettersIn(intake.written).map(([reason, topic, offset]) => [reason, topic, offset]).sort()).toEqual([
      ['map_failed', 'carrier.tracking', '1'], ['not_json', 'carrier.tracking', '0'], ['tombstone', 'carrier.tracking', '2'], ['undecodable', 'erp.orders', '0'],
    ]);
    expect(intake.written.filter(({ topic }) => topic === 'orders')).toHaveLength(1);
    expect(intake.told.accounts.find(({ map }) => map === 'erp')).toMatchObject({ records: 3, silent: 1, refused: 1, events: 2 });
  });

  test('changes nothing that is remembered of its row', async () => {
    const intake = intakeOf();
    intake.append('erp.orders', 'SO-1', row('SO-1', 'P-1').replace('04 10:00:00,C-1', '03 10:00:00,C-1').replace(',P-1,2026-03-04 09:58:00', ',,'));
    // A later version with a date that is none, and then the same put right.
    intake.append('erp.orders', 'SO-1', row('SO-1', 'P-1').replace('2026-03-06', 'tomorrow'));
    intake.append('erp.orders', 'SO-1', row('SO-1', 'P-1').replace('2026-03-06', '2026-03-09'));
    await intake.live();
    expect(lettersIn(intake.written).map(([reason]) => reason)).toEqual(['map_failed']);
    expect(intake.written.filter(({ topic }) => topic !== 'cx.dead-letters').map(({ value }) => (JSON.parse(String(value)) as { type: string }).type)).toEqual(['order.placed', 'delivery.rescheduled', 'shipment.dispatched']);
  });
});

describe('the intake has one owner', () => {
  test('a commit of the former one changes nothing', async () => {
    const intake = intakeOf();
    const { token, version } = await intake.store.claim();
    const second = await intake.store.claim();
    const commit = { token, base: version, topics: new Map(), seq: 1, lastWait: 0, outbox: null, values: [{ id: 'l:x', value: Buffer.from('x') }], waits: [], released: [] };
    expect(await intake.store.commit(commit)).toEqual({ token: second.token, version: 0 });
    expect(await intake.store.load(['l:x'])).toEqual([null]);
  });

  test('stands still where records were lost to retention, and goes on once a person accepts it', async () => {
    const intake = intakeOf();
    intake.append('carrier.tracking', 'P-1', scan(1));
    await intake.live();
    for (const n of [2, 3, 4]) intake.append('carrier.tracking', 'P-1', scan(n, 'P-1'));
    intake.trimInput('carrier.tracking', 3);
    await intake.live();
    expect(intake.halts.map(({ name, message }) => [name, message.slice(0, 32)])).toEqual([['records_lost', 'carrier.tracking/0: the next off']]);
    expect(await intake.store.decide(intake.peek().halt, { kind: 'accept_loss', halt: 'records_lost' })).toBe(true);
    await intake.live();
    intake.append('erp.orders', 'SO-1', row('SO-1', 'P-1'));
    await intake.live();
    expect(idsIn(intake.written)).toEqual(['t-1', 't-4']);
  });
});
