import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Logger } from 'pino';
import { BREAKER_STATES } from '../../pipeline/sinks/breaker.js';
import { PASSED_OVER, SINK_FAILURES } from '../../pipeline/sinks/destination.js';
import { SET_ASIDE, type SinkTelemetry } from '../../pipeline/sinks/sink-telemetry.js';
import type { FaultWords } from './retry-digest.js';

/** From at once to a receiver that was away over the weekend. */
const DELIVERY_SECONDS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3_600, 4 * 3_600, 86_400, 3 * 86_400];

/** Labels are names from the configuration, and reasons of a bounded set. */
export const createSinkMetrics = (registry: Registry) => {
  const registers = [registry];
  return {
    delivered: new Counter({ name: 'cx_sink_delivered_total', help: 'Alerts that a receiver took', labelNames: ['sink'], registers }),
    digests: new Counter({ name: 'cx_sink_digests_total', help: 'Digests that a receiver took', labelNames: ['sink'], registers }),
    digested: new Counter({ name: 'cx_sink_digested_total', help: 'Alerts that a digest told of, as they were beyond the budget of their team', labelNames: ['sink'], registers }),
    held: new Gauge({ name: 'cx_sink_held', help: 'Alerts that wait for a digest, in the partitions of this process', labelNames: ['sink'], registers }),
    passedOver: new Counter({ name: 'cx_sink_passed_over_total', help: 'Alerts that a sink is not for', labelNames: ['sink', 'reason'], registers }),
    failures: new Counter({ name: 'cx_sink_failures_total', help: 'Requests to a receiver that failed; most are made again', labelNames: ['sink', 'reason'], registers }),
    setAside: new Counter({ name: 'cx_sink_set_aside_total', help: 'Alerts that will not be sent any more', labelNames: ['sink', 'reason'], registers }),
    breaker: new Gauge({ name: 'cx_sink_breaker', help: '0 while a receiver is sent alerts, 1 while one alert tries whether it answers, 2 while it is left alone', labelNames: ['sink'], registers }),
    queue: new Gauge({ name: 'cx_sink_queue_records', help: 'Records of cx.alerts that a sink has yet to deal with, over the partitions of this process', labelNames: ['sink'], registers }),
    waiting: new Gauge({ name: 'cx_sink_waiting_seconds', help: 'How long the oldest of them waits', labelNames: ['sink'], registers }),
    delivery: new Histogram({ name: 'cx_sink_delivery_seconds', help: 'From when an alert was made to when its receiver took it', labelNames: ['sink'], buckets: DELIVERY_SECONDS, registers }),
    interrupted: new Counter({ name: 'cx_sink_interrupted_total', help: 'Times that a sink could not read cx.alerts and began again', labelNames: ['sink'], registers }),
  };
};
type SinkMetrics = ReturnType<typeof createSinkMetrics>;

/** What happens to the sinks. */
export const sinkTelemetry = (logger: Logger, metrics: SinkMetrics, wordsOf: FaultWords): SinkTelemetry => ({
  sinkConfigured: (sink) => showFromTheStart(metrics, sink),
  sinkDelivered(sink, ms) {
    metrics.delivered.inc({ sink });
    metrics.delivery.observe({ sink }, Math.max(0, ms) / 1_000);
  },
  sinkDigested(sink, alerts) {
    metrics.digests.inc({ sink });
    metrics.digested.inc({ sink }, alerts);
  },
  sinkHeld: (sink, alerts) => metrics.held.set({ sink }, alerts),
  sinkPassedOver: (sink, reason) => metrics.passedOver.inc({ sink, reason }),
  sinkFailed(sink, reason, message) {
    metrics.failures.inc({ sink, reason });
    logger.debug({ event: 'sink.failed', sink, reason }, `sink ${sink}: ${message}`);
  },
  sinkSetAside(sink, reason, { place: { partition, offset }, id, count }, message) {
    metrics.setAside.inc({ sink, reason }, count);
    const what = count === 1 ? `the alert at offset ${offset} of cx.alerts, partition ${partition},` : `${count} records from offset ${offset} of cx.alerts, partition ${partition},`;
    logger.error({ event: 'sink.set_aside', sink, reason, partition, offset, id, count }, `sink ${sink}: ${what} will not be sent (${reason}): ${message}`);
  },
  sinkBreaker(sink, state, why) {
    metrics.breaker.set({ sink }, BREAKER_STATES.indexOf(state));
    const line = { event: 'sink.breaker', sink, state };
    if (state === 'open') logger.warn(line, `sink ${sink} leaves its receiver alone for a while, alerts wait: ${why}`);
    else logger.info(line, `sink ${sink}: ${why}`);
  },
  sinkBegins: (sink, { partition, offset }) =>
    logger.info({ event: 'sink.begins', sink, partition, offset }, `sink ${sink} has no place in partition ${partition} of cx.alerts: it begins with what comes from now on`),
  sinkMoved: (sink, { partition, offset }) =>
    logger.warn({ event: 'sink.moved', sink, partition, offset }, `the place of sink ${sink} is not in partition ${partition} of cx.alerts, which was made anew: it is read from its beginning`),
  sinkQueue(sink, records, waitingMs) {
    metrics.queue.set({ sink }, records);
    metrics.waiting.set({ sink }, waitingMs / 1_000);
  },
  sinkInterrupted(sink, error, nextTryMs) {
    metrics.interrupted.inc({ sink });
    const words = wordsOf(error);
    logger.warn({ event: 'sink.interrupted', sink, nextTryMs, ...(words === null ? { err: error } : {}) }, `sink ${sink} cannot read cx.alerts, next try in ${nextTryMs} ms: ${words ?? error.message}`);
  },
});

/** A rate over a series that appears with its first count would miss that count. */
function showFromTheStart(metrics: SinkMetrics, sink: string): void {
  for (const counter of [metrics.delivered, metrics.digests, metrics.digested, metrics.interrupted]) counter.inc({ sink }, 0);
  for (const reason of PASSED_OVER) metrics.passedOver.inc({ sink, reason }, 0);
  for (const reason of SINK_FAILURES) metrics.failures.inc({ sink, reason }, 0);
  for (const reason of SET_ASIDE) metrics.setAside.inc({ sink, reason }, 0);
  for (const gauge of [metrics.breaker, metrics.held, metrics.queue, metrics.waiting]) gauge.set({ sink }, 0);
}
