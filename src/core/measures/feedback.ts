import type { FactOf } from '../fact.js';
import { rate as ratingOf } from '../feedback.js';
import { rate, type Row } from './family.js';
import { OTHER, type Add, type Amount, type Quantity, type Sums } from './quantities.js';

/**
 * Every answer to a survey counts when it was given, with or without order, of cancelled and of never placed ones too; one
 * row over all, and one per occurring pair of `touchpoint` and `task` (rulings 58, 80).
 * - `nps`: 100 (p - d), with p the share of promoters (9 and 10), d of detractors (up to 6), in points (Reichheld: "The one
 *   number you need to grow", HBR 12/2003). `standardError` = 100 sqrt((p + d - (p - d)^2) / n), that of a mean of answers
 *   worth 1, 0 and -1.
 * - `csat`, `ces`: share of good answers, by where the score lies on its scale (CES: Dixon, Freeman, Toman: "Stop trying to
 *   delight your customers", HBR 7/2010).
 */
export function countFeedback({ at, body }: FactOf<'feedback.received'>, add: Add): void {
  const { metric, touchpoint, task } = body;
  const rating = ratingOf(body);
  const good = rating === 'good';
  const poor = metric === 'nps' && (rating === 'poor' || rating === 'grave');
  for (const of of touchpoint === null && task === null ? [OVERALL] : [OVERALL, pairName(touchpoint, task)]) {
    add(`${metric}.answers`, at, 1, of);
    if (good) add(`${metric}.good`, at, 1, of);
    if (poor) add('nps.poor', at, 1, of);
  }
}

const OVERALL = '';

/** Quantities of answers are kept by pair. */
const BY_PAIR: ReadonlySet<Quantity> = new Set<Quantity>(['nps.answers', 'nps.good', 'nps.poor', 'csat.answers', 'csat.good', 'ces.answers', 'ces.good']);

/** Is the sum of a pair of touchpoint and task, of which senders may make up any number? */
export const isOfPair = ({ quantity, of }: Pick<Amount, 'quantity' | 'of'>): boolean => of !== OVERALL && BY_PAIR.has(quantity);

/** A pair as text that sorts and reads back. */
const pairName = (touchpoint: string | null, task: string | null): string => JSON.stringify([touchpoint, task]);

/** Stands for the pairs beyond the number kept apart. */
export const OTHER_PAIR = pairName(OTHER, OTHER);

function labelsOf(pair: string): { readonly touchpoint?: string; readonly task?: string } {
  if (pair === OVERALL) return {};
  const [touchpoint, task] = JSON.parse(pair) as [string | null, string | null];
  return { ...(touchpoint === null ? {} : { touchpoint }), ...(task === null ? {} : { task }) };
}

export function feedbackRows(sums: Sums): Row[] {
  return [
    ...pairsIn(sums, 'nps').map((pair) => npsRow(sums, pair)),
    ...(['csat', 'ces'] as const).flatMap((metric) => pairsIn(sums, metric).map((pair) =>
      rate(metric, sums.each(`${metric}.good`).get(pair) ?? 0, sums.each(`${metric}.answers`).get(pair) ?? 0, labelsOf(pair)))),
  ];
}

/** The row over all comes first, and always; of the pairs those that have an answer. */
function pairsIn(sums: Sums, metric: 'nps' | 'csat' | 'ces'): string[] {
  const pairs = [...sums.each(`${metric}.answers`)].filter(([pair, n]) => pair !== OVERALL && n > 0).map(([pair]) => pair);
  return [OVERALL, ...pairs.sort()];
}

function npsRow(sums: Sums, pair: string): Row {
  const n = sums.each('nps.answers').get(pair) ?? 0;
  const good = sums.each('nps.good').get(pair) ?? 0;
  const poor = sums.each('nps.poor').get(pair) ?? 0;
  if (n === 0) return { measure: 'nps', value: null, denominator: 0, standardError: null, unit: 'points', ...labelsOf(pair) };
  const score = (good - poor) / n;
  return {
    measure: 'nps', value: 100 * score, numerator: good - poor, denominator: n,
    standardError: 100 * Math.sqrt(Math.max(0, (good + poor) / n - score ** 2) / n), unit: 'points', ...labelsOf(pair),
  };
}
