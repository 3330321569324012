import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { defaultConfig } from '../../../src/app/config.js';
import { parseMap } from '../../../src/app/maps/map-file.js';
import { formatProblems } from '../../../src/app/config/problems.js';
import { quietTelemetry } from '../../../src/app/quiet-telemetry.js';
import { createOutputFiles, nowhere, type ReplaySink } from '../../../src/app/replay-output.js';
import { replay } from '../../../src/app/replay.js';
import { gather } from '../../../src/core/measures/gather.js';
import type { CompiledMap } from '../../../src/pipeline/maps/compile-map.js';

const folder = mkdtempSync(join(tmpdir(), 'maps-'));
afterAll(() => { rmSync(folder, { recursive: true }); });

const MAP = `map: shop
input: {format: csv, files: orders*.csv, delimiter: ";"}
fields: {no: text, customer: text, placed: text, promised: text?, delivered: text?}
zone: Europe/Berlin
currency: EUR
decimal: ","
joins:
  lines:
    files: lines.csv
    on: {no: =record.no}
    many: true
    sort: line
    fields: {line: text, sku: text, qty: number, price: text}
common: {orderId: =record.no}
events:
  - type: order.placed
    at: placed
    customerId: =record.customer
    promisedDeliveryAt: =date(record.promised)
    lines: {for: {l: =lines}, give: {lineId: =l.line, sku: =l.sku, quantity: =l.qty}}
    totalMinor: =sum(lines.map(l, money(l.price)))
    currency: EUR
  - type: delivery.completed
    at: delivered
    lines: {for: {l: =lines}, give: {lineId: =l.line, sku: =l.sku, quantity: =l.qty}}
`;
const ORDERS = `no;customer;placed;promised;delivered
2;C2;2026-03-02 10:00;2026-03-05;2026-03-09 10:00
1;C1;2026-03-01 10:00;2026-03-05;2026-03-04 10:00
3;C3;gestern;;
4;C4;2026-03-03 10:00
5;;2026-03-03 10:00;;
`;
const LINES = `no,line,sku,qty,price
1,2,B,"2,5","1.000,50"
1,1,A,1,"10,00"
2,1,A,1,"10,00"
`;

const mapOf = (text: string): CompiledMap => {
  const parsed = parseMap(text, 'shop.yaml');
  if (parsed.kind === 'problems') throw new Error(formatProblems(parsed.problems));
  return parsed.map;
};

let runs = 0;
async function run(maps: readonly CompiledMap[], files: Readonly<Record<string, string | Buffer>>, sink: ReplaySink = nowhere, named?: readonly string[]) {
  const data = join(folder, String(runs++));
  mkdirSync(data);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(data, name), text);
  const orders: string[] = [];
  const config = defaultConfig();
  const measures = gather({ by: [], mostValues: 10, customers: true, patterns: [] });
  const result = await replay({ files: named?.map((name) => join(data, name)) ?? [data], maps, asOf: null, covered: null }, {
    config, sink, measures, wallClock: () => Date.parse('2027-01-01T00:00:00Z'), progress: () => undefined,
    telemetry: quietTelemetry((_, error) => { throw error; }),
    order: ({ orderId, verdict, signals }) => { orders.push([orderId, verdict, ...signals.map(({ signal }) => signal)].join(' ')); },
  });
  await sink.close(result.account, measures.rows());
  return { orders, topics: result.account.topics(), maps: result.maps };
}

