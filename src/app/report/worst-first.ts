import type { Verdict } from '../../contracts/names.js';
import type { Assessment } from '../../core/assessment.js';

/** What an order is ranked by when the worst come first. */
export type Ranked = Pick<Assessment, 'orderId' | 'verdict' | 'signals'>;

const RANK: Readonly<Record<Verdict, number>> = { failed: 0, poor: 1, fair: 2, good: 3, on_course: 4 };

/** Severities of all signals, put right or not, added up. */
export const severitySum = ({ signals }: Ranked): number => signals.reduce((sum, { severity }) => sum + severity, 0);
const adverseCount = ({ signals }: Ranked): number => signals.reduce((sum, { severity }) => sum + (severity > 0 ? 1 : 0), 0);

/** By verdict, then by the sum of severities, then by the number of adverse signals, then by id; a total order. */
export const worstFirst = (a: Ranked, b: Ranked): number =>
  RANK[a.verdict] - RANK[b.verdict]
  || severitySum(b) - severitySum(a)
  || adverseCount(b) - adverseCount(a)
  || (a.orderId < b.orderId ? -1 : a.orderId > b.orderId ? 1 : 0);
