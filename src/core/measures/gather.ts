import type { MeasureRow } from '../../contracts/measures.js';
import type { Place, PlaceKey } from '../../contracts/names.js';
import type { Fact } from '../fact.js';
import { getOrInsert } from '../get-or-insert.js';
import type { Case } from '../signals/rule.js';
import { contribute, contributionOfOrderless, type Listed } from './contribution.js';
import { createCustomerTally, customerOrder, type CustomerTally } from './customers.js';
import type { RowContext } from './family.js';
import { isOfPair, OTHER_PAIR } from './feedback.js';
import { countsBy, createTally, OTHER, type Add, type Quantity, type Tally } from './quantities.js';
import { rowsOf, scoped, type Scope } from './rows.js';

export interface GatherOptions extends RowContext {
  /** The place keys whose values are measured on their own. */
  readonly by: readonly PlaceKey[];
  /** Values kept apart per key, and pairs of touchpoint and task; whatever comes after so many goes under `other`. */
  readonly mostValues: number;
  /** Also measure customers, which takes some room for each. */
  readonly customers: boolean;
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
  /** null: customers aren't measured. */
  readonly customers: CustomerTally | null;
}

export function gather({ by, mostValues, customers, ...context }: GatherOptions): Gathered {
  const createGroup = (): Group => ({ tally: createTally(), customers: customers ? createCustomerTally() : null });
  const whole = createGroup();
  const parts = by.map((key) => ({ key, kept: keepMost(mostValues), values: new Map<string, Group>() }));
  const keptPair = keepMost(mostValues);
  const groupsOf = (place: Place): Group[] => {
    const groups = [whole];
    for (const { key, kept, values } of parts) {
      const value = place[key];
      if (value !== undefined) groups.push(getOrInsert(values, kept(value) ? value : OTHER, createGroup));
    }
    return groups;
  };
  const nameOf = (quantity: Quantity, of: string): string => (of === '' || !isOfPair({ quantity, of }) || keptPair(of) ? of : OTHER_PAIR);
  const addTo = (groups: readonly Group[], time: number): Add => (quantity, at, amount = 1, of = '') => {
    if (!countsBy(time, quantity, at)) return;
    const name = nameOf(quantity, of);
    for (const { tally } of groups) tally.add(quantity, name, amount);
  };
  return {
    add(order, listed) {
      const groups = groupsOf(order.place);
      const measured = contribute(order, listed, addTo(groups, order.at));
      const told = !customers || measured === null ? null : customerOrder(measured);
      if (told !== null) for (const group of groups) group.customers?.add(told);
    },
    addOrderless(fact) {
      const answer = contributionOfOrderless(fact);
      if (answer === null) return;
      const add = addTo(groupsOf(answer.place), Infinity);
      for (const { quantity, at, amount, of } of answer.amounts) add(quantity, at, amount, of);
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

const groupRows = ({ tally, customers }: Group, context: RowContext, scope: Scope): MeasureRow[] =>
  [...rowsOf(tally, context, scope), ...(customers?.rows() ?? []).map((row) => scoped(row, scope))];
