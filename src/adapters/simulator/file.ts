import type { SimulatedEvent } from './arrivals.js';
import { createShop } from './shop.js';
import { DAY } from './world.js';

export interface FileOptions {
  readonly seed: string;
  /** When the shop opens; ms since the epoch. */
  readonly start: number;
  readonly orders: number;
  /** On average. Default 120: 5,000 orders are six weeks. */
  readonly ordersPerDay?: number;
  /** Default: half as many as orders, at least 50. */
  readonly customers?: number;
}

/** Every event of so many orders in order of arrival, in real-life times; holds no more than what is under way. */
export function* simulateOrders(options: FileOptions): Generator<SimulatedEvent, void> {
  const { seed, start, orders, ordersPerDay = 120, customers = Math.max(50, Math.ceil(orders / 2)) } = options;
  const shop = createShop({ seed, start, orders, ordersPerDay, customers, speed: 1 });
  for (let until = start + DAY; shop.placed < orders; until += DAY) yield* shop.next(until);
  yield* shop.next(Infinity);
}

/** The same as NDJSON, a line with its newline at a time. */
export function* simulateNdjson(options: FileOptions): Generator<string, void> {
  for (const { event } of simulateOrders(options)) yield `${JSON.stringify(event)}\n`;
}
