import { asError } from '../core/as-error.js';
import { WentBack } from './applied-commit.js';
import { createBell } from './bell.js';
import type { SessionEnd } from './lane-holder.js';
import { LaneLost } from './lane-lost.js';
import { StateDoubted } from './lane-output.js';
import type { Persistence } from './retry.js';

/**
 * How the work of a lane goes, whatever its stage: until it is left, or something ends it.
 * @param failed told of a defect: the process should end and be restarted
 */
export function createSessionCourse({ lane, telemetry, failed }: Omit<Persistence, 'stopped'> & { readonly failed: (error: Error) => void }) {
  const bell = createBell();
  let leaving: () => 'no' | 'stop' | 'drop' = () => 'no';
  let end: SessionEnd | null = null;
  const finish = (how: SessionEnd): void => {
    end ??= how;
    bell.ring();
  };
  const over = (): boolean => end !== null || leaving() === 'drop';
  const goesOn = (): boolean => !over() && leaving() === 'no';
  const guard = (work: () => Promise<void>): Promise<void> =>
    work().catch((error: unknown) => {
      if (error instanceof LaneLost) finish({ kind: 'lost' });
      else if (error instanceof StateDoubted) finish({ kind: 'recheck' });
      else if (error instanceof WentBack) finish({ kind: 'went_back', what: error.message });
      else {
        finish({ kind: 'left' });
        failed(asError(error));
      }
    });
  return {
    /** Wakes whoever rests. */
    bell,
    finish,
    /** Nothing may be tried any more. */
    over,
    /** Something new may be begun. */
    goesOn,
    /** Does work that may end the session; resolves when it has. */
    guard,
    /** For what is to be brought to its end. */
    persistence: { lane, telemetry, stopped: over } satisfies Persistence,
    /** For what may as well be done by the next owner. */
    untilStop: { lane, telemetry, stopped: () => !goesOn() } satisfies Persistence,
    /** Does all of this side by side until none goes on; `last` follows where the lane is left in order. */
    async run(left: () => 'no' | 'stop' | 'drop', works: readonly (() => Promise<void>)[], last: () => Promise<void>): Promise<SessionEnd> {
      leaving = left;
      await Promise.all(works.map(guard));
      if (leaving() === 'stop' && end === null) await guard(last);
      return end ?? { kind: 'left' };
    },
  };
}
