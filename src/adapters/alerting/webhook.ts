import type { Destination } from '../../pipeline/sinks/destination.js';
import type { SinkAlert } from '../../pipeline/sinks/sink-alert.js';
import { type AlertFilter, isFor } from './alert-filter.js';
import type { GuardedPost } from './guarded-post.js';
import { signedHeaders } from './signature.js';

export interface WebhookOptions {
  readonly to: GuardedPost;
  /** At least one; the first is the newest. */
  readonly keys: readonly Buffer[];
  readonly headers: Readonly<Record<string, string>>;
  readonly filter: AlertFilter;
  /** Whether the receiver is told who the customer is. */
  readonly personal: boolean;
  /** ms since the epoch. */
  readonly now: () => number;
}

/** Each change of an alert as a signed request of its own, and digests of what is beyond a budget. */
export function createWebhook({ to, keys, headers, filter, personal, now }: WebhookOptions): Destination {
  return {
    batch: 1,
    memory: null,
    channel: () => ({
      admit(alert) {
        if (alert.mode === 'backfill') return 'backfill';
        return isFor(filter, alert) || isEndOfTold(alert, filter) ? null : 'filtered';
      },
      recall: () => undefined,
      deliver([alert], signal) {
        if (alert === undefined) return null;
        const body = webhookBody(alert, personal);
        return () => to.post(body, { ...headers, ...signedHeaders(keys, alert.id, now(), body) }, signal);
      },
      repeat: () => [],
    }),
    digest: (digest, signal) => {
      const body = JSON.stringify({ type: digest.type, timestamp: digest.until, data: digest });
      return to.post(body, { ...headers, ...signedHeaders(keys, digest.id, now(), body) }, signal);
    },
    close: () => to.close(),
  };
}

/**
 * The end of an alert names no team any more, and its severity is the last one it had: whoever may have been told of the alert must
 * hear of it. One that nothing changed between beginning and end (revision 1) was never more severe.
 */
const isEndOfTold = (alert: SinkAlert, filter: AlertFilter): boolean =>
  alert.type === 'alert.resolved' && (alert.revision > 1 || isFor({ ...filter, owners: null }, alert));

/** The same for the same alert, however often it is sent. */
export const webhookBody = (alert: SinkAlert, personal: boolean): string =>
  JSON.stringify({ type: alert.type, timestamp: alert.detectedAt, data: personal ? alert : { ...alert, customerId: null } });
