import { Counter, Histogram, type Registry } from 'prom-client';
import type { Logger } from 'pino';
import { ALERT_OUTCOMES, type AlertOutcome, PATTERN_SEVERITIES, type PatternSeverity } from '../../contracts/names.js';
import type { Telemetry } from '../../pipeline/ports.js';

/** From at once to the days after which an alert is a record. */
const RAISE_SECONDS = [1, 5, 10, 30, 60, 300, 900, 3_600, 4 * 3_600, 12 * 3_600, 86_400, 2 * 86_400, 3 * 86_400];
/** From at once to the days within which acting helps. */
const ACKNOWLEDGE_SECONDS = [60, 300, 900, 3_600, 4 * 3_600, 12 * 3_600, 86_400, 2 * 86_400, 3 * 86_400, 7 * 86_400];
/** The same, and those that time ended. */
const OUTCOME_SECONDS = [...ACKNOWLEDGE_SECONDS, 14 * 86_400, 30 * 86_400];

/** What becomes of alerts, from the event to the outcome. Labels are of bounded sets. */
export function createAlertMetrics(registry: Registry) {
  const registers = [registry];
  const metrics = {
    raise: new Histogram({ name: 'cx_alert_raise_seconds', help: 'From what a live alert is about to its being raised', labelNames: ['severity'], buckets: RAISE_SECONDS, registers }),
    acknowledge: new Histogram({ name: 'cx_alert_acknowledge_seconds', help: 'From an alert being raised to a person who took it up', labelNames: ['severity'], buckets: ACKNOWLEDGE_SECONDS, registers }),
    outcome: new Histogram({ name: 'cx_alert_outcome_seconds', help: 'From a live alert being raised to its end', labelNames: ['outcome', 'severity'], buckets: OUTCOME_SECONDS, registers }),
    closed: new Counter({ name: 'cx_alert_closed_total', help: 'Alerts that people closed through this process', labelNames: ['outcome'], registers }),
  };
  // There from the start: a rate over a series that appears with its first count would miss that count.
  for (const outcome of ALERT_OUTCOMES) metrics.closed.inc({ outcome }, 0);
  for (const severity of PATTERN_SEVERITIES) {
    metrics.raise.zero({ severity });
    metrics.acknowledge.zero({ severity });
    for (const outcome of ['cleared', 'expired', ...ALERT_OUTCOMES]) metrics.outcome.zero({ outcome, severity });
  }
  return metrics;
}
type AlertMetrics = ReturnType<typeof createAlertMetrics>;

export interface AlertTelemetry extends Pick<Telemetry, 'alertRaised' | 'alertTurnedLive' | 'alertEnded'> {
  /** A person took an alert up, so many seconds after it was raised. */
  alertAcknowledged(alertId: string, severity: PatternSeverity, seconds: number): void;
  alertSnoozed(alertId: string): void;
  alertClosed(alertId: string, outcome: AlertOutcome): void;
}

export const alertTelemetry = (logger: Logger, metrics: AlertMetrics): AlertTelemetry => ({
  alertRaised(lane, orderId, headline, severity, mode, seconds) {
    const line = { event: 'alert.raised', lane, orderId, severity, mode };
    // Old history is recorded, neither shouted nor measured.
    if (mode === 'backfill') {
      logger.debug(line, `alert of the past (${severity}) on order ${orderId}: ${headline}`);
      return;
    }
    metrics.raise.observe({ severity }, seconds);
    logger.info(line, `alert (${severity}) on order ${orderId}: ${headline}`);
  },
  alertTurnedLive: (lane, orderId, headline, severity) =>
    logger.info({ event: 'alert.turned_live', lane, orderId, severity }, `alert of the past on order ${orderId} is about what happens now (${severity}): ${headline}`),
  alertEnded: (ending, severity, seconds) => metrics.outcome.observe({ outcome: ending.reason === 'closed' ? ending.outcome : ending.reason, severity }, seconds),
  alertAcknowledged(alertId, severity, seconds) {
    metrics.acknowledge.observe({ severity }, seconds);
    logger.info({ event: 'alert.acknowledged', alertId }, `alert ${alertId} was acknowledged`);
  },
  alertSnoozed: (alertId) => logger.info({ event: 'alert.snoozed', alertId }, `alert ${alertId} was snoozed`),
  alertClosed(alertId, outcome) {
    metrics.closed.inc({ outcome });
    logger.info({ event: 'alert.closed', alertId, outcome }, `alert ${alertId} was closed: ${outcome.replaceAll('_', ' ')}`);
  },
});
