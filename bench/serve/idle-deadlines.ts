import { setTimeout as pause } from 'node:timers/promises';
import type { DerivedEvent } from '../../src/contracts/derived.js';
import { writeEvents } from './fill.js';
import { freshName, type Installation } from './installation.js';

/** Long enough for lanes to come to rest after the orders were sent. */
const REST_MS = 8_000;
/** So long the promises pass one after another. */
const SPREAD_MS = 10_000;
/** After the last of them. */
const PATIENCE_MS = 10_000;

/**
 * Sends so many orders whose promised dates pass soon, and nothing else: how long after each date, and the time that stragglers are
 * given (`time.allowedLateness`), a consumer could read that the delivery is late; ms.
 * @param listen hands over who is told of derived events
 * @throws when one isn't told of
 */
export async function sendOrdersFallingDue(installation: Installation, count: number, listen: (listener: (event: DerivedEvent, at: number) => void) => void): Promise<readonly number[]> {
  const { allowedLatenessMs } = installation.config.time;
  const late = new Map<string, number>();
  listen((event, at) => {
    if (event.type === 'signal.opened' && event.signal === 'late_delivery') late.set(event.orderId, at - Date.parse(event.occurredAt) - allowedLatenessMs);
  });
  const name = freshName();
  const now = Date.now();
  const orders = Array.from({ length: count }, (_, n) => ({
    id: `${name}-${n}-placed`, type: 'order.placed', orderId: `${name}-${n}`, occurredAt: new Date(now).toISOString(), customerId: `${name}-c`,
    lines: [{ lineId: '1', sku: 'LAMP', quantity: 1 }], promisedDeliveryAt: new Date(now + REST_MS + (n / count) * SPREAD_MS).toISOString(), totalMinor: 1_000, currency: 'EUR',
  }));
  await writeEvents(installation, orders);
  for (const until = Date.now() + REST_MS + SPREAD_MS + allowedLatenessMs + PATIENCE_MS; late.size < count;) {
    if (Date.now() > until) throw new Error(`of ${count} promises that passed, ${count - late.size} are still not told of`);
    await pause(100);
  }
  return [...late.values()];
}
