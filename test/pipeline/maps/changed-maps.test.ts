import { describe, expect, test } from '@jest/globals';
import { formatProblems } from '../../../src/app/config/problems.js';
import { parseMap } from '../../../src/app/maps/map-file.js';
import { createMapper, type Mapper } from '../../../src/pipeline/maps/mapper.js';
import type { KeptRow } from '../../../src/pipeline/maps/state-rows.js';
import { rowCodec } from '../../../src/pipeline/mapping/codecs.js';

/** Rows as they are kept between two starts, by maps that may be other ones. */
function createKeeper() {
  const rows = new Map<string, Buffer>();
  const memory = {
    get: (key: string): KeptRow | undefined => {
      const found = rows.get(key);
      return found === undefined ? undefined : rowCodec.unpack(found);
    },
    set: (key: string, row: KeptRow) => rows.set(key, rowCodec.pack(row)),
  };
  return (events: string): Mapper => {
    const parsed = parseMap(`map: erp\ninput: {format: ndjson, files: x}\nzone: UTC
fields: {no: text, rev: number, placed: text?, promised: text?, shipped: text?, note: text?}
state: {key: =record.no, version: =record.rev}
common: {orderId: =record.no}\nevents:\n${events}`, 'map.yaml');
    if (parsed.kind === 'problems') throw new Error(formatProblems(parsed.problems));
    return createMapper(parsed.map, new Map(), memory);
  };
}

interface Event {
  readonly id: string;
  readonly type: string;
}
function take(mapper: Mapper, record: unknown): readonly Event[] {
  const mapped = mapper.take(record);
  if (mapped.kind !== 'mapped') throw new Error(JSON.stringify(mapped));
  return mapped.events.map(({ event }) => event as unknown as Event);
}
const types = (events: readonly Event[]): string[] => events.map(({ type }) => type);

const PLACED = '  - {type: order.placed, at: placed, customerId: C, lines: []}\n';
const SHIPPED = '  - {type: shipment.dispatched, at: shipped, shipmentId: =record.no}\n';
const CAPTURED = '  - {type: payment.captured, at: placed, paymentId: =record.no, amountMinor: 1}\n';
const RESCHEDULED = "  - {type: delivery.rescheduled, changed: promised, occurredAt: =time('2026-03-09T00:00:00Z'), initiatedBy: company, newDeliveryAt: =record.promised}\n";
const NOTED = "  - {type: order.amended, when: \"=before != null && before.note != record.note\", occurredAt: =time('2026-03-09T00:00:00Z'), initiatedBy: company, lines: []}\n";
const row = { no: '1', rev: 1, placed: '2026-03-01 10:00', promised: '2026-03-05', shipped: '2026-03-03 10:00', note: 'a' };

describe('a map that was changed between two starts', () => {
  test('tells an event that was put before others, and none of the others again', () => {
    const under = createKeeper();
    const before = take(under(PLACED + SHIPPED), row);
    expect(types(take(under(CAPTURED + PLACED + SHIPPED), { ...row, rev: 2 }))).toEqual(['payment.captured']);
    expect(take(under(SHIPPED + PLACED + CAPTURED), { ...row, rev: 3 })).toEqual([]);
    expect(types(before)).toEqual(['order.placed', 'shipment.dispatched']);
  });

  test('takes a field that it did not look at before as unchanged', () => {
    const under = createKeeper();
    take(under(PLACED), row);
    expect(take(under(PLACED + RESCHEDULED + NOTED), { ...row, rev: 2 })).toEqual([]);
    expect(types(take(under(PLACED + RESCHEDULED), { ...row, rev: 3, promised: '2026-03-07' }))).toEqual(['delivery.rescheduled']);
  });
});
