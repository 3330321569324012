import type { MeasureRow } from '../../contracts/measures.js';
import type { Place, PlaceKey } from '../../contracts/names.js';
import type { Fact } from '../fact.js';
import type { Case } from '../signals/rule.js';
import { contribution, contributionOfOrderless, measuredOrder, type Listed } from './contribution.js';
import { createCustomerTally, customerPart, type CustomerPart, type CustomerTally } from './customers.js';
import type { RowContext } from './family.js';
import { isOfPair, OTHER_PAIR } from './feedback.js';
import { countsBy, createTally, OTHER, type Amount, type Contribution, type Tally } from './quantities.js';
import { rowsOf, scoped, type Scope } from './rows.js';

export interface GatherOptions extends RowContext {
  /** The place keys whose values are measured on their own. */
  readonly by: readonly PlaceKey[];
  /** Values kept apart per key, and pairs of touchpoint and task; whatever comes after so many goes under `other`. */
  readonly mostValues: number;
}

/** Measures over whole orders, each added once. */
export interface Gathered {
  add(order: Case, listed: Listed): void;
  /** An event without order. */
  addOrderless(fact: Fact): void;
  /** All rows: first the whole, then by key and value, sorted. */
  rows(): MeasureRow[];
}

interface Group {
  readonly tally: Tally;
  readonly customers: CustomerTally;
}

const createGroup = (): Group => ({ tally: createTally(), customers: createCustomerTally() });

export function gather({ by, mostValues, ...context }: GatherOptions): Gathered {
  const whole = createGroup();
  const parts = by.map((key) => ({ key, kept: keepMost(mostValues), values: new Map<string, Group>() }));
  const keptPair = keepMost(mostValues);
  const groupsOf = (place: Place): Group[] => {
    const groups = [whole];
    for (const { key, kept, values } of parts) {
      const value = place[key];
      if (value !== undefined) groups.push(groupIn(values, kept(value) ? value : OTHER));
    }
    return groups;
  };
  const nameOf = (amount: Amount): string => (!isOfPair(amount) || keptPair(amount.of) ? amount.of : OTHER_PAIR);
  const take = ({ place, amounts }: Contribution, time: number, customer: CustomerPart | null): void => {
    if (amounts.length === 0) return;
    for (const { tally, customers } of groupsOf(place)) {
      for (const amount of amounts) if (countsBy(time, amount)) tally.add(amount.quantity, nameOf(amount), amount.amount);
      if (customer !== null) customers.add(customer);
    }
  };
  return {
    add(order, listed) {
      const measured = measuredOrder(order, listed);
      take(contribution(order, listed), order.at, measured === null ? null : customerPart(measured));
    },
    addOrderless(fact) {
      const answer = contributionOfOrderless(fact);
      if (answer !== null) take(answer, Infinity, null);
    },
    rows: () => [
      ...groupRows(whole, context, { window: 'all' }),
      ...parts.flatMap(({ key, values }) => [...values].sort(([a], [b]) => (a < b ? -1 : 1))
        .flatMap(([value, group]) => groupRows(group, context, { window: 'all', by: { [key]: value } }))),
    ],
  };
}

/** Says of a name whether it is one of the first so many. */
function keepMost(most: number): (name: string) => boolean {
  const kept = new Set<string>();
  return (name) => kept.has(name) || (kept.size < most && kept.add(name).has(name));
}

function groupIn(values: Map<string, Group>, value: string): Group {
  let group = values.get(value);
  if (group === undefined) values.set(value, (group = createGroup()));
  return group;
}

const groupRows = ({ tally, customers }: Group, context: RowContext, scope: Scope): MeasureRow[] =>
  [...rowsOf(tally, context, scope), ...customers.rows().map((row) => scoped(row, scope))];
