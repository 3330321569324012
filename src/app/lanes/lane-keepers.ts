import { whileHeld } from '../../pipeline/lane.js';
import type { Telemetry } from '../../pipeline/ports.js';

/**
 * Threads of one process tell of its lanes under the same names. One that is busy finds out late that the group gave a lane of its to
 * another, which may have claimed it by then: its figures are the other's to tell, and the process has not lost it.
 * @returns what a thread of this number tells
 */
export function createLaneKeepers(telemetry: Telemetry): (thread: number) => Telemetry {
  /** Who claimed it last. */
  const keepers = new Map<number, number>();
  return (thread) => {
    const keeps = (lane: number): boolean => (keepers.get(lane) ?? thread) === thread;
    return {
      ...whileHeld(telemetry, keeps),
      laneClaimed(lane, version) {
        keepers.set(lane, thread);
        telemetry.laneClaimed(lane, version);
      },
      laneHalted(lane, halt) {
        keepers.set(lane, thread);
        telemetry.laneHalted(lane, halt);
      },
      laneDropped(lane, why) {
        if (!keeps(lane)) return;
        keepers.delete(lane);
        telemetry.laneDropped(lane, why);
      },
    };
  };
}
