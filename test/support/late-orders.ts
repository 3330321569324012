import { withoutRepeats } from './derived.js';
import { fact, on, promised } from './facts.js';
import { factBytes, LANE, type LaneUnderTest } from './lane-under-test.js';

/** Orders with a promise, and what a lane says of those that it was not kept to. */

export const placed = (orderId: string, due: string): string => factBytes(orderId, fact('order.placed', '05-01 08:00', { promisedDelivery: promised(due) }));
export const opened = (lane: LaneUnderTest) => withoutRepeats(lane.logs.written('cx.events', LANE)).filter((e) => e.type === 'signal.opened');
/** Every order's `late_delivery` as it was opened: order and instant. */
export const late = (lane: LaneUnderTest): string[] => opened(lane).filter((e) => e.signal === 'late_delivery').map((e) => `${e.orderId} ${String(e.opensAt)}`);
export const at = (text: string): string => new Date(on(text)).toISOString();
