import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseMap } from '../../src/app/maps/map-file.js';
import { formatProblems } from '../../src/app/config/problems.js';
import type { CompiledMap } from '../../src/pipeline/maps/compile-map.js';
import { repositoryRoot } from './services/places.js';

/**
 * A company as its systems tell of it, each in its own way: rows of an ERP that are written again, scans of parcels without order
 * numbers, invoices and payments for two orders at once, tickets. Beside it what happened, as events of the contract.
 */

export interface CompanyRecord {
  readonly topic: string;
  readonly key: string;
  readonly value: string;
}

export interface Company {
  /** In the order in which each system writes them. */
  readonly records: readonly CompanyRecord[];
  /** The same, told directly; ids are of their own. */
  readonly events: readonly Readonly<Record<string, unknown>>[];
}

export const COMPANY_MAPS = ['erp/erp.yaml', 'erp/erp-invoices.yaml', 'carrier/carrier.yaml', 'payments/payments.yaml', 'tickets/tickets.yaml'] as const;
export const COMPANY_TOPICS = ['erp.orders', 'erp.invoices', 'carrier.tracking', 'payments.events', 'helpdesk.tickets'] as const;

/** The text of a ready map, with its topics under other names. */
export const mapText = (map: string, topicName: (topic: string) => string = (topic) => topic): string =>
  COMPANY_TOPICS.reduce((text, topic) => text.replace(`topics: ${topic}`, `topics: ${topicName(topic)}`), readFileSync(join(repositoryRoot, 'maps', map), 'utf8'));

