import type { Area, Verdict } from '../contracts/names.js';
import type { PatternState, SignalState } from './assessment.js';
import { matchPatterns, type PatternGround } from './patterns.js';
import type { PatternRule } from './rules.js';

/**
 * The worst that patterns and signals say, open or resolved alike; with no adverse signal an order is good once it has
 * ended, and only on course before (rulings 100).
 */
export function verdictOf(adverse: readonly SignalState[], patterns: readonly PatternState[], ended: boolean): Verdict {
  if (adverse.length === 0) return ended ? 'good' : 'on_course';
  if (patterns.length === 0) return 'fair';
  return patterns.some(({ severity }) => severity === 'critical') ? 'failed' : 'poor';
}

/** What records of service, feedback and audits add is what the other records don't show. */
const isBeyondRecords = (area: Area): boolean => area === 'service' || area === 'feedback' || area === 'audit';

/** The verdict on the same order without everything that customers and auditors said, patterns taken anew (rulings 100). */
export function recordsVerdictOf(ground: PatternGround, catalogue: readonly PatternRule[], verdict: Verdict): Verdict {
  if (!ground.signals.some(({ area }) => isBeyondRecords(area)) && !ground.goods.some(({ area }) => area === 'service')) return verdict;
  const signals = ground.signals.filter(({ area }) => !isBeyondRecords(area));
  const goods = ground.goods.filter(({ area }) => !isBeyondRecords(area));
  return verdictOf(signals, matchPatterns({ signals, goods, changes: ground.changes, ended: ground.ended }, catalogue), ground.ended);
}
