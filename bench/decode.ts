import type * as Decode from '../src/pipeline/decode.js';
import type * as Sources from '../src/contracts/sources.js';
import type { SourceRecord } from '../src/pipeline/ports.js';

/**
 * How fast one core decodes: parse, then parse and validate by the schemas, then the decoder itself (parse, quick
 * validation, fact). Prints events a second, the median of five rounds over a generated mix that looks like a shop's:
 * of ten events of an order four are notices, two logistics, two billing; 300 to 600 bytes each. CPU time counts, so
 * that other programs on the machine disturb less. `npm run bench:decode`, optionally with a file of NDJSON events.
 */
const from = async <T>(path: string): Promise<T> => (await import(new URL(`../dist/${path}`, import.meta.url).href)) as T;
const { createDecoder } = await from<typeof Decode>('pipeline/decode.js');
const { SOURCES } = await from<typeof Sources>('contracts/sources.js');
const { readFileSync } = await import('node:fs');

const ORDERS = 5_000;
const ROUNDS = 5;
const START = Date.parse('2026-03-01T08:00:00Z');
const HOUR = 3_600_000;

const at = (hours: number): string => new Date(START + Math.round(hours * HOUR)).toISOString();
const uuid = (order: number, n: number): string => {
  const hex = (order * 7_919 + n).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-4c1e-9c1d-${hex}`;
};

const eventsOf = (order: number): object[] => {
  const place = { region: 'de-north', carrier: 'north-post', location: `hub-${String(order % 90)}`, team: `team-${String(order % 24)}`, shift: 'early' };
  const promise = at(order / 10 + 96);
  const event = (n: number, type: string, hours: number, system: string, fields: object): object => ({
    id: uuid(order, n), type, orderId: `ord-${String(order).padStart(9, '0')}`, occurredAt: at(order / 10 + hours),
    customerId: `cus-${String(order % 1_700).padStart(8, '0')}`, accountId: `acc-${String(order % 300).padStart(6, '0')}`,
    place: { ...place, system }, traceId: uuid(order, n).slice(0, 8), schemaVersion: 3, ...fields,
  });
  const notice = (n: number, hours: number, about: string, stated: string | undefined): object =>
    event(n, 'notification.sent', hours, 'mailer', { notificationId: `ntf-${String(order)}-${String(n)}`, channel: 'email', about, statedDeliveryAt: stated });
  const lines = Array.from({ length: 1 + (order % 4) }, (_, i) => ({ lineId: `l${String(i + 1)}`, sku: `sku-${String(order * 4 + i).padStart(6, '0')}`, quantity: 1 + i }));
  return [
    event(0, 'order.placed', 0, 'oms', { promisedDeliveryAt: promise, totalMinor: 12_990 + order, currency: 'EUR', lines }),
    notice(1, 0.2, 'order_confirmation', promise),
    event(2, 'shipment.dispatched', 30, 'wms', { shipmentId: `shp-${String(order)}`, expedited: order % 30 === 0 }),
    notice(3, 30.2, 'dispatched', promise),
    event(4, 'invoice.issued', 32, 'erp', { invoiceId: `inv-${String(order)}`, totalMinor: 12_990 + order, currency: 'EUR' }),
    event(5, 'payment.captured', 36, 'erp', { paymentId: `pay-${String(order)}`, amountMinor: 12_990 + order }),
    notice(6, 40, 'other', promise),
    event(7, 'delivery.completed', 90, 'wms', { shipmentId: `shp-${String(order)}`, lines, final: true }),
    notice(8, 90.1, 'delivered', undefined),
    ...(order % 20 === 0 ? [event(9, 'feedback.received', 120, 'survey', { surveyId: `s-${String(order)}`, metric: 'csat', score: 4, scaleMin: 1, scaleMax: 5 })] : []),
  ];
};

const file = process.argv[2];
const values = file === undefined
  ? Array.from({ length: ORDERS }, (_, order) => eventsOf(order)).flat().map((event) => Buffer.from(JSON.stringify(event)))
  : readFileSync(file).toString().split('\n').filter((line) => line !== '').map((line) => Buffer.from(line));

const decode = createDecoder({ now: () => Date.parse('2030-01-01T00:00:00Z'), maxValueBytes: 1_048_576, maxAheadMs: HOUR, keyOf: null });
const record = (value: Buffer): SourceRecord => ({ topic: 'orders', partition: 0, offset: 1, timestamp: 0, key: null, value, headers: {} });
const parse = (value: Buffer): { readonly type: string } => JSON.parse(value.toString()) as { type: string };

let refused = 0;
const stages: Readonly<Record<string, (value: Buffer) => void>> = {
  'parse': (value) => { parse(value); },
  'parse + zod': (value) => {
    const event = parse(value);
    if (SOURCES.get(event.type)?.schema.safeParse(event).success !== true) refused += 1;
  },
  'decode (parse + validate + fact)': (value) => { if (decode(record(value)).kind === 'dead_letter') refused += 1; },
};

const perSecond = (work: (value: Buffer) => void): number => {
  const before = process.cpuUsage();
  for (const value of values) work(value);
  const { user, system } = process.cpuUsage(before);
  return values.length / ((user + system) / 1e6);
};

const bytes = values.map((value) => value.length).sort((a, b) => a - b);
console.log(`${String(values.length)} events, median ${String(bytes[bytes.length >> 1])} bytes`);
for (const [name, work] of Object.entries(stages)) {
  perSecond(work);
  const rounds = Array.from({ length: ROUNDS }, () => perSecond(work)).sort((a, b) => a - b);
  console.log(`${name.padEnd(34)} ${String(Math.round((rounds[ROUNDS >> 1] ?? 0) / 1000)).padStart(4)} k events per CPU second`);
}
if (refused > 0 && file === undefined) throw new Error(`${String(refused)} events of the mix were refused: the figures mean nothing`);