export function compiledMap(text: string): CompiledMap {
  const parsed = parseMap(text, 'map.yaml');
  if (parsed.kind === 'problems') throw new Error(formatProblems(parsed.problems));
  return parsed.map;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const START = Date.UTC(2025, 0, 2, 9);

const utc = (at: number): string => new Date(at).toISOString().replace('.000Z', 'Z');
/** In January Berlin is an hour ahead. */
const local = (at: number): string => new Date(at + HOUR).toISOString().slice(0, 19).replace('T', ' ');
const date = (at: number): string => new Date(at + HOUR).toISOString().slice(0, 10);

/** @param orders at least one; all within twenty days */
export function createCompany(orders: number): Company {
  const records: CompanyRecord[] = [];
  const events: Record<string, unknown>[] = [];
  const tell = (type: string, orderId: string, at: number, more: object): void => { events.push({ id: `d-${events.length}`, type, orderId, occurredAt: utc(at), ...more }); };
  const shipped: { readonly orderId: string; readonly cents: number }[] = [];
  for (let n = 0; n < orders; n++) {
    const placed = START + Math.floor((n / orders) * 20 * DAY / 1_000) * 1_000;
    const order = { n, orderId: `SO-${100_000 + n}`, customerId: `C-${n % Math.max(1, orders >> 2)}`, placed, promised: placed + 4 * DAY, cents: 1_000 + ((n * 7_919) % 90_000), location: ['Kiel', 'Ulm'][n % 2] ?? '' };
    const wasShipped = tellOrder(order, records, tell);
    if (wasShipped) {
      tellParcel(order, records, tell);
      shipped.push(order);
      if (shipped.length % 2 === 0) tellBill(shipped.slice(-2), placed, records, tell);
    }
    if (n % 5 === 0) tellTicket(order, records, tell);
  }
  return { records, events };
}

interface Order {
  readonly n: number;
  readonly orderId: string;
  readonly customerId: string;
  readonly placed: number;
  readonly promised: number;
  readonly cents: number;
  readonly location: string;
}
type Tell = (type: string, orderId: string, at: number, more: object) => void;

/** Rows of the ERP: placed, perhaps moved, then shipped or cancelled. */
function tellOrder({ n, orderId, customerId, placed, promised, cents, location }: Order, records: CompanyRecord[], tell: Tell): boolean {
  const place = { location };
  const total = (cents / 100).toFixed(2);
  const row = (changed: number, promise: number, shipment: readonly [string, string, string], cancelled: string): void => {
    const [number, at, quantity] = shipment;
    records.push({ topic: 'erp.orders', key: orderId, value: [orderId, local(changed), customerId, location, local(placed), date(promise), date(placed + 2 * DAY), number, at, cancelled, '10', quantity, 'PUMP-40', total].join(',') });
  };
  row(placed, promised, ['', '', ''], '');
  tell('order.placed', orderId, placed, { customerId, place, lines: [{ lineId: '1', sku: 'PUMP-40', quantity: 10 }], promisedDeliveryAt: date(promised), dispatchBy: date(placed + 2 * DAY), totalMinor: cents, currency: 'EUR' });
  let promise = promised;
  if (n % 4 === 1) {
    promise += 3 * DAY;
    row(placed + DAY, promise, ['', '', ''], '');
    tell('delivery.rescheduled', orderId, placed + DAY, { place, initiatedBy: 'company', newDeliveryAt: date(promise) });
  }
  if (n % 17 === 3) {
    row(placed + 2 * DAY, promise, ['', '', ''], local(placed + 2 * DAY));
    tell('order.cancelled', orderId, placed + 2 * DAY, { place, initiatedBy: 'company' });
    return false;
  }
  const quantity = n % 9 === 4 ? 9 : 10;
  row(placed + 3 * DAY, promise, [`P-${n}`, local(placed + 2 * DAY), String(quantity)], '');
  tell('shipment.dispatched', orderId, placed + 2 * DAY, { place, shipmentId: `P-${n}`, lines: [{ lineId: '1', quantity }] });
  return true;
}

/** Scans of the carrier, who knows the parcel alone. */
function tellParcel({ n, orderId, placed }: Order, records: CompanyRecord[], tell: Tell): void {
  const parcel = `P-${n}`;
  let scans = 0;
  const scan = (status: string, at: number): void => {
    records.push({ topic: 'carrier.tracking', key: parcel, value: JSON.stringify({ event_id: `t-${n}-${scans++}`, parcel, status, at: utc(at), depot: 'Hamburg' }) });
  };
  const place = { carrier: 'NorthPost', location: 'Hamburg' };
  scan('IN_TRANSIT', placed + 2 * DAY + HOUR);
  if (n % 6 === 2) {
    scan('NOT_HOME', placed + 3 * DAY);
    tell('delivery.attempt_failed', orderId, placed + 3 * DAY, { place, shipmentId: parcel });
  }
  if (n % 23 === 5) {
    scan('DAMAGED', placed + 3 * DAY + HOUR);
    tell('delivery.exception', orderId, placed + 3 * DAY + HOUR, { place, shipmentId: parcel, code: 'damaged' });
  }
  const arrived = placed + (n % 7 === 0 ? 9 : 4) * DAY;
  scan('DELIVERED', arrived);
  tell('delivery.completed', orderId, arrived, { place, shipmentId: parcel });
}

/** One invoice for two orders, and its payment, which knows the invoice alone. */
function tellBill(orders: readonly { readonly orderId: string; readonly cents: number }[], placed: number, records: CompanyRecord[], tell: Tell): void {
  const invoice = `R-${orders[0]?.orderId ?? ''}`;
  const cents = orders.reduce((sum, order) => sum + order.cents, 0);
  const [issued, paid] = [placed + 5 * DAY, placed + 6 * DAY];
  records.push({ topic: 'payments.events', key: invoice, value: JSON.stringify({ id: `evt-${invoice}`, type: 'charge.succeeded', created: paid / 1_000, data: { object: { id: `ch-${invoice}`, amount: cents, metadata: { invoice_no: invoice } } } }) });
  records.push({ topic: 'erp.invoices', key: invoice, value: JSON.stringify({ invoice_no: invoice, issued_at: local(issued), total: cents / 100, lines: orders.map((order) => ({ order_no: order.orderId, amount: order.cents / 100 })) }) });
  for (const order of orders) {
    tell('invoice.issued', order.orderId, issued, { invoiceId: invoice, totalMinor: order.cents, currency: 'EUR' });
    tell('payment.captured', order.orderId, paid, { paymentId: `ch-${invoice}`, amountMinor: order.cents });
  }
}

/** A ticket that names the order in its subject, written again when it is solved. */
function tellTicket({ n, orderId, placed }: Order, records: CompanyRecord[], tell: Tell): void {
  const opened = placed + 5 * DAY;
  const solved = opened + 30 * HOUR;
  const ticket = { id: n, created_at: utc(opened), subject: `Where is ${orderId}?`, category: 'delivery', via: { channel: 'email' } };
  const about = { contactId: String(n), channel: 'email', topic: 'delivery' };
  const write = (more: object): void => { records.push({ topic: 'helpdesk.tickets', key: String(n), value: JSON.stringify({ ...ticket, ...more }) }); };
  write({ updated_at: utc(opened), status: 'new' });
  write({ updated_at: utc(solved), status: 'solved', solved_at: utc(solved) });
  tell('contact.opened', orderId, opened, about);
  tell('contact.resolved', orderId, solved, about);
}

/** The records in another order, those of one topic and key as they were. @param random 0 to 1 */
export function shuffled(records: readonly CompanyRecord[], random: () => number): CompanyRecord[] {
  const byKey = new Map<string, CompanyRecord[]>();
  for (const record of records) {
    const name = `${record.topic}|${record.key}`;
    byKey.set(name, [...(byKey.get(name) ?? []), record]);
  }
  const places = records.map((record) => ({ name: `${record.topic}|${record.key}`, at: random() })).sort((a, b) => a.at - b.at);
  const taken = new Map<string, number>();
  return places.flatMap(({ name }) => {
    const next = taken.get(name) ?? 0;
    taken.set(name, next + 1);
    const record = byKey.get(name)?.[next];
    return record === undefined ? [] : [record];
  });
}
