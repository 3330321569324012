import { describe, expect, test } from '@jest/globals';
import { formatProblems } from '../../../src/app/config/problems.js';
import { parseMap } from '../../../src/app/maps/map-file.js';
import { createMapper, type Mapper } from '../../../src/pipeline/maps/mapper.js';

function mapperOf(text: string): Mapper {
  const parsed = parseMap(text, 'map.yaml');
  if (parsed.kind === 'problems') throw new Error(formatProblems(parsed.problems));
  return createMapper(parsed.map, new Map());
}

function take(mapper: Mapper, record: unknown): unknown {
  const mapped = mapper.take(JSON.parse(JSON.stringify(record)));
  return mapped.kind === 'mapped' ? mapped.events.map(({ event }) => event) : mapped;
}
const types = (events: unknown): unknown[] => (events as { type: string }[]).map(({ type }) => type);
const ids = (events: unknown): unknown[] => (events as { id: string }[]).map(({ id }) => id);

const FIELDS = 'fields: {no: text, rev: number, placed: text?, promised: text?, shipped: text?, note: text?}\nzone: UTC\n';
const EVENTS = `common: {orderId: =record.no}
events:
  - {type: order.placed, at: placed, when: "=record.note != 'draft'", customerId: C, lines: []}
  - {type: delivery.rescheduled, changed: promised, occurredAt: =time('2026-03-09T00:00:00Z'), initiatedBy: company, newDeliveryAt: =record.promised}
  - {type: shipment.dispatched, at: shipped, shipmentId: =record.no}
`;
const STATE = `map: erp\ninput: {format: ndjson, files: x}\n${FIELDS}state: {key: =record.no, version: =record.rev}\n${EVENTS}`;
const CDC = `map: cdc\ninput: {format: ndjson, files: x, change: debezium}\n${FIELDS}${EVENTS}`;
const at = (day: number): string => `2026-03-0${day} 10:00:00`;

describe('rows with state', () => {
  test('tell each date once, and of a later version only what changed', () => {
    const mapper = mapperOf(STATE);
    expect(types(take(mapper, { no: '1', rev: 1, placed: at(1), promised: '2026-03-05' }))).toEqual(['order.placed']);
    expect(take(mapper, { no: '1', rev: 1, placed: at(1), promised: '2026-03-05' })).toEqual([]);
    expect(types(take(mapper, { no: '1', rev: 2, placed: at(1), promised: '2026-03-07', shipped: at(3) }))).toEqual(['delivery.rescheduled', 'shipment.dispatched']);
    expect(take(mapper, { no: '1', rev: 3, placed: at(1), promised: '2026-03-07', shipped: at(4) })).toEqual([]);
    expect(take(mapper, { no: '1', rev: 4, placed: at(1), promised: null, shipped: at(4) })).toMatchObject([{ type: 'delivery.rescheduled', newDeliveryAt: null }]);
    expect(types(take(mapper, { no: '2', rev: 1, placed: at(2), shipped: at(3) }))).toEqual(['order.placed', 'shipment.dispatched']);
  });

  test('say nothing when an older version comes late', () => {
    const mapper = mapperOf(STATE);
    take(mapper, { no: '1', rev: 2, placed: at(1), promised: '2026-03-07' });
    expect(take(mapper, { no: '1', rev: 1, placed: at(1), promised: '2026-03-05' })).toEqual({ kind: 'older' });
    expect(take(mapper, { no: '1', rev: 3, placed: at(1), promised: '2026-03-07' })).toEqual([]);
  });

  test.each([
    ['whole numbers', '9', '10', '011'],
    ['more digits than a number keeps', '9007199254740992', '9007199254740993', '9007199254740994'],
    ['times', '2026-03-04 09:59:00', '2026-03-04 10:00:00', '2026-03-04 10:00:01'],
  ])('know the later version by texts that are %s', (_, older, version, newer) => {
    const mapper = mapperOf(STATE.replace('rev: number', 'rev: text'));
    const row = (rev: string, promised: string): object => ({ no: '1', rev, placed: at(1), promised });
    take(mapper, row(version, '2026-03-05'));
    expect(take(mapper, row(older, '2026-03-06'))).toEqual({ kind: 'older' });
    expect(types(take(mapper, row(version, '2026-03-06')))).toEqual(['delivery.rescheduled']);
    expect(types(take(mapper, row(newer, '2026-03-07')))).toEqual(['delivery.rescheduled']);
    expect(take(mapper, row(version, '2026-03-08'))).toEqual({ kind: 'older' });
  });

  test('are told late where a condition came true late', () => {
    const mapper = mapperOf(STATE);
    expect(take(mapper, { no: '1', rev: 1, placed: at(1), note: 'draft' })).toEqual([]);
    expect(types(take(mapper, { no: '1', rev: 2, placed: at(1), note: 'final' }))).toEqual(['order.placed']);
  });

  test('have the same ids whenever they are read, and whatever else of the row changed', () => {
    const versions = [{ no: '1', rev: 1, placed: at(1), promised: '2026-03-05' }, { no: '1', rev: 2, placed: at(1), promised: '2026-03-07', shipped: at(3) }];
    const all = (records: readonly unknown[]): unknown[] => {
      const mapper = mapperOf(STATE);
      return records.flatMap((record) => ids(take(mapper, record)));
    };
    expect(all(versions)).toEqual(all(versions));
    // The last version alone gives the dates under the ids that they have in its history.
    const [placed, , shipped] = all(versions);
    expect(all([versions[1]])).toEqual([placed, shipped]);
    expect(new Set(all(versions)).size).toBe(3);
  });

  test('have an id for each of two that rest on one field, the first the one that it has alone', () => {
    const dispatched = '  - {type: shipment.dispatched, at: shipped, shipmentId: =record.no}\n';
    const version = { no: '1', rev: 1, shipped: at(3) };
    const [alone] = ids(take(mapperOf(STATE), version));
    const both = ids(take(mapperOf(STATE + dispatched.replace('record.no', "record.no + '-2'")), version));
    expect(both).toEqual([alone, expect.any(String)]);
    expect(both[1]).not.toBe(alone);
  });
});

