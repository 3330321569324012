import type { DerivedEvent } from '../../src/contracts/derived.js';
import type { LiveLoad } from './live-load.js';

/** What a single event brings about the moment it is read, and the type of that event. Others may wait for a deadline, or for what another source says. */
const AT_ONCE: ReadonlyMap<string, string> = new Map([
  ['cancelled_by_company', 'order.cancelled'], ['damaged', 'delivery.exception'], ['delivery_attempt_failed', 'delivery.attempt_failed'],
  ['notification_failed', 'notification.failed'], ['payment_failed', 'payment.failed'],
]);

/** The types of those events. */
export const CAUSES: ReadonlySet<string> = new Set(AT_ONCE.values());

/** When the event was sent that brought this about at once, ms; null: it is none of those, or the event isn't of this load. */
export function broughtAboutAt(event: DerivedEvent, load: Pick<LiveLoad, 'sentAt'>): number | null {
  if (event.type !== 'signal.opened' || !AT_ONCE.has(event.signal)) return null;
  const sent = event.evidence.map(({ id }) => load.sentAt(id)).filter((at) => at !== undefined);
  return sent.length === 0 ? null : Math.max(...sent);
}
