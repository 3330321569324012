import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { simulateNdjson } from '../../../src/adapters/simulator/file.js';
import { assess, openCase } from '../../../src/core/assess.js';
import { type CustomerFigures, customerFigures } from '../../../src/core/measures/customer-figures.js';
import { DEFAULT_RULES } from '../../../src/core/rules.js';
import { readJourneys } from '../../golden/read-journeys.js';

/** The figures of each customer, held against a second computation that knows nothing of the code: it reads the events as they are written. */

interface Event {
  readonly id: string;
  readonly type: string;
  readonly orderId?: string;
  readonly customerId?: string;
  readonly occurredAt: string;
  readonly [field: string]: unknown;
}

function groupBy<T>(all: readonly T[], keyOf: (one: T) => string): ReadonlyMap<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) groups.set(keyOf(one), [...(groups.get(keyOf(one)) ?? []), one]);
  return groups;
}

/** The last millisecond of a day in a zone, by looking for the instant at which its date changes. */
function endOfDay(date: string, timeZone: string): number {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' });
  let low = Date.parse(`${date}T00:00:00Z`) - 15 * 3_600_000;
  let high = low + 54 * 3_600_000;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (format.format(middle) <= date) low = middle;
    else high = middle;
  }
  return low;
}

interface Facts {
  readonly customerId: string;
  readonly placed: number;
  readonly original: number | null;
  /** What a delivery is measured against at the end. */
  readonly measuredBy: number | null;
  readonly dispatched: number | null;
  readonly invoiced: number | null;
  readonly end: { readonly kind: 'delivered' | 'cancelled'; readonly at: number } | null;
  readonly moved: { readonly kept: number; readonly made: number };
  readonly contacts: readonly { readonly first: Event; readonly later: readonly Event[] }[];
  readonly answers: readonly Event[];
}

function factsOf(events: readonly Event[], asOf: number): Facts | null {
  const sorted = [...new Map(events.toReversed().map((event) => [event.id, event])).values()].sort((a, b) => Date.parse(a.occurredAt) - Date.parse(b.occurredAt) || (a.id < b.id ? -1 : 1));
  const placed = sorted.find(({ type }) => type === 'order.placed');
  if (placed === undefined) return null;
  const zone = typeof placed['timeZone'] === 'string' ? placed['timeZone'] : 'UTC';
  const instantOf = (text: unknown): number => (String(text).length === 10 ? endOfDay(String(text), zone) : Date.parse(String(text)));
  const at = (event: Event | undefined): number | null => (event === undefined ? null : Date.parse(event.occurredAt));
  const last = sorted.find(({ type, ...event }) => type === 'order.cancelled' || (type === 'delivery.completed' && event['final'] !== false));
  const end = last === undefined ? null : { kind: last.type === 'order.cancelled' ? 'cancelled' as const : 'delivered' as const, at: Date.parse(last.occurredAt) };

  let original: number | null = null;
  let measuredBy: number | null = null;
  let inForce = null as { readonly date: number; readonly byCompany: boolean } | null;
  let broken = 0;
  const leave = (when: number): void => { if (inForce?.byCompany === true && inForce.date < when) broken += 1; };
  for (const event of sorted) {
    const when = Date.parse(event.occurredAt);
    if (event === last) break;
    const given = event.type === 'delivery.rescheduled' ? event['newDeliveryAt'] : event['promisedDeliveryAt'];
    if (given === undefined || (given === null && event.type !== 'delivery.rescheduled')) continue;
    const byCustomer = event['initiatedBy'] === 'customer';
    if (given === null) {
      leave(when);
      inForce = null;
      if (byCustomer) measuredBy = null;
      continue;
    }
    const date = instantOf(given);
    // The same date again is no other promise.
    if (inForce?.date !== date) {
      leave(when);
      inForce = { date, byCompany: original !== null && event['initiatedBy'] === 'company' };
    }
    if (byCustomer || measuredBy === null) measuredBy = date;
    original ??= date;
  }
  leave(end?.at ?? asOf);
  const kept = end?.kind === 'delivered' && inForce?.byCompany === true && end.at <= inForce.date ? 1 : 0;
  const openings = groupBy(sorted.filter(({ type }) => type === 'contact.opened' || type === 'contact.reopened'), ({ contactId }) => String(contactId));
  return {
    customerId: placed.customerId ?? '', placed: Date.parse(placed.occurredAt), original, measuredBy, end,
    dispatched: at(sorted.find(({ type }) => type === 'shipment.dispatched')), invoiced: at(sorted.find(({ type }) => type === 'invoice.issued')),
    moved: end?.kind === 'cancelled' ? { kept: 0, made: 0 } : { kept, made: kept + broken },
    contacts: [...openings.values()].flatMap(([first, ...later]) => (first === undefined || first['initiatedBy'] === 'company' ? [] : [{ first, later }])),
    answers: sorted.filter(({ type }) => type === 'feedback.received'),
  };
}

const seconds = (values: readonly (number | null)[]): { sdSeconds: number | null; orders: number } => {
  const known = values.filter((value) => value !== null).map((ms) => ms / 1_000);
  if (known.length < 2) return { sdSeconds: null, orders: 0 };
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  return { sdSeconds: Math.sqrt(known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (known.length - 1)), orders: known.length };
};

