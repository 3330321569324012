import { type AlertDigest, MOST_CAUSES, MOST_NAMED } from '../../contracts/alert-digest.js';
import { createTally, isBefore, rankOf } from '../alert-order.js';
import { nameUuid } from '../name-uuid.js';
import type { SinkAlert } from './sink-alert.js';

/** An alert that waits for a digest. */
export interface Held {
  /** As it stands by now. */
  readonly alert: SinkAlert;
  /** When the change was made that is held back; RFC 3339. Later ones put nothing off. */
  readonly since: string;
  /** It has ended since. */
  readonly hasEnded: boolean;
}

/** What a team is told of alerts that were held back, at least one. The same alerts make the same digest. */
export function digestOf(team: string | null, held: readonly Held[], worklist: string): AlertDigest {
  const open = held.filter(({ hasEnded }) => !hasEnded).map(({ alert }) => alert).sort(byUrgency);
  const made = held.map(({ since }) => since).sort();
  const contents = held.map(({ alert, hasEnded }) => `${alert.id}${hasEnded ? ' ended' : ''}`).sort();
  return {
    id: nameUuid(`digest:${team ?? ''}:${contents.join()}`), type: 'alert.digest', team,
    from: made[0] ?? '', until: made.at(-1) ?? '',
    total: held.length, ended: held.length - open.length,
    bySeverity: { critical: open.filter(({ severity }) => severity === 'critical').length, warning: open.filter(({ severity }) => severity === 'warning').length },
    causeGroups: commonest(open),
    actBy: open.flatMap(({ actBy }) => actBy ?? []).sort()[0] ?? null,
    alerts: open.slice(0, MOST_NAMED).map(({ alertId, orderId, severity, headline, actBy, causeGroup }) => ({ alertId, orderId, severity, headline, actBy, causeGroup })),
    worklist,
  };
}

/** The order of the worklist. */
const byUrgency = (a: SinkAlert, b: SinkAlert): number => (isBefore(rankOf({ ...a, id: a.alertId }), rankOf({ ...b, id: b.alertId })) ? -1 : 1);

function commonest(alerts: readonly SinkAlert[]): AlertDigest['causeGroups'] {
  const causes = createTally();
  for (const { causeGroup } of alerts) causes.add(causeGroup);
  return causes.most(MOST_CAUSES).map(([causeGroup, count]) => ({ causeGroup, alerts: count }));
}