describe('a replay of records', () => {
  test('judges the orders that the maps make of them, and accounts for every record', async () => {
    const { orders, topics, maps } = await run([mapOf(MAP)], { 'orders-march.csv': ORDERS, 'lines.csv': LINES, 'notes.txt': 'x' });
    expect(orders).toEqual(['1 good', '2 poor late_delivery']);
    expect(maps).toEqual([{ map: 'shop', records: 5, events: 4, silent: 0, older: 0, refused: 3, unlinked: 0 }]);
    expect(topics).toEqual({
      orders: { read: 2, applied: 2, duplicate: 0, deadLetter: 0 }, logistics: { read: 2, applied: 2, duplicate: 0, deadLetter: 0 },
      unknown: { read: 3, applied: 0, duplicate: 0, deadLetter: 3 },
    });
  });

  test('says of each record that is refused where it stands and why, without any of its text', async () => {
    const out = join(folder, 'out');
    await run([mapOf(MAP)], { 'orders-march.csv': ORDERS, 'lines.csv': LINES }, createOutputFiles(out));
    const letters = readFileSync(join(out, 'dead-letters.ndjson'), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(letters.map(({ reason, stage, line, message, value }) => [reason, stage, line, message, value])).toEqual([
      ['map_failed', 'map', 4, 'map shop: events[0].at: time: a text of 7 characters is no time such as 2026-03-01 09:30:00', '3;C3;gestern;;'],
      ['undecodable', undefined, 5, 'map shop: the row has 3 cells, the first row of the file names 5 columns', '4;C4;2026-03-03 10:00'],
      ['undecodable', undefined, 6, 'map shop: the column `customer` is empty; where that may be, declare it with ?', '5;;2026-03-03 10:00;;'],
    ]);
  });

  test('refuses rows in another encoding than the map says: names that differ would become the same', async () => {
    const orders = Buffer.from(ORDERS.replace('C1', 'M\xfcller').replace('C2', 'M\xf6ller'), 'latin1');
    const { maps } = await run([mapOf(MAP)], { 'orders-march.csv': orders, 'lines.csv': LINES });
    expect(maps).toMatchObject([{ records: 5, refused: 5 }]);
    await expect(run([mapOf(MAP)], { 'orders-march.csv': ORDERS, 'lines.csv': Buffer.from(`${LINES}\n1;\xfc;1`, 'latin1') })).rejects.toThrow('no UTF-8: where the file is written otherwise, say so by `encoding: windows-1252`');
  });

  test('judges events in the order in which they happened, whatever that of the records', async () => {
    const [one, other] = [join(folder, 'sorted'), join(folder, 'shuffled')];
    const [head = '', ...rows] = ORDERS.trim().split('\n').slice(0, 3);
    await run([mapOf(MAP)], { 'orders.csv': [head, ...rows].join('\n'), 'lines.csv': LINES }, createOutputFiles(one));
    await run([mapOf(MAP)], { 'orders.csv': [head, ...rows.toReversed()].join('\n'), 'lines.csv': LINES }, createOutputFiles(other));
    const told = (out: string): unknown[] => readFileSync(join(out, 'cx.events.ndjson'), 'utf8').trim().split('\n').map((line) => {
      const { id, type, orderId, signal, occurredAt } = JSON.parse(line) as Record<string, unknown>;
      return [id, type, orderId, signal, occurredAt];
    });
    expect(told(other)).toEqual(told(one));
    expect(told(one).length).toBeGreaterThan(2);
  });

  test('keeps orders apart whose ids are numbers beyond 2^53', async () => {
    const map = mapOf(`map: long
input: {format: ndjson, files: "*.ndjson"}
events: [{type: order.placed, orderId: =text(record.id), customerId: C, lines: [], occurredAt: =record.at}]
`);
    const line = (id: string): string => `{"id":${id},"at":"2026-03-01T09:00:00Z"}\n`;
    const { orders } = await run([map], { 'a.ndjson': line('9007199254740993') + line('9007199254740992') });
    expect(orders).toEqual(['9007199254740992 on_course', '9007199254740993 on_course']);
  });

  test.each([
    ['no file for the map', { 'other.csv': 'x' }, undefined, 'map shop reads orders*.csv, and no such file was given among other.csv'],
    ['no file for a join', { 'orders.csv': ORDERS }, undefined, 'map shop: joins.lines reads lines.csv, and no such file was given'],
    ['a file that no map reads', { 'orders.csv': ORDERS, 'lines.csv': LINES, 'more.csv': 'x' }, ['orders.csv', 'lines.csv', 'more.csv'], 'no map reads more.csv'],
    ['a table without a column', { 'orders.csv': 'no;customer\n1;C\n', 'lines.csv': LINES }, undefined, 'there is no column `placed`; there are no, customer'],
    ['a join without its key', { 'orders.csv': ORDERS, 'lines.csv': 'nr,line,sku,qty,price\n' }, undefined, 'lines.csv has no column `no`, which the map asks for; did you mean `nr`?'],
  ])('ends at once with %s', async (_, files, named, why) => {
    await expect(run([mapOf(MAP)], files as Readonly<Record<string, string>>, nowhere, named)).rejects.toThrow(why);
  });
});
