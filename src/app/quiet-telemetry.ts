import type { Telemetry } from '../pipeline/ports.js';

/** Telemetry of a run that ends with a report: only what must not go unseen is told. */
export function quietTelemetry(unassessed: (orderId: string, error: Error) => void): Telemetry {
  const nothing = (): void => undefined;
  return {
    event: nothing, deadLetter: nothing, derived: nothing, detected: nothing, committed: nothing, timeReached: nothing, lag: nothing,
    outboxPending: nothing, deadlinesPending: nothing, laneClaimed: nothing, laneDropped: nothing, laneHalted: nothing, stateWentBack: nothing, recalled: nothing, catchingUp: nothing, caughtUp: nothing,
    lossAccepted: nothing, judgedAnew: nothing, schemaWaiting: nothing, schemaMissing: nothing,
    retrying: nothing, alertRaised: nothing, alertTurnedLive: nothing, alertEnded: nothing, unassessed: (_lane, orderId, error) => { unassessed(orderId, error); },
  };
}
