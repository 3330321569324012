import { MEASURED_PROCESSES, type MeasureName, type MeasureRow, type MeasuredProcess } from '../../contracts/measures.js';
import type { FactOf } from '../fact.js';
import type { Case } from '../signals/rule.js';
import type { ContactFact } from '../timeline/history.js';
import { contribute, type Listed } from './contribution.js';
import { createCustomerTally, customerOrder } from './customers.js';
import { createTally } from './quantities.js';
import { rowsOf, type Scope, scoped } from './rows.js';

/** Figures of one customer over its orders, by the formulas of the measures. Instants in ms. */
export interface CustomerFigures {
  /** Dates against which deliveries are measured (the original promise, or the customer's own last wish) that came due or were met before, and those kept. */
  readonly promises: { readonly due: number; readonly kept: number };
  /** Dates that the company moved a delivery to and that were kept or passed in force, and those kept. */
  readonly newDates: { readonly made: number; readonly kept: number };
  readonly contacts: ContactFigures;
  readonly surveys: {
    readonly answers: number;
    /** The latest answer; null: none. */
    readonly last: FactOf<'feedback.received'> | null;
    /** In points, -100 to 100. */
    readonly nps: SurveyFigure;
    /** Shares of good answers. */
    readonly csat: SurveyFigure;
    readonly ces: SurveyFigure;
  };
  /** By process, how differently the customer is served from order to order. */
  readonly variation: readonly { readonly process: MeasuredProcess; /** Of a sample (over n - 1); null: of fewer than two orders. */ readonly sdSeconds: number | null; readonly orders: number }[];
}

export interface SurveyFigure {
  /** null: no answer. */
  readonly value: number | null;
  readonly answers: number;
}

interface ContactFigures {
  /** Matters that the customer brought up, and how often it had to come back to one. */
  readonly opened: number;
  readonly reopened: number;
  /** When it did either last; null: never. */
  readonly lastAt: number | null;
}

export interface CustomersOrder {
  readonly order: Case;
  readonly listed: Listed;
}

/**
 * What a customer's orders say of how it is served, each order as of the time of its case. Every figure is a measure taken of these orders
 * alone: `on_time_rate` (baseline, due; rulings 23, 68), `reschedule_kept_rate` (31, 75), whose contact is whose (98), `nps`, `csat`, `ces`
 * (58, 80), and `within_customer_sd_seconds` of one customer, the standard deviation of a sample: sqrt(sum of squared deviations from the
 * mean / (n - 1)) (81).
 */
export function customerFigures(orders: readonly CustomersOrder[]): CustomerFigures {
  const rows = rowsOver(orders);
  const promises = rowIn(rows, 'on_time_rate', { target: 'baseline', cohort: 'due' });
  const newDates = rowIn(rows, 'reschedule_kept_rate');
  const answers = orders.flatMap(({ order }) => order.history.feedback).toSorted((a, b) => a.at - b.at);
  const figureOf = (metric: 'nps' | 'csat' | 'ces'): SurveyFigure => {
    const { value, denominator = 0 } = rowIn(rows, metric);
    return { value, answers: denominator };
  };
  return {
    promises: { due: promises.denominator ?? 0, kept: promises.numerator ?? 0 },
    newDates: { made: newDates.denominator ?? 0, kept: newDates.numerator ?? 0 },
    contacts: contactFigures(orders),
    surveys: { answers: answers.length, last: answers.at(-1) ?? null, nps: figureOf('nps'), csat: figureOf('csat'), ces: figureOf('ces') },
    variation: MEASURED_PROCESSES.map((process) => {
      const { value, denominator = 0 } = rowIn(rows, 'within_customer_sd_seconds', { process });
      return { process, sdSeconds: value, orders: denominator };
    }),
  };
}

const WHOLE: Scope = { window: 'all' };

/** Without regard to when something counts: what is known of an order that has ended will not change by time alone. */
function rowsOver(orders: readonly CustomersOrder[]): readonly MeasureRow[] {
  const tally = createTally();
  const customers = createCustomerTally();
  for (const { order, listed } of orders) {
    const measured = contribute(order, listed, (quantity, _, amount = 1, of = '') => tally.add(quantity, of, amount));
    const told = measured === null ? null : customerOrder(measured);
    if (told !== null) customers.add(told);
  }
  return [...rowsOf(tally, { patterns: [] }, WHOLE), ...customers.rows().map((row) => scoped(row, WHOLE))];
}

/** The row over all with these labels: of answers to surveys the first one, as rows by touchpoint follow it. */
function rowIn(rows: readonly MeasureRow[], measure: MeasureName, labels: Pick<MeasureRow, 'target' | 'cohort' | 'process'> = {}): MeasureRow {
  const found = rows.find((row) => row.measure === measure && row.target === labels.target && row.cohort === labels.cohort && row.process === labels.process);
  if (found === undefined) throw new Error(`no measure ${measure}`);
  return found;
}

function contactFigures(orders: readonly CustomersOrder[]): ContactFigures {
  const figures = { opened: 0, reopened: 0, lastAt: null as number | null };
  for (const { order: { history } } of orders) {
    for (const [first, ...later] of openingsOf(history.contacts)) {
      if (first?.body.by !== 'customer') continue;
      figures.opened += 1;
      figures.reopened += later.length;
      figures.lastAt = Math.max(figures.lastAt ?? -Infinity, (later.at(-1) ?? first).at);
    }
  }
  return figures;
}

/** Openings and reopenings by matter, each in its order. */
function openingsOf(contacts: readonly ContactFact[]): Iterable<readonly ContactFact[]> {
  const byContact = new Map<string, ContactFact[]>();
  for (const fact of contacts) {
    if (fact.type === 'contact.resolved') continue;
    const known = byContact.get(fact.body.contactId);
    if (known === undefined) byContact.set(fact.body.contactId, [fact]);
    else known.push(fact);
  }
  return byContact.values();
}
