import type { Halt } from './ports.js';
import type { Decision, Upkeep } from './upkeep.js';

/** A lane as it is kept, for a person who looks after it. */
export interface KeptLane {
  readonly lane: number;
  /** Number of commits so far. */
  readonly version: number;
  readonly halt: Halt | null;
  readonly upkeep: Upkeep;
  /** Records committed and not yet published. */
  readonly outbox: number;
  /** Orders that time alone may change. */
  readonly due: number;
}

/** Looks at lanes and lifts their halts without owning them. */
export interface LaneHalts {
  /** Every lane that was ever claimed, by number. @throws NewerLaneFormatError */
  lanes(): Promise<readonly KeptLane[]>;
  /**
   * Takes this halt away, so that the lane's owner checks it anew and goes on if it finds nothing. False, and nothing is
   * changed: the lane no longer stands still, or for another reason.
   */
  lift(lane: number, halt: Halt): Promise<boolean>;
  /**
   * Takes this halt away (null: none stands) and keeps the decision for the lane's next owner. The present one loses the lane, and
   * so claims it anew. False, and nothing is changed: the lane stands still for another reason, or not at all.
   */
  decide(lane: number, halt: Halt | null, decision: Decision): Promise<boolean>;
}
