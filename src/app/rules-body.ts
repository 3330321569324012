import type { RulesBody } from '../contracts/rules.js';
import type { ActBy } from '../core/alert-rules.js';
import { instantText } from '../core/instant-text.js';
import type { InForce } from './rulebook.js';

/** The rules in force, as `GET /v1/rules` tells them. */
export function rulesBodyOf({ catalogue: { rules, covered, alerts }, since }: InForce): RulesBody {
  const { version, patterns, lateStepsMs, severities, ...thresholds } = rules;
  return {
    version, since: instantText(since), covered: [...covered],
    rules: {
      ...thresholds, lateStepsMs: [...lateStepsMs], severities: { ...severities },
      patterns: patterns.map(({ pattern, severity, when }) => ({ pattern, severity, when: when.kind === 'signals' ? { ...when, allOf: when.allOf.map((group) => [...group]) } : when })),
    },
    alerts: {
      maxAgeMs: alerts.maxAgeMs, expireAfterMs: alerts.expireAfterMs, defaultOwner: alerts.defaultOwner, owners: [...alerts.owners], actions: { ...alerts.actions },
      actBy: Object.fromEntries(Object.entries(alerts.actBy).map(([pattern, rule]) => [pattern, actByBody(rule)])),
    },
  };
}

const actByBody = (rule: ActBy): RulesBody['alerts']['actBy'][string] =>
  (rule.kind === 'never' ? { withinMs: null, while: 'any', reason: rule.reason } : { withinMs: rule.ms, while: rule.while, reason: rule.reason });
