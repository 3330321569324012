import type { FactOf, SourceType } from '../fact.js';
import type { History } from '../timeline/history.js';
import { evidenceOf, instancesOf, instantText, type SignalRule } from './rule.js';

/**
 * Somebody who looked says that a step was not done, or done poorly, which the records say was done at or before the
 * audit. Stays open (rulings 25, 59).
 *
 * Example: `delivery.completed` on the 11th, and the audit of the 12th found the parcel still in the van: open since the
 * audit.
 */
export const recordedNotDone: SignalRule = {
  signal: 'recorded_not_done', area: 'audit', stage: 'OWN',

  judge({ history }) {
    const { audits } = history;
    if (audits.length === 0) return null;
    const recordedAt = firstRecords(history);
    const denied: FactOf<'audit.recorded'>[] = [];
    for (const audit of audits) {
      const recorded = recordedAt.get(audit.body.step);
      if (audit.body.observed !== 'done' && recorded !== undefined && recorded <= audit.at) denied.push(audit);
    }
    const [first] = denied;
    if (first === undefined) return null;
    return {
      opensAt: first.at,
      closedAt: null,
      detail: instancesOf(denied, ({ at, body }) => ({ at: instantText(at), step: body.step, observed: body.observed })),
      evidence: evidenceOf(denied),
    };
  },
};

/** When each kind of step was first recorded. */
function firstRecords({ facts }: History): Map<SourceType, number> {
  const first = new Map<SourceType, number>();
  for (const { type, at } of facts) first.set(type, Math.min(first.get(type) ?? Infinity, at));
  return first;
}
