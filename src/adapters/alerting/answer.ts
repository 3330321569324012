import type { Answer } from '../../pipeline/sinks/destination.js';

/** Statuses that say nothing about what was sent: other settings, or another moment, and it would be taken. */
const NOT_ABOUT_THE_ALERT = new Map<number, 'unauthorised' | 'not_found' | 'throttled' | 'server_error'>([
  [401, 'unauthorised'], [403, 'unauthorised'], [407, 'unauthorised'], [404, 'not_found'], [410, 'not_found'], [429, 'throttled'],
  [408, 'server_error'], [409, 'server_error'], [425, 'server_error'],
]);

/** What the head of an answer means. @param now ms since the epoch */
export function answerOf(status: number, retryAfter: string | undefined, now: number): Answer {
  if (status >= 200 && status < 300) return { kind: 'taken' };
  const message = `answered with ${status}`;
  const retryAfterMs = retryAfter === undefined ? null : parseRetryAfter(retryAfter, now);
  if (status >= 300 && status < 400) return { kind: 'failed', reason: 'redirected', message: `${message}, to another address: put that one into the configuration`, retryAfterMs };
  const reason = NOT_ABOUT_THE_ALERT.get(status);
  if (reason !== undefined) return { kind: 'failed', reason, message, retryAfterMs };
  return status >= 400 && status < 500 ? { kind: 'refused', reason: 'refused', message, retryAfterMs } : { kind: 'failed', reason: 'server_error', message, retryAfterMs };
}

/** Seconds, or a date; null: neither. */
function parseRetryAfter(text: string, now: number): number | null {
  if (/^\d{1,9}$/.test(text.trim())) return Number(text) * 1_000;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}
