import { createRandom, type Random } from './random.js';
import { CARRIERS, DAY, HOUR, REGIONS, SYSTEMS, WAREHOUSES } from './world.js';

/** Bad days: what fails, where, from when until when. Instants in ms of the shop's own time. */
export type Trouble = {
  readonly from: number;
  readonly until: number;
} & (
  | { readonly kind: 'carrier_down'; readonly carrier: string }
  | { readonly kind: 'warehouse_down'; readonly location: string }
  | { readonly kind: 'storm'; readonly region: string }
  | { readonly kind: 'incident'; readonly system: string; readonly severity: 'minor' | 'major' | 'critical'; readonly incidentId: string }
);
export type Incident = Extract<Trouble, { kind: 'incident' }>;

export interface Troubles {
  /** What begins on that day (days counted from the epoch). */
  beginningOn(day: number): readonly Trouble[];
  /** What goes on at that instant. */
  at(instant: number): readonly Trouble[];
}

const SEVERITIES: readonly [Incident['severity'], ...Incident['severity'][]] = ['minor', 'minor', 'major', 'critical'];

/** The longest trouble ends within this many days of the one it began on. */
const LONGEST_DAYS = 3;

const span = (random: Random, day: number, low: number, high: number): { from: number; until: number } => {
  const from = day * DAY + random.between(0, DAY);
  return { from: Math.round(from), until: Math.round(from + random.between(low, high) * HOUR) };
};

const troublesOf = (random: Random, day: number): Trouble[] => {
  const found: Trouble[] = [];
  if (random.chance(0.08)) found.push({ kind: 'carrier_down', carrier: random.pick(CARRIERS).carrier, ...span(random, day, 8, 30) });
  if (random.chance(0.06)) found.push({ kind: 'warehouse_down', location: random.pick(WAREHOUSES).location, ...span(random, day, 4, 14) });
  if (random.chance(0.03)) found.push({ kind: 'storm', region: random.weighted(REGIONS).name, ...span(random, day, 12, 36) });
  if (random.chance(0.12)) {
    const severity = random.pick(SEVERITIES);
    found.push({ kind: 'incident', system: random.pick(SYSTEMS), severity, incidentId: `inc-${day}`, ...span(random, day, 1, 7) });
  }
  return found;
};

/** The bad days of one seed: what happens on a day depends on the seed and the day alone. */
export const createTroubles = (seed: string): Troubles => {
  const days = new Map<number, readonly Trouble[]>();
  const beginningOn = (day: number): readonly Trouble[] => {
    const known = days.get(day);
    if (known !== undefined) return known;
    const found = troublesOf(createRandom(`${seed}/trouble/${day}`), day);
    // A long demo would otherwise remember every day it has seen.
    if (days.size > 400) days.clear();
    days.set(day, found);
    return found;
  };
  const at = (instant: number): readonly Trouble[] => {
    const today = Math.floor(instant / DAY);
    const found: Trouble[] = [];
    for (let day = today - LONGEST_DAYS; day <= today; day += 1) {
      for (const trouble of beginningOn(day)) if (trouble.from <= instant && instant < trouble.until) found.push(trouble);
    }
    return found;
  };
  return { beginningOn, at };
};
