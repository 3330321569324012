import type { Calendar } from './calendar.js';
import { linesAsSold, priceOf, promiseText, tell, type Draft, type DraftLine } from './draft.js';
import { notify } from './notices.js';
import type { Random } from './random.js';
import type { Troubles } from './trouble.js';
import {
  anyCustomer, anyProduct, CARRIERS, CHANNELS, DAY, HOUR, MINUTE, REGIONS, WAREHOUSES, ZONES,
} from './world.js';

export interface Setting {
  readonly calendar: Calendar;
  readonly troubles: Troubles;
  readonly customers: number;
}

/** What was ordered and by when: share of orders, and the promised days from the order on. */
interface Service {
  readonly share: number;
  readonly days: readonly [number, number];
  readonly promised: boolean;
}
const SERVICES: readonly [Service, ...Service[]] = [
  { share: 22, days: [0.9, 1.2], promised: true },
  { share: 68, days: [2, 5], promised: true },
  { share: 7, days: [9, 24], promised: true },
  { share: 3, days: [2, 5], promised: false },
];

const SHIPPING_MINOR = 490;

const quantityOf = (random: Random, weighed: boolean): number => {
  if (weighed) return random.int(3, 40) / 10;
  return random.chance(0.75) ? 1 : random.int(2, 6);
};

const basket = (random: Random): DraftLine[] => {
  const size = random.chance(0.5) ? 1 : random.int(2, 4);
  return Array.from({ length: size }, (_, index) => {
    const product = anyProduct(random);
    return { lineId: String(index + 1), product, quantity: quantityOf(random, product.weighed) };
  });
};

/** One more article, for a customer who adds to the order. */
export const anotherLine = (random: Random, lineId: string): DraftLine => ({ lineId, product: anyProduct(random), quantity: 1 });

export const totalOf = (lines: readonly DraftLine[]): number => priceOf(lines) + SHIPPING_MINOR;

const SOONEST_DAYS = 0.75;

/** A promise to the full hour of an afternoon; one that is a day means its evening. */
const dueAfter = (placedAt: number, days: number, dateOnly: boolean, random: Random): number => {
  const midnight = Math.floor((placedAt + days * DAY) / DAY) * DAY;
  const due = midnight + (dateOnly ? 20 : random.int(12, 20)) * HOUR;
  return due < placedAt + SOONEST_DAYS * DAY ? due + DAY : due;
};

const openDraft = (setting: Setting, random: Random, orderId: string, placedAt: number): Draft => {
  const service = random.weighted(SERVICES);
  const dateOnly = setting.calendar.hasDates && service.days[0] > 1 && random.chance(0.35);
  const lines = basket(random);
  return {
    orderId, random, placedAt, dateOnly, lines,
    calendar: setting.calendar,
    troubles: setting.troubles,
    customerId: anyCustomer(random, setting.customers),
    region: random.weighted(REGIONS).name,
    channel: random.weighted(CHANNELS).name,
    warehouse: random.weighted(WAREHOUSES),
    carrier: random.weighted(CARRIERS),
    zone: dateOnly ? random.pick(ZONES) : null,
    currency: 'EUR',
    dispatchBy: random.chance(0.7) ? placedAt + Math.min(service.days[0] * 0.75, 1.6) * DAY : null,
    events: [],
    promises: service.promised ? [{ at: placedAt, due: dueAfter(placedAt, random.between(...service.days), dateOnly, random) }] : [],
    totalMinor: totalOf(lines),
    paidMinor: 0,
    changedAt: placedAt,
    dispatchedAt: null,
    endedAt: null,
    cancelled: false,
    missing: [],
    harm: 0,
    hurtAt: placedAt,
  };
};

/** Chapter one: a customer orders, and gets a confirmation. */
export const placeOrder = (setting: Setting, random: Random, orderId: string, placedAt: number): Draft => {
  const draft = openDraft(setting, random, orderId, placedAt);
  const due = draft.promises[0]?.due ?? null;
  tell(draft, 'order.placed', placedAt, {
    customerId: draft.customerId,
    lines: linesAsSold(draft.lines),
    promisedDeliveryAt: due === null ? undefined : promiseText(draft, due),
    requestedDeliveryAt: due !== null && random.chance(0.15) ? promiseText(draft, due - random.int(0, 1) * 6 * HOUR) : undefined,
    dispatchBy: draft.dispatchBy === null ? undefined : draft.calendar.instant(draft.dispatchBy),
    timeZone: draft.zone ?? undefined,
    totalMinor: draft.totalMinor,
    currency: draft.currency,
  }, { channel: draft.channel, region: draft.region, location: draft.warehouse.location });
  if (random.chance(0.97)) notify(draft, 'order_confirmation', placedAt + random.between(1, 6) * MINUTE, random.chance(0.8));
  return draft;
};