describe('changes as Debezium writes them', () => {
  const row = { no: '1', rev: 1, placed: at(1), promised: '2026-03-05' };

  test('tell by themselves what is new', () => {
    const mapper = mapperOf(CDC);
    expect(types(take(mapper, { op: 'c', before: null, after: row, ts_ms: 5 }))).toEqual(['order.placed']);
    expect(types(take(mapper, { op: 'u', before: row, after: { ...row, promised: '2026-03-06' }, ts_ms: 6 }))).toEqual(['delivery.rescheduled']);
    expect(types(take(mapper, { schema: {}, payload: { op: 'u', before: row, after: { ...row, shipped: at(3) }, source: { ts_ms: 7 } } }))).toEqual(['shipment.dispatched']);
  });

  test('tell what was done and when', () => {
    const mapper = mapperOf(CDC.replace('events:', "events:\n  - {type: order.cancelled, when: =change.op == 'd', occurredAt: \"=time(change.at, 'milliseconds')\", initiatedBy: company}"));
    expect(take(mapper, { op: 'd', before: { ...row, placed: null }, after: null, source: { ts_ms: 1772442000000 } })).toMatchObject([{ type: 'order.cancelled', occurredAt: '2026-03-02T09:00:00Z' }]);
  });

  test.each([
    [{ after: row }, 'it has no text in `op`'], [{ op: 'u', before: null, after: null }, 'neither before nor after'], [7, 'expected an object, found a number'],
  ])('%j is none: %s', (record, why) => expect(take(mapperOf(CDC), record)).toMatchObject({ kind: 'fault', path: ['record'], message: expect.stringContaining(why) as unknown }));
});

describe('a record that a map can not use', () => {
  const map = (event: string): Mapper => mapperOf(`map: m\ninput: {format: ndjson, files: x}\nzone: UTC\ncurrency: EUR\nevents:\n  - {type: invoice.issued, orderId: O, invoiceId: I, currency: EUR, occurredAt: "2026-03-01T00:00:00Z", ${event}}\n`);

  test.each([
    ['totalMinor: =money(record.a)', { a: 'secret' }, 'events[0].totalMinor', 'money: a text of 6 characters is no amount with "." before the cents'],
    ['totalMinor: =money(record.a)', {}, 'events[0].totalMinor', 'there is no field `a`'],
    ['totalMinor: =record.a + 1', { a: 'secret' }, 'events[0].totalMinor', 'no such overload: text + int, in `record.a + 1`'],
    ['totalMinor: 1, when: =record.a', { a: 'secret' }, 'events[0].when', 'expected true or false, found a text of 6 characters'],
    ["totalMinor: \"={'x': 1}[record.a]\"", { a: 'secret' }, 'events[0].totalMinor', "there is no such entry, in `{'x': 1}[record.a]`"],
    ['totalMinor: {of: =record.a, is: {x: 1}}', { a: 'secret' }, 'events[0].totalMinor', 'none of 1 values fits a text of 6 characters'],
    ['totalMinor: "=record.a[3]"', { a: [1] }, 'events[0].totalMinor', 'the list has no entry there'],
    ["totalMinor: 1, lines: \"=[time(record.a, 'milliseconds') + duration('1h')]\"", { a: 8.64e15 }, 'events[0].lines', 'the time is beyond all times'],
    ['totalMinor: =record.a, for: {x: =record.b}', { a: 1, b: 'secret' }, 'events[0].for.x', 'expected a list, found a text of 6 characters'],
    ['totalMinor: =record.a.constructor', { a: {} }, 'events[0].totalMinor', 'there is no field `constructor`'],
    ['totalMinor: =record.__proto__', {}, 'events[0].totalMinor', 'there is no field `__proto__`'],
  ])('%s of %j: says where in the map, and nothing of its text', (event, record, path, why) => {
    const mapped = map(event).take(JSON.parse(JSON.stringify(record)));
    if (mapped.kind !== 'fault') throw new Error('expected a fault');
    expect([mapped.path.join('.').replace('events.0', 'events[0]'), mapped.message]).toEqual([path, expect.stringContaining(why)]);
    expect(mapped.message).not.toContain('secret');
  });

  test('a version beyond all times is none', () => {
    const mapper = mapperOf(STATE.replace('version: =record.rev', "version: \"=time(record.rev, 'milliseconds') + duration('1h')\""));
    expect(mapper.take({ no: '1', rev: 8.64e15 })).toEqual({ kind: 'fault', path: ['state', 'version'], message: 'expected a number, text or time, found a time beyond all times' });
  });

  test('a record nested without end is refused, whoever looks at it', () => {
    const record: unknown = JSON.parse(`{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}`);
    expect(map('totalMinor: 1, lines: =record.a').take(record)).toEqual({ kind: 'fault', path: ['record'], message: 'it is nested more than 100 deep' });
  });
});
