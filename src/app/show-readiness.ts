import type { RunningTelemetry } from '../adapters/telemetry/telemetry.js';
import { everySoOften } from './every-so-often.js';

/** How often it is found out whether the process can do its work; ms. */
const LOOK_MS = 5_000;

/** Shows on `/metrics` what `/readyz` says; not to be able to find out is to be not ready. */
export const showReadiness = (notReady: () => Promise<readonly string[]>, telemetry: Pick<RunningTelemetry, 'ready'>): { stop(): void } =>
  everySoOften(LOOK_MS, async () => {
    const reasons = await notReady().catch(() => null);
    telemetry.ready(reasons?.length === 0);
  });
