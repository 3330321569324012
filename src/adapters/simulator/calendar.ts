/**
 * The shop lives in its own time; the calendar says when that is on the wall clock. At speed 1 both are the same; at
 * 2,880 a day of the shop takes 30 s, and so does a promise of one day.
 */
export interface Calendar {
  /** Ms of the wall clock for ms of the shop's time. */
  wall(shopTime: number): number;
  /** The shop's time for ms of the wall clock. */
  shopTime(wall: number): number;
  /** RFC 3339 in UTC. */
  instant(shopTime: number): string;
  /** A promise as text: the instant, or its day in the zone (null: UTC). */
  promise(shopTime: number, dateOnly: boolean, zone: string | null): string;
  /** A date a few real days beside the right one, whatever the speed: a system that reads the wrong field. */
  wrongPromise(shopTime: number, days: number): string;
  /** A date-only promise means a real day, so it makes sense at speed 1 only. */
  readonly hasDates: boolean;
}

const REAL_DAY = 86_400_000;

const dayFormats = new Map<string, Intl.DateTimeFormat>();
const dayIn = (zone: string, instant: number): string => {
  let format = dayFormats.get(zone);
  if (format === undefined) {
    // Swedish writes dates as the contract does.
    format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone });
    dayFormats.set(zone, format);
  }
  return format.format(instant);
};

/** `start` is the instant at which both times agree; `speed` is how much faster the shop's runs. */
export const createCalendar = (start: number, speed: number): Calendar => {
  const wall = (shopTime: number): number => Math.round(start + (shopTime - start) / speed);
  const instant = (shopTime: number): string => new Date(wall(shopTime)).toISOString();
  return {
    wall,
    shopTime: (at) => start + (at - start) * speed,
    instant,
    promise: (shopTime, dateOnly, zone) => (dateOnly ? dayIn(zone ?? 'UTC', wall(shopTime)) : instant(shopTime)),
    wrongPromise: (shopTime, days) => new Date(wall(shopTime) + days * REAL_DAY).toISOString(),
    hasDates: speed === 1,
  };
};
