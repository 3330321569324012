import type { Area, SignalName } from '../contracts/names.js';
import type { GoodTouchpoint, SignalState } from './assessment.js';

/** A moment that mattered to the customer: an adverse signal as it opened, or something that went well (null). */
interface Touchpoint {
  readonly at: number;
  readonly area: Area;
  readonly signal: SignalName | null;
}

/** What runs are looked for in. */
export interface Touched {
  /** Adverse ones. */
  readonly signals: readonly SignalState[];
  /** Asked for only where there are signals enough for a run. */
  readonly goods: readonly GoodTouchpoint[];
}

/** Feedback and audits are verdicts on a touchpoint, not touchpoints more (rulings 62). */
export const isVerdictOnTouchpoint = (area: Area): boolean => area === 'feedback' || area === 'audit';

/** At one instant adverse comes before good. */
const inTurn = (a: Touchpoint, b: Touchpoint): number =>
  a.at - b.at || Number(a.signal === null) - Number(b.signal === null);

/** A run of adverse touchpoints: when it was complete, when the last of its signals became true the last time, and which they are. */
export interface Run {
  readonly at: number;
  readonly since: number;
  readonly signals: readonly SignalName[];
}

/**
 * The first run of adverse touchpoints, no good one between them, that is this long and has this many areas: when it was
 * complete and the signals of it up to then; null: there is none. Each signal is one touchpoint, at its `opensAt`.
 */
export function firstRun(touched: Touched, length: number, areas: number): Run | null {
  const touchpoints: Touchpoint[] = [];
  for (const { opensAt, area, signal } of touched.signals) if (!isVerdictOnTouchpoint(area)) touchpoints.push({ at: opensAt, area, signal });
  if (touchpoints.length < length) return null;
  for (const { at, area } of touched.goods) if (!isVerdictOnTouchpoint(area)) touchpoints.push({ at, area, signal: null });
  touchpoints.sort(inTurn);
  const run: SignalName[] = [];
  const met = new Set<Area>();
  for (const { at, area, signal } of touchpoints) {
    if (signal === null) {
      run.length = 0;
      met.clear();
      continue;
    }
    run.push(signal);
    met.add(area);
    if (run.length >= length && met.size >= areas) return { at, since: lastSince(touched.signals, run), signals: run };
  }
  return null;
}

const lastSince = (signals: readonly SignalState[], names: readonly SignalName[]): number =>
  Math.max(...signals.filter(({ signal }) => names.includes(signal)).map(({ since }) => since));
