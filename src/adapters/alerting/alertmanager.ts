import type { Channel, Destination, PassedOver, Request } from '../../pipeline/sinks/destination.js';
import type { SinkAlert } from '../../pipeline/sinks/sink-alert.js';
import { type AlertFilter, isFor } from './alert-filter.js';
import { firingAlert, type FiringAlert, sameLabels, type ToldBesides } from './alertmanager-alert.js';
import type { GuardedPost } from './guarded-post.js';

export interface AlertmanagerOptions {
  readonly to: GuardedPost;
  readonly headers: Readonly<Record<string, string>>;
  readonly filter: AlertFilter;
  readonly told: ToldBesides;
  /** ms since the epoch. */
  readonly now: () => number;
}

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** Alertmanager forgets what it was sent when it is restarted: open alerts are sent again so often. */
const REPEAT_MS = MINUTE_MS;
/** An alert that is not sent again ends by itself after so long: as long as the workers may be away without seeming to resolve all of them. */
const HOLDS_MS = 60 * MINUTE_MS;
/** An alert that has had nothing new to say for so long is nobody's page any more. */
const RECALL_MS = 14 * DAY_MS;
const BATCH = 100;

/** Where an Alertmanager takes alerts. @param base its address, with the prefix under which it is served */
export const alertsAddress = (base: string): string => `${base.replace(/\/+$/, '')}/api/v2/alerts`;

/** Keeps an Alertmanager told of the alerts that are open. */
export const createAlertmanager = (options: AlertmanagerOptions): Destination => ({
  batch: BATCH,
  memory: { repeatMs: REPEAT_MS, recallMs: RECALL_MS },
  channel: () => createChannel(options),
  // It groups by itself, and has to know all that is open.
  digest: null,
  close: () => options.to.close(),
});

interface Kept extends FiringAlert {
  /** When it was told last; ms since the epoch. */
  readonly at: number;
}

/** What should be firing there and what we know to, of one partition: what is sent is the difference. */
function createChannel({ to, headers, filter, told, now }: AlertmanagerOptions): Channel {
  const wanted = new Map<string, Kept>();
  const sent = new Map<string, Kept>();

  const admit = (alert: SinkAlert): PassedOver | null => {
    const { alertId, type, mode } = alert;
    const before = wanted.get(alertId);
    const passedOver = mode === 'backfill' ? 'backfill' : 'filtered';
    // What is open ends in any case, also where its end is known late.
    if (type === 'alert.resolved' || (mode === 'live' && !isFor(filter, alert))) return wanted.delete(alertId) ? null : passedOver;
    if (mode === 'backfill') return passedOver;
    wanted.set(alertId, { ...firingAlert(alert, before, told), at: Date.parse(alert.detectedAt) });
    return null;
  };
  const settle = (alertId: string): void => {
    const present = wanted.get(alertId);
    if (present === undefined) sent.delete(alertId);
    else sent.set(alertId, present);
  };
  const changesOf = (alertId: string): readonly object[] => {
    const [before, present] = [sent.get(alertId), wanted.get(alertId)];
    const ended = before !== undefined && (present === undefined || !sameLabels(before, present));
    return [...(ended ? [ending(before, now())] : []), ...(present === undefined ? [] : [firing(present, now())])];
  };
  const telling = (alertIds: readonly string[], signal: AbortSignal): Request => async () => {
    const answer = await to.post(JSON.stringify(alertIds.flatMap(changesOf)), headers, signal);
    if (answer.kind === 'taken') alertIds.forEach(settle);
    return answer;
  };

  return {
    admit,
    recall(alert) {
      admit(alert);
      settle(alert.alertId);
    },
    deliver(alerts, signal) {
      const alertIds = [...new Set(alerts.map(({ alertId }) => alertId))];
      return alertIds.some((id) => wanted.has(id) || sent.has(id)) ? telling(alertIds, signal) : null;
    },
    // As they stand by now: an end that was given up, too, while the receiver was away.
    repeat(signal) {
      for (const [alertId, { at }] of sent) {
        if (now() - at <= RECALL_MS) continue;
        wanted.delete(alertId);
        sent.delete(alertId);
      }
      const open = [...sent.keys()];
      return Array.from({ length: Math.ceil(open.length / BATCH) }, (_, i) => telling(open.slice(i * BATCH, (i + 1) * BATCH), signal));
    },
  };
}

const firing = (alert: Kept, now: number): object => ({ ...bare(alert), endsAt: new Date(now + HOLDS_MS).toISOString() });

/** Ends now, and not before it began, whosever clock that was. */
const ending = (alert: Kept, now: number): object => ({ ...bare(alert), endsAt: new Date(Math.max(now, Date.parse(alert.startsAt) + 1)).toISOString() });

const bare = ({ at: _, ...alert }: Kept): FiringAlert => alert;
