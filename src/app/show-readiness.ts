import type { RunningTelemetry } from '../adapters/telemetry/telemetry.js';
import type { WallClock } from '../pipeline/ports.js';
import type { LaneStanding } from '../pipeline/worker.js';
import { everySoOften } from './every-so-often.js';
import { refusedFor } from './lane-troubles.js';

/** How often it is found out whether the process can do its work; ms. */
const LOOK_MS = 5_000;

export interface ReadinessParts {
  /** What `/readyz` says. */
  readonly notReady: () => Promise<readonly string[]>;
  readonly worker: { lanes(): readonly LaneStanding[] };
  readonly wallClock: WallClock;
  readonly telemetry: Pick<RunningTelemetry, 'ready' | 'publishingRefused'>;
}

/** Shows on `/metrics` what `/readyz` says; not to be able to find out is to be not ready. */
export const showReadiness = ({ notReady, worker, wallClock, telemetry }: ReadinessParts): { stop(): void } =>
  everySoOften(LOOK_MS, async () => {
    telemetry.publishingRefused(refusedFor(worker.lanes(), wallClock.now()));
    const reasons = await notReady().catch(() => null);
    telemetry.ready(reasons?.length === 0);
  });
