import { MEASURED_PROCESSES, type MeasuredProcess } from '../../contracts/measures.js';
import type { MeasuredOrder, Row } from './family.js';
import { firstInvoice } from './first-invoice.js';
import { promisedAt } from './promise-dates.js';

/** Measures of customers: an order's part in them depends on the other orders of its customer, so they are no sums over orders. */

/** What one order tells of its customer; all instants in ms. */
export interface CustomerOrder {
  readonly customerId: string;
  readonly placed: number;
  /** First dispatch, final delivery, original promise and first invoice; null: there is none, or the order was cancelled. */
  readonly dispatched: number | null;
  readonly delivered: number | null;
  readonly promised: number | null;
  readonly invoiced: number | null;
  /** When the last signal of severity 2 or more opened; null: none is listed. */
  readonly hurtAt: number | null;
}

/** The least severity of a signal that hurts its customer (rulings 79). */
export const HURTS_FROM = 2;

/** Null: no event names a customer, or there is nothing to tell of it yet. */
export function customerOrder({ order, placed, delivered, cancelled, signals }: MeasuredOrder): CustomerOrder | null {
  const { history } = order;
  const { customerId } = history;
  if (customerId === null) return null;
  let hurtAt: number | null = null;
  for (const { severity, opensAt } of signals) if (severity >= HURTS_FROM) hurtAt = Math.max(hurtAt ?? -Infinity, opensAt);
  const known = cancelled !== null ? NOTHING : {
    dispatched: history.dispatches[0]?.at ?? null, delivered: delivered?.at ?? null, promised: promisedAt('original', order), invoiced: firstInvoice(history)?.at ?? null,
  };
  const tells = hurtAt !== null || known.dispatched !== null || known.delivered !== null || known.invoiced !== null;
  return tells ? { customerId, placed: placed.at, ...known, hurtAt } : null;
}

const NOTHING = { dispatched: null, delivered: null, promised: null, invoiced: null };

/** The last instant at which anything of it counts, ms: a window that begins later has nothing of the order. */
export const lastCounted = ({ dispatched, delivered, invoiced, hurtAt }: CustomerOrder): number =>
  Math.max(dispatched ?? -Infinity, delivered ?? -Infinity, invoiced ?? -Infinity, hurtAt ?? -Infinity);

/** Calls back for each process that came to its end: when, and how long it took; ms. */
function eachDuration({ placed, dispatched, delivered, promised, invoiced }: CustomerOrder, take: (process: MeasuredProcess, at: number, ms: number) => void): void {
  if (dispatched !== null) take('order_to_dispatch', dispatched, dispatched - placed);
  if (dispatched !== null && delivered !== null) take('dispatch_to_delivery', delivered, delivered - dispatched);
  if (promised !== null && delivered !== null) take('delivery_delay', delivered, delivered - promised);
  if (invoiced !== null) take('order_to_invoice', invoiced, invoiced - placed);
}

/** Durations of one process of one customer, as they are needed for a deviation (Welford's method). */
interface Scatter {
  n: number;
  mean: number;
  /** Sum of squared deviations from the mean. */
  squares: number;
}

/** Measures of customers over whole orders, each added once. Needs some room for every customer, until `settle`. */
export interface CustomerTally {
  /** @param counts does what happened at this instant, ms, count? Absent: always */
  add(order: CustomerOrder, counts?: (at: number) => boolean): void;
  /** Of the customers so far no further order will come: sums take the place of what was kept of each. */
  settle(): void;
  rows(): Row[];
}

/** What is left of customers once they are settled. */
interface Pool {
  orders: number;
  freedom: number;
  squares: number;
}

/**
 * - `customers_hurt`: distinct customers with an order that lists a signal of severity 2 or more, and who they are, sorted
 *   (rulings 79).
 * - `within_customer_sd_seconds`, a row per `process`: how differently the same customer is served from order to order;
 *   sqrt(sum of squared deviations from each customer's mean / sum of (n - 1)), over customers with two or more such orders:
 *   the pooled deviation within groups of an analysis of variance. `denominator` is the number of those orders (rulings 81).
 *
 * @param mostNamed of customers who were hurt only so many are named, the first by their ids; all are counted
 */
export function createCustomerTally(mostNamed = Infinity): CustomerTally {
  const hurt = new Set<string>();
  let hurtBefore = 0;
  let names: readonly string[] = [];
  const processes = MEASURED_PROCESSES.map((process) => ({ process, scatters: new Map<string, Scatter>(), pool: { orders: 0, freedom: 0, squares: 0 } }));
  const scattersOf = new Map(processes.map(({ process, scatters }) => [process, scatters]));
  const settle = (): void => {
    names = [...names, ...hurt].sort().slice(0, mostNamed);
    hurtBefore += hurt.size;
    hurt.clear();
    for (const { scatters, pool } of processes) {
      for (const scatter of scatters.values()) pour(pool, scatter);
      scatters.clear();
    }
  };
  return {
    settle,
    add(order, counts = () => true) {
      const { customerId, hurtAt } = order;
      if (hurtAt !== null && counts(hurtAt)) hurt.add(customerId);
      eachDuration(order, (process, at, ms) => { if (counts(at)) grow(scattersOf.get(process), customerId, ms); });
    },
    rows() {
      settle();
      return [
        { measure: 'customers_hurt', value: hurtBefore, customers: names, unit: 'customers' },
        ...processes.map(({ process, pool }) => withinRow(process, pool)),
      ];
    },
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

/** One order alone says nothing of evenness. */
function pour(pool: Pool, { n, squares }: Scatter): void {
  if (n < 2) return;
  pool.orders += n;
  pool.freedom += n - 1;
  pool.squares += squares;
}

const withinRow = (process: MeasuredProcess, { orders, freedom, squares }: Pool): Row =>
  ({ measure: 'within_customer_sd_seconds', value: freedom === 0 ? null : Math.sqrt(squares / freedom) / 1_000, process, denominator: orders, unit: 'seconds' });
