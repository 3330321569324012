import { expect } from '@jest/globals';
import { OPEN_ALERT } from '../../src/core/index-keys.js';
import { alertIdOf } from '../../src/pipeline/alert-id.js';
import type { AlertHandlingStore, Closure } from '../../src/pipeline/alert-handling.js';
import { withoutRepeats } from './derived.js';
import { LANE } from './lane-under-test.js';
import { createVerifiedLane, type Event, type VerifiedLane } from './verified-lane.js';

/** Orders whose alerts end in a lane, other than by what happens to them. */

export const DAY = 86_400_000;
export const at = (days: number): string => new Date(Date.UTC(2026, 0, 5) + days * DAY).toISOString();
export const event = (type: string, orderId: string, days: number, more: object = {}): Event => ({ id: `${type}-${orderId}-${String(days)}`, type, orderId, occurredAt: at(days), ...more });
export const placed = (orderId: string): Event => event('order.placed', orderId, 0, { customerId: 'c-1', lines: [{ lineId: '1', sku: 's', quantity: 1 }], promisedDeliveryAt: at(1), totalMinor: 100, currency: 'EUR' });
/** Nothing that matters. */
export const note = (orderId: string, days: number): Event => event('notification.sent', orderId, days, { notificationId: 'n', channel: 'mail', about: 'other' });
export const damaged = (orderId: string, days: number): Event => event('delivery.exception', orderId, days, { code: 'damaged' });
export const delivered = (orderId: string, days: number): Event => event('delivery.completed', orderId, days, { lines: [{ lineId: '1', sku: 's', quantity: 1 }] });
export const clock = (days: number): Event => event('audit.recorded', 'clock', days, { auditId: `a${String(days)}`, step: 'order.placed', observed: 'done' });
/** When a person closes alerts in these tests. */
export const CLOSED_AT = Date.UTC(2026, 11, 30);
const closure: Closure = { at: CLOSED_AT, by: 'Ina', note: null, outcome: 'done', severity: 'warning', patterns: ['silent_change', 'missed_promise', 'grave_signal'] };
/** Closes the alert of an order that did not come. */
export const close = (handling: AlertHandlingStore, orderId: string, episode = 1) => handling.close({ lane: LANE, orderId, alertId: alertIdOf(orderId, episode) }, closure);

export interface Said {
  readonly id: string;
  readonly type: string;
  readonly orderId: string;
  readonly episode: number;
  readonly reason?: string;
  readonly patterns: readonly string[];
  readonly occurredAt: string;
  readonly sequence: number;
}
type Under = Pick<VerifiedLane, 'under'>;
export const alertsOf = ({ under: { logs } }: Under, orderId: string): readonly Said[] => (withoutRepeats(logs.written('cx.alerts', LANE)) as unknown as Said[]).filter((said) => said.orderId === orderId);
export const told = (lane: Under, orderId: string): string[] => alertsOf(lane, orderId).map(({ type, episode, reason }) => `${type} ${String(episode)}${reason === undefined ? '' : ` ${reason}`}`);
export const openOrders = async ({ under: { store } }: VerifiedLane): Promise<readonly string[]> => (await store.list(OPEN_ALERT, null, 100)).orderIds;

/** Works until no closure waits, and all is read and said. */
export const workOn = ({ under, decode }: Under & Partial<Pick<VerifiedLane, 'decode'>>, handling: AlertHandlingStore): Promise<boolean> =>
  under.live({ parts: { handling, ...(decode === undefined ? {} : { decode }) } });
export async function expectSound(lane: VerifiedLane): Promise<void> {
  expect([lane.under.failures, lane.under.halts, lane.under.strays, lane.under.unassessed]).toEqual([[], [], [], []]);
  expect((await lane.verify()).found).toEqual([]);
}
export async function rebuild({ under: { store: { halts } } }: Under): Promise<void> {
  const [lane] = await halts.lanes();
  expect(await halts.decide(LANE, lane?.halt ?? null, { kind: 'rebuild', acceptLoss: false })).toBe(true);
}

/** Two orders that did not come, in a lane that has come to know it. */
export async function twoLate(options: Parameters<typeof createVerifiedLane>[0] = {}): Promise<VerifiedLane> {
  const lane = createVerifiedLane(options);
  for (const each of [placed('a'), placed('b'), clock(3)]) lane.append(each);
  await lane.work();
  expect(await openOrders(lane)).toEqual(['a', 'b']);
  return lane;
}
