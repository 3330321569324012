import type { Measures } from '../../contracts/measures.js';
import type { CoverableSource, DeadLetterReason, SignalName, Verdict } from '../../contracts/names.js';
import type { Assessment } from '../../core/assessment.js';
import type { Fact } from '../../core/fact.js';
import { HURTS_FROM } from '../../core/measures/customers.js';
import type { Tellability } from '../../core/tellability/tellability.js';
import type { MapAccount } from '../../pipeline/maps/records.js';
import { worstFirst } from './worst-first.js';

/** What a replay has to tell. Instants in ms since the epoch. */

export interface Accounting {
  readonly read: number;
  readonly applied: number;
  readonly duplicate: number;
  readonly deadLetter: number;
}

/** How many lines were refused for one reason, and where the first of them stands. */
export interface Refusal {
  readonly count: number;
  readonly file: string;
  readonly line: number;
  /** What was wrong with the first. */
  readonly message?: string;
}

/** An order among the worst, with what its story is told from. */
export interface WorstOrder {
  readonly assessment: Assessment;
  readonly facts: readonly Fact[];
}

export interface OrderTally {
  readonly orders: number;
  readonly settled: number;
  /** Of the orders' events; null when there were none. */
  readonly range: { readonly first: number; readonly last: number } | null;
  readonly verdicts: ReadonlyMap<Verdict, number>;
  /** Orders whose records look fair or good while the customer's verdict is poor or failed. */
  readonly healthyRecordsOnly: number;
  readonly signals: ReadonlyMap<SignalName, { readonly orders: number; readonly open: number }>;
  readonly patterns: ReadonlyMap<string, number>;
  readonly unknown: ReadonlyMap<SignalName, number>;
  readonly customers: number;
  readonly customersHurt: number;
  /** Worst first; orders without an adverse signal aren't among them. */
  readonly worst: readonly WorstOrder[];
}

export interface ReplaySummary {
  readonly files: readonly string[];
  /** Wall clock that the replay took; ms. */
  readonly tookMs: number;
  /** The time reached at the end; null when nothing was applied and none was given. */
  readonly asOf: number | null;
  readonly covered: ReadonlySet<CoverableSource>;
  /** `unknown`: lines whose topic can't be told. */
  readonly topics: Readonly<Record<string, Accounting>>;
  readonly refused: ReadonlyMap<DeadLetterReason, Refusal>;
  readonly tally: OrderTally;
  /** Of all orders; rows by place may stand among them. */
  readonly measures: Measures;
  /** Zone of dates of orders that name none (IANA). */
  readonly zone: string;
  /** What became of the records of each map; none where the input was events. */
  readonly maps?: readonly MapAccount[];
  /** What the data can tell at all. */
  readonly tellability?: Tellability;
}

/** Counts orders one by one, so that a million of them need no more room than their customers' names. */
export interface Tally {
  /** `facts`, sorted by `byPlace`, are kept only while the order is among the worst. */
  add(assessment: Assessment, facts: readonly Fact[]): void;
  result(): OrderTally;
}

const count = <K>(counts: Map<K, number>, key: K): void => {
  counts.set(key, (counts.get(key) ?? 0) + 1);
};

const isHealthy = (verdict: Verdict): boolean => verdict === 'good' || verdict === 'fair';
const isBad = (verdict: Verdict): boolean => verdict === 'poor' || verdict === 'failed';

/** Keeps the first `limit` by `worstFirst`, sorted. */
const createWorst = (limit: number): { offer: Tally['add']; list(): readonly WorstOrder[] } => {
  const kept: WorstOrder[] = [];
  return {
    offer(assessment, facts) {
      if (!assessment.signals.some(({ severity }) => severity > 0)) return;
      const last = kept[kept.length - 1];
      if (kept.length === limit && (last === undefined || worstFirst(assessment, last.assessment) >= 0)) return;
      const index = kept.findIndex((other) => worstFirst(assessment, other.assessment) < 0);
      kept.splice(index === -1 ? kept.length : index, 0, { assessment, facts });
      kept.length = Math.min(kept.length, limit);
    },
    list: () => [...kept],
  };
};

/** Starts a count that keeps the `worst` worst orders with their facts. */
export const createTally = (worst = 10): Tally => {
  let orders = 0;
  let settled = 0;
  let healthyRecordsOnly = 0;
  let first = Infinity;
  let last = -Infinity;
  const verdicts = new Map<Verdict, number>();
  const signals = new Map<SignalName, { orders: number; open: number }>();
  const patterns = new Map<string, number>();
  const unknown = new Map<SignalName, number>();
  const customers = new Set<string>();
  const hurt = new Set<string>();
  const ranking = createWorst(worst);

  const addSignals = (assessment: Assessment): void => {
    for (const { signal, state } of assessment.signals) {
      const found = signals.get(signal) ?? { orders: 0, open: 0 };
      found.orders += 1;
      if (state === 'open') found.open += 1;
      signals.set(signal, found);
    }
  };

  return {
    add(assessment, facts) {
      const { verdict, recordsVerdict, customerId } = assessment;
      orders += 1;
      first = Math.min(first, facts[0]?.at ?? Infinity);
      last = Math.max(last, facts[facts.length - 1]?.at ?? -Infinity);
      if (assessment.settled) settled += 1;
      if (isBad(verdict) && isHealthy(recordsVerdict)) healthyRecordsOnly += 1;
      count(verdicts, verdict);
      addSignals(assessment);
      for (const { pattern } of assessment.patterns) count(patterns, pattern);
      for (const signal of assessment.unknown) count(unknown, signal);
      if (customerId !== null) {
        customers.add(customerId);
        if (assessment.signals.some(({ severity }) => severity >= HURTS_FROM)) hurt.add(customerId);
      }
      ranking.offer(assessment, facts);
    },
    result: () => ({
      range: first <= last ? { first, last } : null,
      orders, settled, verdicts, healthyRecordsOnly, signals, patterns, unknown,
      customers: customers.size, customersHurt: hurt.size, worst: ranking.list(),
    }),
  };
};
