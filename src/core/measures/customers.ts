import { MEASURED_PROCESSES, type MeasuredProcess } from '../../contracts/measures.js';
import type { MeasuredOrder, Row } from './family.js';
import { firstInvoice } from './first-invoice.js';
import { promisedAt } from './promise-dates.js';

/** Measures of customers: an order's part in them depends on the other orders of its customer, so they are no sums over orders. */

/** What one order tells of its customer. */
export interface CustomerPart {
  readonly customerId: string;
  /** When the last signal of severity 2 or more opened; null: none is listed. Ms. */
  readonly hurtAt: number | null;
  readonly durations: readonly ProcessDuration[];
}

export interface ProcessDuration {
  readonly process: MeasuredProcess;
  /** When the process ended; ms. */
  readonly at: number;
  readonly ms: number;
}

/** The least severity of a signal that hurts its customer (rulings 79). */
export const HURTS_FROM = 2;

/** Null: no event names a customer. */
export function customerPart(measured: MeasuredOrder): CustomerPart | null {
  const { customerId } = measured.order.history;
  if (customerId === null) return null;
  let hurtAt: number | null = null;
  for (const { severity, opensAt } of measured.signals) if (severity >= HURTS_FROM) hurtAt = Math.max(hurtAt ?? -Infinity, opensAt);
  return { customerId, hurtAt, durations: measured.cancelled === null ? durationsOf(measured) : [] };
}

function durationsOf({ order, placed, delivered }: MeasuredOrder): ProcessDuration[] {
  const { history } = order;
  const dispatch = history.dispatches[0] ?? null;
  const invoice = firstInvoice(history);
  const promised = promisedAt('original', order);
  const durations: ProcessDuration[] = [];
  const note = (process: MeasuredProcess, from: number, at: number): void => { durations.push({ process, at, ms: at - from }); };
  if (dispatch !== null) note('order_to_dispatch', placed.at, dispatch.at);
  if (dispatch !== null && delivered !== null) note('dispatch_to_delivery', dispatch.at, delivered.at);
  if (promised !== null && delivered !== null) note('delivery_delay', promised, delivered.at);
  if (invoice !== null) note('order_to_invoice', placed.at, invoice.at);
  return durations;
}

/** Durations of one process of one customer, as they are needed for a deviation (Welford's method). */
interface Scatter {
  n: number;
  mean: number;
  /** Sum of squared deviations from the mean. */
  squares: number;
}

/** Measures of customers over whole orders, each added once. Needs some room for every customer. */
export interface CustomerTally {
  add(part: CustomerPart): void;
  rows(): Row[];
}

/**
 * - `customers_hurt`: distinct customers with an order that lists a signal of severity 2 or more, and who they are, sorted
 *   (rulings 79).
 * - `within_customer_sd_seconds`, a row per `process`: how differently the same customer is served from order to order;
 *   sqrt(sum of squared deviations from each customer's mean / sum of (n - 1)), over customers with two or more such orders:
 *   the pooled deviation within groups of an analysis of variance. `denominator` is the number of those orders (rulings 81).
 */
export function createCustomerTally(): CustomerTally {
  const hurt = new Set<string>();
  const scatters = new Map(MEASURED_PROCESSES.map((process) => [process, new Map<string, Scatter>()]));
  return {
    add({ customerId, hurtAt, durations }) {
      if (hurtAt !== null) hurt.add(customerId);
      for (const { process, ms } of durations) grow(scatters.get(process), customerId, ms);
    },
    rows: () => [
      { measure: 'customers_hurt', value: hurt.size, customers: [...hurt].sort(), unit: 'customers' },
      ...[...scatters].map(([process, customers]) => withinRow(process, customers.values())),
    ],
  };
}

function grow(customers: Map<string, Scatter> | undefined, customerId: string, value: number): void {
  const scatter = customers?.get(customerId);
  if (scatter === undefined) {
    customers?.set(customerId, { n: 1, mean: value, squares: 0 });
    return;
  }
  scatter.n += 1;
  const off = value - scatter.mean;
  scatter.mean += off / scatter.n;
  scatter.squares += off * (value - scatter.mean);
}

function withinRow(process: MeasuredProcess, customers: Iterable<Scatter>): Row {
  let orders = 0;
  let freedom = 0;
  let squares = 0;
  for (const scatter of customers) {
    if (scatter.n < 2) continue;
    orders += scatter.n;
    freedom += scatter.n - 1;
    squares += scatter.squares;
  }
  const value = freedom === 0 ? null : Math.sqrt(squares / freedom) / 1_000;
  return { measure: 'within_customer_sd_seconds', value, process, denominator: orders, unit: 'seconds' };
}
