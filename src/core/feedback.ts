import type { FactBodies } from './fact.js';

type Feedback = FactBodies['feedback.received'];

/** How good an answer is: by share of its scale, worst 0, best 1; `grave` is below a quarter of it (rulings 58, 102). */
export type Rating = 'grave' | 'poor' | 'neutral' | 'good';

/**
 * Rates an answer: NPS by its raw score (poor up to 6, good from 9), CSAT and CES by where the score lies on the scale,
 * whichever end is the better one (poor below 2/5, good above 3/5). Exact for scores with decimals, too.
 */
export function rate(feedback: Feedback): Rating {
  if (feedback.metric === 'nps') return rateNps(feedback.score);
  const scale = powerOfTen(feedback);
  const score = Math.round(feedback.score * scale);
  const min = Math.round(feedback.scaleMin * scale);
  const max = Math.round(feedback.scaleMax * scale);
  const place = feedback.higherIsBetter ? score - min : max - score;
  const span = max - min;
  if (5 * place < 2 * span) return 4 * place < span ? 'grave' : 'poor';
  return 5 * place > 3 * span ? 'good' : 'neutral';
}

function rateNps(score: number): Rating {
  if (score <= 6) return 4 * score < 10 ? 'grave' : 'poor';
  return score >= 9 ? 'good' : 'neutral';
}

/** By what a score and its scale must be multiplied to be whole: 2.2 - 1 isn't 1.2 in binary. */
function powerOfTen({ score, scaleMin, scaleMax }: Feedback): number {
  if (Number.isInteger(score) && Number.isInteger(scaleMin) && Number.isInteger(scaleMax)) return 1;
  return 10 ** Math.min(9, Math.max(decimalsOf(score), decimalsOf(scaleMin), decimalsOf(scaleMax)));
}

function decimalsOf(value: number): number {
  const [, decimals = '', exponent = '0'] = /^-?\d+(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value)) ?? [];
  return Math.max(0, decimals.length - Number(exponent));
}
