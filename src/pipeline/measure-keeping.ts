import { asError } from '../core/as-error.js';
import { createMeasureKeeper } from './measure-keeper.js';
import type { MeasureStore } from './measure-store.js';
import type { Telemetry, WallClock } from './ports.js';

export interface MeasureSettings {
  readonly store: MeasureStore;
  /** Values of a place key that are kept apart, over all lanes. */
  readonly mostValues: number;
}

export interface MeasureKeepingParts {
  readonly lane: number;
  readonly measures?: MeasureSettings;
  readonly telemetry: Telemetry;
  readonly wallClock: WallClock;
}

/** How long what steps add may wait in the journal; ms. */
const FOLD_MS = 5_000;
/** So many lanes fold at different times: all of them at once would keep the process from everything else for a tenth of a second. */
const TURNS = 16;
/** How often sums are looked at that may have become too old for their cells; ms. */
const COARSEN_MS = 300_000;
/** How long until the next try after a fault; ms. */
const AGAIN_MS = 5_000;

/**
 * Keeps the cells of a lane's measures while this worker owns it. A fault here holds up nothing else: what is added waits in
 * the journal, and counts from there.
 */
export async function keepMeasures(parts: MeasureKeepingParts, token: string, over: () => boolean, rest: (ms: number) => Promise<void>): Promise<void> {
  const { lane, measures, telemetry, wallClock } = parts;
  if (measures === undefined) return;
  const keeper = createMeasureKeeper(lane, measures.store, measures.mostValues, () => wallClock.now());
  const firstFold = performance.now() + ((lane % TURNS) * FOLD_MS) / TURNS;
  const inTurn = [{ every: FOLD_MS, next: firstFold, work: () => keeper.fold(token) }, { every: COARSEN_MS, next: 0, work: () => keeper.coarsen(token) }];
  while (!over()) {
    await rest(1_000);
    const at = performance.now();
    for (const turn of inTurn) {
      if (over() || at < turn.next) continue;
      turn.next = at + turn.every;
      try {
        if (await turn.work()) turn.next = at;
      } catch (error) {
        turn.next = at + AGAIN_MS;
        telemetry.retrying(lane, 'keep measures', asError(error), AGAIN_MS);
      }
    }
  }
}
