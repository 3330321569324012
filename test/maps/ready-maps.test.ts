import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { createEventDecoder } from '../../src/pipeline/decode.js';
import type { CompiledMap } from '../../src/pipeline/maps/compile-map.js';
import { formatProblems } from '../../src/app/config/problems.js';
import { runExamples } from '../../src/app/maps/examples.js';
import { parseMap } from '../../src/app/maps/map-file.js';
import { openMappedRecords } from '../../src/app/maps/mapped-records.js';
import { repositoryRoot } from '../support/services/places.js';

const root = join(repositoryRoot, 'maps');
const folders = readdirSync(root);
const filesOf = (folder: string): string[] => readdirSync(join(root, folder)).filter((file) => file.endsWith('.yaml')).map((file) => join(root, folder, file));

function mapOf(file: string): CompiledMap {
  const parsed = parseMap(readFileSync(file, 'utf8'), file);
  if (parsed.kind === 'problems') throw new Error(formatProblems(parsed.problems));
  return parsed.map;
}

/** Everything that the samples of these folders give: events by order, refusals, and what became of the records. */
async function eventsOf(...named: readonly string[]) {
  const maps = named.flatMap(filesOf).map(mapOf);
  const records = await openMappedRecords({ maps, files: named.map((folder) => join(root, folder, 'sample')), maxRecordBytes: 1e6 }, createEventDecoder({ now: () => Date.parse('2027-01-01T00:00:00Z'), maxValueBytes: 1e6, maxAheadMs: 0 }));
  const byOrder: Record<string, string[]> = {};
  const refused: string[] = [];
  for (let batch = await records.next(); batch !== null; batch = await records.next()) {
    for (const { events, letter } of batch) {
      if (letter !== null) refused.push(letter.message);
      for (const { event, decoded: { orderId } } of events) (byOrder[orderId ?? 'none'] ??= []).push(event['type'] as string);
    }
  }
  return { byOrder, refused, accounts: records.accounts };
}

describe.each(folders)('maps/%s', (folder) => {
  test.each(filesOf(folder))('%s can be used, and gives what its examples say', (file) => {
    const outcomes = runExamples(mapOf(file));
    expect(outcomes.filter(({ faults }) => faults.length > 0)).toEqual([]);
    // The data of Olist may not be shown here.
    if (folder !== 'olist') expect(outcomes.length).toBeGreaterThan(0);
  });
});

test('every ready map has a sample, but that of data which is not ours', () => {
  expect(folders.filter((folder) => !existsSync(join(root, folder, 'sample')))).toEqual(['olist']);
});

describe('the samples', () => {
  test('of the web shop stand alone', async () => {
    const { byOrder, refused } = await eventsOf('csv-shop');
    expect(refused).toEqual([]);
    expect(byOrder).toEqual({
      'W-5001': ['order.placed', 'payment.captured', 'shipment.dispatched', 'delivery.completed'],
      'W-5002': ['order.placed', 'payment.captured', 'shipment.dispatched', 'delivery.completed'],
      'W-5003': ['order.placed', 'order.cancelled'],
      'W-5004': ['order.placed', 'payment.captured', 'shipment.dispatched', 'delivery.completed'],
      'W-5005': ['order.placed', 'payment.captured', 'order.cancelled'],
      'W-5006': ['order.placed', 'payment.captured', 'shipment.dispatched'],
    });
  });

  // Maps are read by the order in which they are named: the carrier's records come before the links, or after them.
  test.each([[['erp', 'carrier', 'payments', 'tickets', 'survey']], [['survey', 'tickets', 'payments', 'carrier', 'erp']]])('of %s tell one story', async (named) => {
    const { byOrder, refused, accounts } = await eventsOf(...named);
    expect(refused).toEqual([]);
    expect(Object.fromEntries(Object.entries(byOrder).map(([order, types]) => [order, types.sort()]))).toEqual({
      'SO-100201': ['contact.opened', 'contact.opened', 'contact.resolved', 'delivery.completed', 'delivery.exception', 'delivery.rescheduled', 'feedback.received', 'feedback.received', 'invoice.issued', 'order.placed', 'payment.captured', 'shipment.dispatched'],
      'SO-100202': ['delivery.completed', 'feedback.received', 'feedback.received', 'invoice.issued', 'order.placed', 'payment.captured', 'payment.failed', 'shipment.dispatched'],
      'SO-100203': ['delivery.attempt_failed', 'delivery.completed', 'delivery.rescheduled', 'invoice.issued', 'order.placed', 'payment.captured', 'shipment.dispatched'],
      'SO-100204': ['delivery.rescheduled', 'order.placed'],
      none: ['feedback.received'],
    });
    expect(accounts.find(({ map }) => map === 'erp')).toMatchObject({ records: 10, older: 1, refused: 0 });
  });

  test('of the carrier alone are refused: nothing tells which orders its parcels belong to', async () => {
    const { byOrder, refused, accounts } = await eventsOf('carrier');
    expect([byOrder, refused.length]).toEqual([{}, 6]);
    expect(refused[0]).toBe('map carrier: events[0].via: no record told which order this shipment belongs to; the data ends without it');
    expect(accounts[0]).toMatchObject({ records: 7, silent: 1, unlinked: 6 });
  });
});
