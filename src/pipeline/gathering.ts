import { createPause } from './pause.js';
import type { WallClock } from './ports.js';

/** How long a topic that can't be read holds up the others, once a step could begin; ms. */
const PATIENCE_MS = 2_000;

export interface Gathering {
  /** Is it better to wait for more before the next step? */
  waits(): boolean;
  /** A step begins. */
  begins(): void;
}

/**
 * When a lane with a backlog takes its next step: once plenty waits of each topic of which there is more to be read. An order that has
 * several events in one step is written once, and topics that are read side by side tell less that the next record takes back. A lane
 * that has read everything waits for nothing.
 * @param lacks whether a topic of which there is more to be read has but little waiting
 */
export function createGathering(lacks: () => boolean, wallClock: WallClock): Gathering {
  const patience = createPause(() => wallClock.now());
  let isPatient = false;
  return {
    waits() {
      if (!lacks()) return false;
      const now = wallClock.now();
      if (!isPatient) patience.begin(PATIENCE_MS, now);
      isPatient = true;
      return !patience.isOver(0, now);
    },
    begins() {
      isPatient = false;
    },
  };
}
