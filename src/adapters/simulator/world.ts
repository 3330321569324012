import type { Random } from './random.js';

/** What the shop is made of: who stores, who carries, what is sold, and how far each can be relied upon. */

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export interface Warehouse {
  readonly location: string;
  readonly team: string;
  readonly share: number;
  /** Chance that an order is picked a day or more too slowly. */
  readonly slow: number;
  /** Chance that a line leaves with a wrong quantity or as something else. */
  readonly mispick: number;
}

export interface Carrier {
  readonly carrier: string;
  readonly share: number;
  readonly late: number;
  /** Chance that nobody is met at the door. */
  readonly missed: number;
  readonly damaged: number;
  readonly lost: number;
}

export interface Product {
  readonly sku: string;
  readonly priceMinor: number;
  /** Sold by weight: quantities are kilograms with a fraction. */
  readonly weighed: boolean;
  readonly substitute: string;
}

export const WAREHOUSES: readonly [Warehouse, ...Warehouse[]] = [
  { location: 'dc-north', team: 'north-floor', share: 45, slow: 0.008, mispick: 0.006 },
  { location: 'dc-south', team: 'south-floor', share: 35, slow: 0.016, mispick: 0.01 },
  { location: 'dc-harbour', team: 'harbour-floor', share: 20, slow: 0.06, mispick: 0.03 },
];

export const CARRIERS: readonly [Carrier, ...Carrier[]] = [
  { carrier: 'meridian', share: 40, late: 0.02, missed: 0.012, damaged: 0.002, lost: 0.0008 },
  { carrier: 'bluebird', share: 30, late: 0.03, missed: 0.02, damaged: 0.003, lost: 0.001 },
  { carrier: 'cargo-mule', share: 18, late: 0.055, missed: 0.018, damaged: 0.009, lost: 0.002 },
  { carrier: 'lastmile-24', share: 12, late: 0.14, missed: 0.07, damaged: 0.006, lost: 0.006 },
];

interface Choice {
  readonly name: string;
  readonly share: number;
}
export const REGIONS: readonly [Choice, ...Choice[]] = [
  { name: 'coast', share: 40 }, { name: 'valley', share: 30 }, { name: 'highlands', share: 12 }, { name: 'islands', share: 6 },
  { name: 'city', share: 45 },
];
export const CHANNELS: readonly [Choice, ...Choice[]] = [
  { name: 'web', share: 50 }, { name: 'app', share: 38 }, { name: 'phone', share: 7 }, { name: 'shop', share: 5 },
];
/** Kinds of trouble that the IT log knows, by the system that fails. */
export const SYSTEMS: readonly [string, ...string[]] = ['checkout', 'warehouse-control', 'invoicing', 'mailer', 'tracking'];
/** Zones of orders whose promise is a date; null: the shop's own. */
export const ZONES: readonly [string | null, ...(string | null)[]] = [null, null, 'Europe/Berlin', 'Europe/Lisbon', 'America/Sao_Paulo'];

const CATALOGUE_SIZE = 240;

const product = (number: number): Product => ({
  sku: `sku-${String(number).padStart(3, '0')}`,
  priceMinor: 350 + ((number * 7919) % 97) * 125,
  weighed: number % 17 === 0,
  substitute: `sku-${String(((number + 40) % CATALOGUE_SIZE) + 1).padStart(3, '0')}`,
});

/** Few articles sell often. */
export const anyProduct = (random: Random): Product => product(random.rank(CATALOGUE_SIZE) + 1);

/** A customer of a town of `size`; the same few come back again and again. */
export const anyCustomer = (random: Random, size: number): string => `c-${String(random.rank(size) + 1).padStart(6, '0')}`;

/** How busy an hour of the day is, 1 on average: quiet nights, a peak in the evening. */
export const HOURLY: readonly number[] = [
  0.3, 0.2, 0.1, 0.1, 0.1, 0.2, 0.4, 0.7, 1, 1.2, 1.3, 1.4, 1.5, 1.3, 1.2, 1.2, 1.3, 1.5, 1.8, 2.1, 2.1, 1.6, 1, 0.4,
];
export const BUSIEST = 2.1;

const hourOf = (at: number): number => (((at % DAY) + DAY) % DAY) / HOUR;

/** Demand at an instant against the day's mean. */
export const demandAt = (at: number): number => HOURLY[Math.floor(hourOf(at))] ?? 1;

/** The instant itself if people are at work then, else some time soon after they start. */
export const atWork = (at: number, from: number, to: number, random: Random): number => {
  const hour = hourOf(at);
  if (hour >= from && hour < to) return at;
  const midnight = at - hour * HOUR + (hour < from ? 0 : DAY);
  return midnight + from * HOUR + random.between(0, 3 * HOUR);
};
