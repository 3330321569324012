import { expect, test } from '@jest/globals';
import { createLogger } from '../../../src/adapters/telemetry/logger.js';
import { createTelemetry } from '../../../src/adapters/telemetry/telemetry.js';

function listening() {
  const lines: { readonly event: string; readonly msg: string }[] = [];
  const logger = createLogger({ level: 'info', pretty: false, destination: { write: (text: string) => void lines.push(JSON.parse(text) as (typeof lines)[number]) } });
  const telemetry = createTelemetry({ logger, processMetrics: false });
  return {
    lines, telemetry,
    /** The series of this name that are not 0, without buckets. */
    shown: async (name: string): Promise<string[]> => {
      const text = await telemetry.registry.metrics();
      return text.split('\n').filter((line) => line.startsWith(name) && !line.includes('_bucket') && !line.endsWith(' 0'));
    },
  };
}

test('measures from the event to the alert, to who took it up, and to its end', async () => {
  const { telemetry, shown } = listening();
  telemetry.alertRaised(0, 'o-1', 'Late delivery', 'warning', 'live', 30);
  telemetry.alertRaised(0, 'o-2', 'Late delivery', 'critical', 'backfill', 9_000_000);
  telemetry.alertAcknowledged('a-1', 'critical', 600);
  telemetry.alertEnded({ reason: 'closed', outcome: 'not_possible' }, 'warning', 7_200);
  telemetry.alertEnded({ reason: 'expired' }, 'critical', 900_000);
  telemetry.alertClosed('a-1', 'not_possible');
  expect(await shown('cx_alert_')).toEqual([
    'cx_alert_raise_seconds_sum{severity="warning"} 30', 'cx_alert_raise_seconds_count{severity="warning"} 1',
    'cx_alert_acknowledge_seconds_sum{severity="critical"} 600', 'cx_alert_acknowledge_seconds_count{severity="critical"} 1',
    'cx_alert_outcome_seconds_sum{outcome="not_possible",severity="warning"} 7200', 'cx_alert_outcome_seconds_count{outcome="not_possible",severity="warning"} 1',
    'cx_alert_outcome_seconds_sum{outcome="expired",severity="critical"} 900000', 'cx_alert_outcome_seconds_count{outcome="expired",severity="critical"} 1',
    'cx_alert_closed_total{outcome="not_possible"} 1',
  ]);
});

test('every series is there from the start, so that a first count is one', async () => {
  const text = await listening().telemetry.registry.metrics();
  for (const outcome of ['cleared', 'expired', 'done', 'not_possible', 'false_alarm']) {
    for (const severity of ['warning', 'critical']) expect(text).toContain(`cx_alert_outcome_seconds_count{outcome="${outcome}",severity="${severity}"} 0`);
  }
  for (const outcome of ['done', 'not_possible', 'false_alarm']) expect(text).toContain(`cx_alert_closed_total{outcome="${outcome}"} 0`);
});

test('what people do with alerts is a line each, which names neither them nor the order', () => {
  const { telemetry, lines } = listening();
  telemetry.alertAcknowledged('a-1', 'warning', 1);
  telemetry.alertSnoozed('a-1');
  telemetry.alertClosed('a-1', 'false_alarm');
  expect(lines.map(({ event, msg }) => [event, msg])).toEqual([
    ['alert.acknowledged', 'alert a-1 was acknowledged'], ['alert.snoozed', 'alert a-1 was snoozed'], ['alert.closed', 'alert a-1 was closed: false alarm'],
  ]);
});
