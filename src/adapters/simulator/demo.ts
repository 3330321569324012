import type { SimulatedEvent } from './arrivals.js';
import { createShop } from './shop.js';
import { DAY } from './world.js';

/**
 * The shop a newcomer meets. The same house sells in two ways: parcels, which take days, as told since two weeks ago;
 * and a courier service that promises half a minute to a few minutes, so that promises are kept and broken before the
 * eyes of whoever watches. Deadlines of both are real instants, due by the wall clock.
 */
export interface Demo {
  /** The past days' events up to now, in order of arrival: give these first, at once. */
  history(): SimulatedEvent[];
  /** What arrived since the last call; to be called with the wall clock every now and then, say 5 times a second. */
  next(now: number): SimulatedEvent[];
}

export interface DemoOptions {
  readonly seed: string;
  /** The wall clock at the start; ms. */
  readonly now: number;
  /** Days of history. Default 14. */
  readonly historyDays?: number;
  /** Courier orders a second. Default 1. */
  readonly ordersPerSecond?: number;
  /** Stands in every order id: shops opened at different times that feed one log need different ones. Default: none. */
  readonly label?: string;
}

/** A day of the courier service takes half a minute: what is promised for tomorrow is due in 30 s. */
const COURIER_SPEED = 2_880;
const PARCELS_PER_DAY = 30;
/** The courier has been at work for a while when the curtain rises, so that things come to a head at once. */
const COURIER_OPEN_MS = 5 * 60_000;

const merge = (a: SimulatedEvent[], b: SimulatedEvent[]): SimulatedEvent[] =>
  a.length === 0 ? b : b.length === 0 ? a : [...a, ...b].sort((left, right) => left.at - right.at);

export const createDemo = ({ seed, now, historyDays = 14, ordersPerSecond = 1, label }: DemoOptions): Demo => {
  const prefix = (kind: string): string => (label === undefined ? kind : `${kind}-${label}`);
  const parcels = createShop({
    seed: `${seed}/parcels`, start: now - historyDays * DAY, ordersPerDay: PARCELS_PER_DAY, speed: 1, orderPrefix: prefix('parcel'),
  });
  const courier = createShop({
    seed: `${seed}/courier`, start: now - COURIER_OPEN_MS, ordersPerDay: (ordersPerSecond * DAY) / 1000 / COURIER_SPEED,
    speed: COURIER_SPEED, orderPrefix: prefix('courier'), roundTheClock: true,
  });
  return {
    history: () => merge(parcels.next(now), courier.next(now)),
    next: (until) => merge(parcels.next(until), courier.next(until)),
  };
};
