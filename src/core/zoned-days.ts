/**
 * Days of a time zone as stretches of instants. A promised date ends with its day in the order's zone, which takes the
 * zone's rules to know; each answer is kept, since the same few hundred dates come up for every order.
 */
export interface ZonedDays {
  /** The last ms of this day (`YYYY-MM-DD`). */
  endOf(date: string): number;
  /** Does this instant fall on this day? */
  isOn(date: string, instant: number): boolean;
}

interface Day {
  readonly first: number;
  readonly last: number;
}

const DAY = 86_400_000;
/** Bounds of the two memories: all zones there are, and some twenty years of dates in each. */
const ZONES_KEPT = 1_000;
const DATES_KEPT = 8_192;

const zones = new Map<string, ZonedDays>();

/** The days of an IANA zone; throws a RangeError for a name that isn't one. */
export function daysIn(zone: string): ZonedDays {
  let days = zones.get(zone);
  if (days === undefined) {
    if (zones.size >= ZONES_KEPT) zones.clear();
    days = createZonedDays(zone);
    zones.set(zone, days);
  }
  return days;
}

function createZonedDays(zone: string): ZonedDays {
  const localClock = wallClockIn(zone);
  const known = new Map<string, Day>();
  const dayOf = (date: string): Day => {
    let day = known.get(date);
    if (day === undefined) {
      if (known.size >= DATES_KEPT) known.clear();
      const midnight = Date.parse(`${date}T00:00:00.000Z`);
      day = { first: lastInstantBefore(midnight, localClock) + 1, last: lastInstantBefore(midnight + DAY, localClock) };
      known.set(date, day);
    }
    return day;
  };
  return {
    endOf: (date) => dayOf(date).last,
    isOn: (date, instant) => {
      const day = dayOf(date);
      return instant >= day.first && instant <= day.last;
    },
  };
}

const clocks = new Map<string, (instant: number) => number>();

/** What a clock on the zone's walls shows at an instant, as the ms at which a UTC clock would show the same; throws a RangeError for a name that isn't a zone. */
export function wallClockIn(zone: string): (instant: number) => number {
  let clock = clocks.get(zone);
  if (clock === undefined) {
    if (clocks.size >= ZONES_KEPT) clocks.clear();
    clock = zone === 'UTC' ? (instant) => instant : clockOf(zone);
    clocks.set(zone, clock);
  }
  return clock;
}

function clockOf(zone: string): (instant: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone, hourCycle: 'h23',
    era: 'narrow', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric',
  });
  return (instant) => {
    const shown = { year: 0, month: 1, day: 1, hour: 0, minute: 0, second: 0 };
    let isBeforeChrist = false;
    for (const { type, value } of format.formatToParts(instant)) {
      if (type in shown) shown[type as keyof typeof shown] = Number(value);
      else if (type === 'era') isBeforeChrist = value === 'B';
    }
    const ms = ((instant % 1000) + 1000) % 1000;
    // `Date.UTC` takes the years 0 to 99 for 1900 to 1999. 0001-01-01 is no rare date: some systems write it for none.
    const midnight = new Date(0).setUTCFullYear(isBeforeChrist ? 1 - shown.year : shown.year, shown.month - 1, shown.day);
    return midnight + ((shown.hour * 60 + shown.minute) * 60 + shown.second) * 1000 + ms;
  };
}

/**
 * The last instant at which the zone's clock has not yet shown `midnight`. Where the clock is put back over midnight it
 * shows the day's last ms twice, and the later one counts; where it's put forward over it, the day ends at the leap.
 */
function lastInstantBefore(midnight: number, localClock: (instant: number) => number): number {
  const wanted = midnight - 1;
  const before = wanted - DAY;
  const after = wanted + DAY;
  const early = wanted - (localClock(before) - before);
  const late = wanted - (localClock(after) - after);
  const later = Math.max(early, late);
  if (localClock(later) === wanted) return later;
  const earlier = Math.min(early, late);
  if (localClock(earlier) === wanted) return earlier;
  let known = earlier - DAY;
  let beyond = later + DAY;
  while (beyond - known > 1) {
    const middle = Math.floor((known + beyond) / 2);
    if (localClock(middle) <= wanted) known = middle;
    else beyond = middle;
  }
  return known;
}