function recomputed(orders: readonly Facts[], asOf: number): CustomerFigures {
  const judged = orders.filter(({ measuredBy, end }) => measuredBy !== null && (end === null ? asOf > measuredBy : end.kind === 'delivered' || end.at > measuredBy));
  const contacts = orders.flatMap((order) => order.contacts);
  const answers = orders.flatMap((order) => order.answers).sort((a, b) => Date.parse(a.occurredAt) - Date.parse(b.occurredAt));
  const lastOpened = contacts.map(({ first, later }) => Date.parse((later.at(-1) ?? first).occurredAt));
  const share = (event: Event): number => {
    const [score, min, max] = [Number(event['score']), Number(event['scaleMin']), Number(event['scaleMax'])];
    return event['higherIsBetter'] === false ? (max - score) / (max - min) : (score - min) / (max - min);
  };
  const of = (metric: string): Event[] => answers.filter((event) => event['metric'] === metric);
  const goodShare = (metric: string) => ({ value: of(metric).length === 0 ? null : of(metric).filter((event) => share(event) > 0.6 + 1e-9).length / of(metric).length, answers: of(metric).length });
  const nps = of('nps').map(({ score }) => (Number(score) >= 9 ? 1 : Number(score) <= 6 ? -1 : 0));
  const served = orders.filter(({ end }) => end?.kind !== 'cancelled');
  const between = (from: (facts: Facts) => number | null, to: (facts: Facts) => number | null) => seconds(served.map((facts) => {
    const [start, stop] = [from(facts), to(facts)];
    return start === null || stop === null ? null : stop - start;
  }));
  const delivered = ({ end }: Facts): number | null => (end?.kind === 'delivered' ? end.at : null);
  return {
    promises: { due: judged.length, kept: judged.filter(({ end, measuredBy }) => end?.kind === 'delivered' && end.at <= (measuredBy ?? 0)).length },
    newDates: { made: orders.reduce((sum, { moved }) => sum + moved.made, 0), kept: orders.reduce((sum, { moved }) => sum + moved.kept, 0) },
    contacts: { opened: contacts.length, reopened: contacts.reduce((sum, { later }) => sum + later.length, 0), lastAt: contacts.length === 0 ? null : Math.max(...lastOpened) },
    surveys: {
      answers: answers.length, last: (answers.at(-1)?.id ?? null) as never,
      nps: { value: nps.length === 0 ? null : 100 * (nps.reduce<number>((sum, one) => sum + one, 0) / nps.length), answers: nps.length },
      csat: goodShare('csat'), ces: goodShare('ces'),
    },
    variation: [
      { process: 'order_to_dispatch', ...between(({ placed }) => placed, ({ dispatched }) => dispatched) },
      { process: 'dispatch_to_delivery', ...between(({ dispatched }) => dispatched, delivered) },
      { process: 'delivery_delay', ...between(({ original }) => original, delivered) },
      { process: 'order_to_invoice', ...between(({ placed }) => placed, ({ invoiced }) => invoiced) },
    ],
  };
}

/** Square roots are taken along two ways, and the last answer is told by its id. */
const comparable = ({ surveys, variation, ...figures }: CustomerFigures) => ({
  ...figures, surveys: { ...surveys, last: typeof surveys.last === 'string' ? surveys.last as string : (surveys.last?.id ?? null) },
  variation: variation.map(({ sdSeconds, ...row }) => ({ ...row, sdSeconds: sdSeconds === null ? null : Number(sdSeconds.toPrecision(10)) })),
});

function compareAll(ndjson: string): { readonly customers: number; readonly several: number; readonly all: CustomerFigures } {
  const { journeys, covered, asOf } = readJourneys(Buffer.from(ndjson));
  const context = { rules: DEFAULT_RULES, covered };
  const judged = [...journeys.values()].map((journey) => ({ journey, order: openCase(journey, asOf, context), listed: assess(journey, asOf, context) }));
  const events = ndjson.split('\n').flatMap((line): Event[] => {
    try {
      const event = JSON.parse(line) as Event | null;
      return typeof event?.orderId === 'string' ? [event] : [];
    } catch {
      return [];
    }
  });
  const told = groupBy(events, ({ orderId }) => String(orderId));
  const customers = groupBy(judged.filter(({ order }) => order.history.customerId !== null && order.history.placed !== null), ({ order }) => String(order.history.customerId));
  let several = 0;
  for (const [customer, own] of customers) {
    if (own.length > 1) several += 1;
    const facts = own.flatMap(({ journey }) => factsOf(told.get(journey.orderId) ?? [], asOf) ?? []);
    expect([customer, comparable(customerFigures(own))]).toEqual([customer, comparable(recomputed(facts, asOf))]);
  }
  return { customers: customers.size, several, all: customerFigures(judged) };
}

describe('the figures of a customer', () => {
  test.each(['north', 'south', 'east'])('are those of a second computation from the events of a simulated shop (%s)', (seed) => {
    const { customers, several, all } = compareAll([...simulateNdjson({ seed, start: Date.UTC(2025, 0, 1), orders: 600 })].join(''));
    expect([customers > 100, several > 60]).toEqual([true, true]);
    // None of the figures is empty in all of it.
    expect([all.promises.due > all.promises.kept, all.newDates.made > all.newDates.kept, all.contacts.reopened > 0, all.surveys.nps.answers > 0, all.surveys.csat.answers > 0, all.surveys.ces.answers > 0]).toEqual(Array(6).fill(true));
  });

  test('are empty of a customer without orders', () => {
    expect(customerFigures([])).toMatchObject({ promises: { due: 0, kept: 0 }, contacts: { opened: 0, lastAt: null }, surveys: { answers: 0, last: null, nps: { value: null, answers: 0 } } });
  });

  const data = resolve(import.meta.dirname, '../../..', process.env['TOUCHPOINT_ACCEPTANCE_DATA'] ?? '../shared/data', 'generated-events.ndjson.gz');
  test(existsSync(data) ? 'are those of a second computation from the events of the acceptance data' : `were not compared on the acceptance data, which is not at ${data}`, () => {
    if (!existsSync(data)) return;
    expect(compareAll(gunzipSync(readFileSync(data)).toString()).customers).toBeGreaterThan(10);
  });
});
