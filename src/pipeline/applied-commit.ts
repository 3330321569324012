import { commitOutcome } from './commit-outcome.js';
import type { CommitAnswer, WallClock } from './ports.js';
import { LaneLost } from './lane-lost.js';
import { createPause } from './pause.js';
import { Final, persist, type Persistence } from './retry.js';

/** The store holds less than it confirmed. */
export class WentBack extends Final {
  override readonly name = 'WentBack';
}

/**
 * Is the commit of this version in the store? False: it is to be sent again.
 * @throws LaneLost, or WentBack
 */
export function isApplied(lane: number, answer: CommitAnswer, { token, base }: { readonly token: string; readonly base: number }): boolean {
  const outcome = commitOutcome(answer, token, base);
  if (outcome === 'lost') throw new LaneLost(lane);
  if (outcome === 'went_back') throw new WentBack(`the store confirmed version ${base} and now holds ${answer.version}`);
  return outcome === 'applied';
}

/** How often a lane looks whether its store still holds what it confirmed; ms. */
const STORE_LOOK_MS = 10_000;

export interface StoreLookParts {
  readonly wallClock: WallClock;
  /** Looking goes on until then. */
  readonly persistence: Persistence;
  readonly held: () => Promise<CommitAnswer>;
  /** What the store confirmed last. */
  readonly known: () => { readonly token: string; readonly base: number };
}

/** Looks at the store now and then: nothing may happen for long in a lane that would show what is lost, and nobody would know. */
export function createStoreLook({ wallClock, persistence, held, known }: StoreLookParts) {
  const pause = createPause(() => wallClock.now());
  pause.begin(STORE_LOOK_MS);
  return {
    isDue: (): boolean => pause.isOver(),
    /** @throws as `isApplied` */
    async look(): Promise<void> {
      pause.begin(STORE_LOOK_MS);
      await persist(persistence, 'look at the store', async () => {
        const confirmed = known();
        isApplied(persistence.lane, await held(), confirmed);
      });
    },
  };
}
