import type * as Decode from '../src/pipeline/decode.js';
import type * as MapFile from '../src/app/maps/map-file.js';
import type * as MappedRecords from '../src/app/maps/mapped-records.js';

/**
 * How fast one core makes events of records: read the files, map, validate, make facts. Prints events a second of CPU time, the median
 * of five rounds, beside what plain JSON.parse of the events does: for a shop's table with a joined second one, and for JSON records
 * with links. `npm run bench:maps`.
 */
const from = async <T>(path: string): Promise<T> => (await import(new URL(`../dist/${path}`, import.meta.url).href)) as T;
const { createEventDecoder } = await from<typeof Decode>('pipeline/decode.js');
const { parseMap } = await from<typeof MapFile>('app/maps/map-file.js');
const { openMappedRecords } = await from<typeof MappedRecords>('app/maps/mapped-records.js');
const { mkdtempSync, readFileSync, rmSync, writeFileSync } = await import('node:fs');
const { tmpdir } = await import('node:os');
const path = await import('node:path');

const ORDERS = 40_000;
const ROUNDS = 5;
const folder = mkdtempSync(path.join(tmpdir(), 'bench-maps-'));
const day = (n: number, time: string): string => `${String(1 + (n % 28)).padStart(2, '0')}.${String(1 + ((n / 28) % 12 | 0)).padStart(2, '0')}.2025 ${time}`;
const numbers = Array.from({ length: ORDERS }, (_, n) => n);

const write = (name: string, head: string, rows: readonly string[]): void => { writeFileSync(path.join(folder, name), `${[head, ...rows].join('\n')}\n`); };
write('shop-orders.csv', 'order_number;customer_number;country;ordered;delivery_promised;shipped;carrier;delivered;cancelled;cancelled_by;total;paid',
  numbers.map((n) => `W-${n};C-${n % 9_000};DE;${day(n, '09:15')};${day(n + 4, '').trim()};${day(n + 1, '16:00')};NorthPost;${day(n + 3, '11:30')};;;${n % 900},50;${day(n, '09:16')}`));
write('shop-lines.csv', 'order_number;line;article;quantity', numbers.flatMap((n) => [`W-${n};1;LAMP-${n % 50};2`, `W-${n};2;CABLE;1`]));
write('erp-orders.csv', 'order_no,changed_at,customer_no,branch,ordered_at,promised_on,dispatch_by,shipment_no,shipped_at,cancelled_at,ordered_qty,shipped_qty,article,net_total',
  numbers.map((n) => `SO-${n},2025-03-04 10:00:00,C-${n % 900},Kiel,2025-03-02 08:58:00,2025-03-06,2025-03-05,P-${n},2025-03-04 09:58:00,,10,10,PUMP,950.00`));
writeFileSync(path.join(folder, 'tracking.ndjson'), numbers.map((n) => `${JSON.stringify({ event_id: `t-${n}`, parcel: `P-${n}`, status: 'DELIVERED', at: '2025-03-05T10:00:00+01:00', depot: 'Kiel' })}\n`).join(''));

const mapOf = (name: string) => {
  const parsed = parseMap(readFileSync(new URL(`../maps/${name}`, import.meta.url), 'utf8'), name);
  if (parsed.kind === 'problems') throw new Error(JSON.stringify(parsed.problems));
  return parsed.map;
};
const median = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
const cpuSeconds = (): number => process.cpuUsage().user / 1e6 + process.cpuUsage().system / 1e6;

async function run(name: string, maps: readonly string[], files: readonly string[]): Promise<void> {
  const rates: number[] = [];
  const parses: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const texts: string[] = [];
    let events = 0;
    const began = cpuSeconds();
    const records = await openMappedRecords({ maps: maps.map(mapOf), files: files.map((file) => path.join(folder, file)), maxRecordBytes: 1e6 },
      createEventDecoder({ now: () => Date.now(), maxValueBytes: 1e6, maxAheadMs: 0 }));
    const sample: object[] = [];
    for (let batch = await records.next(); batch !== null; batch = await records.next()) {
      for (const taken of batch) {
        events += taken.events.length;
        for (const { event } of taken.events) if (sample.length < 50_000) sample.push(event);
      }
    }
    rates.push(events / (cpuSeconds() - began));
    texts.push(...sample.map((event) => JSON.stringify(event)));
    const parsing = cpuSeconds();
    for (const text of texts) JSON.parse(text);
    parses.push(texts.length / (cpuSeconds() - parsing));
    if (records.accounts.some(({ refused, unlinked }) => refused + unlinked > 0)) throw new Error(JSON.stringify(records.accounts));
  }
  console.log(`${name.padEnd(40)} ${Math.round(median(rates) / 1000)} k events a CPU second (JSON.parse of them ${Math.round(median(parses) / 1000)} k)`);
}

await run('CSV with a joined table (csv-shop)', ['csv-shop/shop.yaml'], ['shop-orders.csv', 'shop-lines.csv']);
await run('rows with state, JSON by links (erp)', ['erp/erp.yaml', 'carrier/carrier.yaml'], ['erp-orders.csv', 'tracking.ndjson']);
rmSync(folder, { recursive: true });
