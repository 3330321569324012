import type { FactBodies } from './fact.js';

type Feedback = FactBodies['feedback.received'];

/** How good an answer is: by share of its scale, worst 0, best 1; `grave` is below a quarter of it (rulings 58, 102). */
export type Rating = 'grave' | 'poor' | 'neutral' | 'good';

/**
 * Rates an answer: NPS by its raw score (poor up to 6, good from 9), CSAT and CES by where the score lies on the scale,
 * whichever end is the better one (poor below 2/5, good above 3/5). Exact for scores with decimals, too: 2.2 - 1 isn't 1.2 in binary.
 */
export function rate(feedback: Feedback): Rating {
  if (feedback.metric === 'nps') return rateNps(feedback.score);
  const [score, min, max] = alike(feedback.score, feedback.scaleMin, feedback.scaleMax);
  const place = feedback.higherIsBetter ? score - min : max - score;
  const span = max - min;
  if (5n * place < 2n * span) return 4n * place < span ? 'grave' : 'poor';
  return 5n * place > 3n * span ? 'good' : 'neutral';
}

function rateNps(score: number): Rating {
  if (score <= 6) return 4 * score < 10 ? 'grave' : 'poor';
  return score >= 9 ? 'good' : 'neutral';
}

/** These numbers as they are written in decimal, all multiplied by the power of ten that makes them whole. */
function alike(score: number, min: number, max: number): readonly [bigint, bigint, bigint] {
  const written = [decimalOf(score), decimalOf(min), decimalOf(max)] as const;
  const least = Math.min(0, ...written.map(({ exponent }) => exponent));
  const whole = ({ digits, exponent }: Decimal): bigint => digits * 10n ** BigInt(exponent - least);
  return [whole(written[0]), whole(written[1]), whole(written[2])];
}

/** `digits` times ten to the power of `exponent`. */
interface Decimal {
  readonly digits: bigint;
  readonly exponent: number;
}

function decimalOf(value: number): Decimal {
  if (Number.isSafeInteger(value)) return { digits: BigInt(value), exponent: 0 };
  const [, whole = '0', decimals = '', exponent = '0'] = /^(-?\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value)) ?? [];
  return { digits: BigInt(whole + decimals), exponent: Number(exponent) - decimals.length };
}
