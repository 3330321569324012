import { topicOf } from '../../contracts/sources.js';
import { createArrivals, type Arrivals, type SimulatedEvent } from './arrivals.js';
import { createCalendar, type Calendar } from './calendar.js';
import type { PlannedEvent } from './draft.js';
import { tellDay } from './elsewhere.js';
import type { Setting } from './placing.js';
import { createRandom, type Random } from './random.js';
import { tellStory } from './story.js';
import { createTroubles } from './trouble.js';
import { BUSIEST, DAY, demandAt, HOUR, MINUTE } from './world.js';

export interface ShopOptions {
  /** The same seed and start give the same events. */
  readonly seed: string;
  /** When it opens; ms of the wall clock. */
  readonly start: number;
  /** On average, per day of the shop's own time. */
  readonly ordersPerDay: number;
  /** How many times faster than the wall clock the shop lives; 1: real life. */
  readonly speed: number;
  /** Starts every order id; shops that feed one log need different ones. Default `so`. */
  readonly orderPrefix?: string;
  /** After so many orders none is placed any more; those under way go on. Default: no end. */
  readonly orders?: number;
  /** Orders come at any hour alike; default: as people shop, little at night and most in the evening. */
  readonly roundTheClock?: boolean;
  /** Size of the town. Default 2,000. */
  readonly customers?: number;
}

export interface Shop {
  /** Everything that arrives up to and including `until` (ms of the wall clock) and was not given out yet, in order of arrival. */
  next(until: number): SimulatedEvent[];
  /** Orders placed so far. */
  readonly placed: number;
  /** Events under way. */
  readonly pending: number;
}

const LATE = 0.015;
const TWICE = 0.01;

/** Puts an event on its way: mostly at once, sometimes hours late, sometimes twice. */
const forward = (arrivals: Arrivals, calendar: Calendar, random: Random, planned: PlannedEvent): void => {
  const topic = topicOf(planned.body.type);
  if (topic === null) throw new Error(`the simulator tells of ${planned.body.type}, which is no source event`);
  const happened = calendar.wall(planned.at);
  const lateness = random.chance(LATE) ? random.between(20 * MINUTE, 20 * HOUR) : 0;
  const at = Math.max(happened, calendar.wall(planned.at + lateness)) + random.int(20, 600);
  const event: SimulatedEvent = { topic, key: planned.body.orderId ?? null, event: planned.body, at };
  arrivals.put(event);
  if (random.chance(TWICE)) arrivals.put({ ...event, at: at + random.int(100, 20_000) });
};

/**
 * A shop that sells, ships, bills, apologises and is judged for it. Nothing in it depends on anything but its options,
 * and no event arrives before it happened.
 */
export const createShop = (options: ShopOptions): Shop => {
  const { seed, start, ordersPerDay, speed, orderPrefix = 'so', orders = Infinity, customers = 2_000, roundTheClock = false } = options;
  if (!(ordersPerDay > 0) || !(speed > 0)) throw new RangeError('ordersPerDay and speed must be above 0');
  const setting: Setting = { calendar: createCalendar(start, speed), troubles: createTroubles(seed), customers };
  const random = createRandom(seed);
  const demand = random.fork('demand');
  const arrivals = createArrivals();
  let placed = 0;
  let day = Math.floor(start / DAY);

  // Thinning: candidates come at the rate of the busiest hour, and are kept as often as the hour is busy.
  const nextPlacing = (after: number): number => {
    if (roundTheClock) return after + (-Math.log(1 - demand.next()) * DAY) / ordersPerDay;
    for (let at = after; ;) {
      at += (-Math.log(1 - demand.next()) * DAY) / (ordersPerDay * BUSIEST);
      if (demand.chance(demandAt(at) / BUSIEST)) return at;
    }
  };
  let nextAt = nextPlacing(start);

  const placeOne = (): void => {
    placed += 1;
    const own = random.fork(`order/${placed}`);
    const orderId = `${orderPrefix}-${String(100_000 + placed)}`;
    for (const planned of tellStory(setting, own, orderId, nextAt)) forward(arrivals, setting.calendar, own, planned);
    nextAt = nextPlacing(nextAt);
  };
  const beginDay = (): void => {
    const own = random.fork(`day/${day}`);
    for (const planned of tellDay(setting.calendar, setting.troubles, own, day, customers)) {
      if (planned.at >= start) forward(arrivals, setting.calendar, own, planned);
    }
    day += 1;
  };
  const liveUntil = (shopTime: number): void => {
    while (placed < orders) {
      if (day * DAY <= Math.min(nextAt, shopTime)) beginDay();
      else if (nextAt <= shopTime) placeOne();
      else return;
    }
  };

  return {
    next(until) {
      if (until === Infinity && orders === Infinity) throw new RangeError('a shop without end has no last event: give an instant');
      liveUntil(setting.calendar.shopTime(until));
      const found: SimulatedEvent[] = [];
      for (let event = arrivals.take(until); event !== null; event = arrivals.take(until)) found.push(event);
      return found;
    },
    get placed() {
      return placed;
    },
    get pending() {
      return arrivals.size;
    },
  };
};
