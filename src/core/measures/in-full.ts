import type { End, History } from '../timeline/history.js';
import { Delivered, sumByLine } from '../timeline/quantities.js';
import { rate, type MeasureFamily, type MeasuredOrder } from './family.js';
import { dueOf } from './promise-dates.js';
import { quantitiesOf, type Add, type Sums } from './quantities.js';

/**
 * Of delivered orders, at the final delivery (rulings 70-72):
 * - `in_full_rate`: no line short or over and no unapproved substitute, of those of which in full is known.
 * - `on_time_in_full_rate` (OTIF): that, and not after baseline + tolerance, of those that have a baseline too.
 * - `perfect_order_rate`: that, without `billing_error` or `damaged`, put right or not. After SCOR's RL.1.1, perfect order
 *   fulfillment: complete, on time, undamaged, with the right documents; all or nothing for each order.
 * - `unit_fill_rate`: sum of min(delivered, ordered) over lines and orders / sum ordered.
 *
 * `unknown` of each row: the delivered orders (of the middle two: with a baseline) that are left out because a delivery
 * didn't tell what it held.
 */
export const inFull: MeasureFamily = {
  count(measured, add) {
    const { delivered, order } = measured;
    if (delivered === null) return;
    const { inFull: complete } = order.quantities;
    const known = complete !== null;
    add(known ? 'in_full.known' : 'in_full.unknown', delivered.at);
    if (complete) add('in_full', delivered.at);
    if (known) countUnits(order.history, delivered, complete, add);
    countOnTimeInFull(measured, delivered, known, add);
  },

  rows: (sums) => [
    rate('in_full_rate', sums.get('in_full'), sums.get('in_full.known'), { unknown: sums.get('in_full.unknown') }),
    rate('on_time_in_full_rate', sums.get('otif'), sums.get('otif.known'), { unknown: sums.get('otif.unknown') }),
    rate('perfect_order_rate', sums.get('perfect'), sums.get('otif.known'), { unknown: sums.get('otif.unknown') }),
    rate('unit_fill_rate', unitsIn(sums, 'filled'), unitsIn(sums, 'ordered'), { unknown: sums.get('in_full.unknown') }),
  ],
};

function countOnTimeInFull({ order, signals }: MeasuredOrder, { at }: End, known: boolean, add: Add): void {
  const due = dueOf('baseline', order);
  if (due === null) return;
  add(known ? 'otif.known' : 'otif.unknown', at);
  if (order.quantities.inFull !== true || at > due) return;
  add('otif', at);
  if (!signals.some(({ signal }) => signal === 'billing_error' || signal === 'damaged')) add('perfect', at);
}

/** A quantity beyond is taken for this one: a slip of a sender must not drown all others. */
const LARGEST = 1e12;
const MILLION = 1_000_000;

const PARTS = ['units', 'millionths'] as const;
const UNITS = { ordered: quantitiesOf('ordered', PARTS), filled: quantitiesOf('filled', PARTS) };

function countUnits(history: History, end: End, complete: boolean, add: Add): void {
  const wanted = sumByLine(history.ordered?.lines ?? []);
  let ordered = 0;
  for (const quantity of wanted.values()) ordered += quantity;
  addUnits('ordered', ordered, end.at, add);
  addUnits('filled', complete ? ordered : filledOf(wanted, history, end), end.at, add);
}

function filledOf(wanted: ReadonlyMap<string, number>, history: History, end: End): number {
  const delivered = new Delivered(history);
  for (const delivery of history.deliveries) if (delivery.at <= end.at) delivered.add(delivery);
  let filled = 0;
  for (const [lineId, quantity] of wanted) filled += Math.min(quantity, delivered.byLine.get(lineId) ?? 0);
  return filled;
}

/** Quantities may be weights: whole units and millionths, so that sums stay whole numbers. */
function addUnits(what: 'ordered' | 'filled', quantity: number, at: number, add: Add): void {
  const bounded = Math.min(quantity, LARGEST);
  const units = Math.floor(bounded);
  const millionths = Math.round((bounded - units) * MILLION);
  if (units > 0) add(UNITS[what].units, at, units);
  if (millionths > 0) add(UNITS[what].millionths, at, millionths);
}

const unitsIn = (sums: Sums, what: 'ordered' | 'filled'): number => sums.get(UNITS[what].units) + sums.get(UNITS[what].millionths) / MILLION;
