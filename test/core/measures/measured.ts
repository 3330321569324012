import { COVERABLE_SOURCES, type PlaceKey } from '../../../src/contracts/names.js';
import type { MeasureRow } from '../../../src/contracts/measures.js';
import { assess, openCase } from '../../../src/core/assess.js';
import type { Fact } from '../../../src/core/fact.js';
import { createJourney, place } from '../../../src/core/journey.js';
import { contribute } from '../../../src/core/measures/contribution.js';
import { gather, type Gathered } from '../../../src/core/measures/gather.js';
import type { Amount, Contribution } from '../../../src/core/measures/quantities.js';
import { DEFAULT_RULES, type AssessmentContext } from '../../../src/core/rules.js';

export const CONTEXT: AssessmentContext = { rules: DEFAULT_RULES, covered: new Set(COVERABLE_SOURCES) };
const PATTERNS = DEFAULT_RULES.patterns.map(({ pattern }) => pattern);

function journeyOf(orderId: string, facts: readonly Fact[]) {
  const journey = createJourney(orderId);
  for (const fact of facts) place(journey, fact);
  return journey;
}

/** What an order of these facts adds at a time reached. */
export function contributed(facts: readonly Fact[], at: number, context = CONTEXT): Contribution {
  const journey = journeyOf('order-1', facts);
  const order = openCase(journey, at, context);
  const amounts: Amount[] = [];
  contribute(order, assess(journey, at, context), (quantity, counted, amount = 1, of = '') => { amounts.push({ quantity, of, at: counted, amount }); });
  return { place: order.place, amounts };
}

interface Circumstances {
  readonly at: number;
  readonly by?: readonly PlaceKey[];
  readonly mostValues?: number;
  readonly context?: AssessmentContext;
  readonly orderless?: readonly Fact[];
}

/** All rows of these orders, each a list of facts. */
export function measured(orders: readonly (readonly Fact[])[], { at, by = [], mostValues = 100, context = CONTEXT, orderless = [] }: Circumstances): MeasureRow[] {
  const measures: Gathered = gather({ by, mostValues, customers: true, patterns: PATTERNS });
  orders.forEach((facts, i) => {
    const journey = journeyOf(`order-${i}`, facts);
    measures.add(openCase(journey, at, context), assess(journey, at, context));
  });
  for (const fact of orderless) measures.addOrderless(fact);
  return measures.rows();
}

/** The one row with these labels, without them; rows by place only where `by` is asked for. */
export function rowOf(rows: readonly MeasureRow[], labels: Partial<MeasureRow>): Partial<MeasureRow> {
  const wanted = { by: undefined, touchpoint: undefined, task: undefined, ...labels };
  const found = rows.filter((row) => Object.entries(wanted).every(([name, value]) => JSON.stringify(row[name as keyof MeasureRow]) === JSON.stringify(value)));
  if (found.length !== 1) throw new Error(`${found.length} rows with ${JSON.stringify(labels)}`);
  return Object.fromEntries(Object.entries(found[0]!).filter(([name]) => !(name in labels) && name !== 'window' && name !== 'unit'));
}
