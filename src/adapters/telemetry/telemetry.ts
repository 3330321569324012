import type { Logger } from 'pino';
import type { MeasureRow } from '../../contracts/measures.js';
import { SOURCE_TOPICS } from '../../contracts/names.js';
import type { HttpRefusal } from '../../contracts/refusals.js';
import type { Standing } from '../../pipeline/measure-reader.js';
import type { Halt, Telemetry } from '../../pipeline/ports.js';
import type { SinkTelemetry } from '../../pipeline/sinks/sink-telemetry.js';
import type { StreamTelemetry } from '../../pipeline/stream/event-stream.js';
import { type AlertTelemetry, alertTelemetry } from './alert-telemetry.js';
import { loggedDigest } from './dead-letter-digest.js';
import type { Schedule } from './digest.js';
import { type JwksTelemetry, jwksTelemetry } from './jwks-telemetry.js';
import { createMeasureGauges } from './measure-gauges.js';
import { createLaneSum } from './lane-sums.js';
import { createMetrics, type Metrics } from './metrics.js';
import { type FaultWords, retryDigest } from './retry-digest.js';
import { type RulesTelemetry, rulesTelemetry } from './rules-telemetry.js';
import { sinkTelemetry } from './sink-telemetry.js';
import { streamTelemetry } from './stream-telemetry.js';
import { threadTelemetry, type ThreadTelemetry } from './thread-telemetry.js';
import { upkeepTelemetry } from './upkeep-telemetry.js';

export interface TelemetryOptions {
  readonly logger: Logger;
  /** Also measure the process itself: memory, event loop, garbage collection. Default: yes. */
  readonly processMetrics?: boolean;
  readonly schedule?: Schedule;
  /** Absent: faults say themselves what they are. */
  readonly faultWords?: FaultWords;
}

export interface RunningTelemetry extends Telemetry, StreamTelemetry, RulesTelemetry, JwksTelemetry, SinkTelemetry, AlertTelemetry, ThreadTelemetry {
  readonly registry: Metrics['registry'];
  /** A request that failed on our side; `route` is the pattern, never the address. */
  requestFailed(request: { readonly id: string; readonly method: string; readonly route: string; readonly status: number }, error: Error): void;
  /** A request was turned away on purpose. */
  requestRefused(reason: HttpRefusal): void;
  /** Whether the process can do its work at present. */
  ready(isReady: boolean): void;
  /** How many lanes there are, whoever has them. */
  partitions(count: number): void;
  /** How long what each lane of this process is to publish has been refused, s; 0: it is not. */
  publishingRefused(seconds: ReadonlyMap<number, number>): void;
  /** What was measured, and how orders stand, over all lanes; rows by place are those that may be shown. */
  measured(rows: readonly MeasureRow[], standing: Standing): void;
  /** Says what was held back. */
  close(): void;
}

/** One timer that keeps no process alive. */
export const byTimer: Schedule = (run, ms) => {
  const timer = setTimeout(run, ms);
  timer.unref();
  return () => clearTimeout(timer);
};

/** Turns each named event into its metrics and, where a person would want to read it, a log line. */
export function createTelemetry({ logger, processMetrics = true, schedule = byTimer, faultWords = () => null }: TelemetryOptions): RunningTelemetry {
  const metrics = createMetrics({ processMetrics });
  const lanes = laneTelemetry(logger, metrics);
  const digest = loggedDigest(logger, schedule);
  const retries = retryDigest(logger, schedule, faultWords);

  return {
    registry: metrics.registry,
    ...lanes,
    ...upkeepTelemetry(logger, metrics),
    partitions: (count) => metrics.partitions.set(count),
    publishingRefused(seconds) {
      metrics.publishRefused.reset();
      for (const [lane, waited] of seconds) metrics.publishRefused.set({ partition: String(lane) }, waited);
    },
    ready: (isReady) => metrics.ready.set(isReady ? 1 : 0),
    ...streamTelemetry(logger, metrics),
    ...rulesTelemetry(logger, metrics),
    ...jwksTelemetry(logger, metrics),
    ...sinkTelemetry(logger, metrics.sinks, faultWords),
    ...alertTelemetry(logger, metrics.alerts),
    ...threadTelemetry(metrics.registry),
    measured: createMeasureGauges(metrics),
    event: (topic, outcome, count) => metrics.events[topic][outcome].inc(count),
    deadLetter(lane, { topic, offset }, reason, message) {
      metrics.deadLetters.inc({ topic, reason });
      digest.note(reason, { lane, topic, offset, message });
    },
    derived: (type, name, count) => metrics.derived(type, name).inc(count),
    // Clocks of producers may be ahead: then it took no time that we could tell.
    detected: (ms) => metrics.detect.observe(Math.max(0, ms) / 1_000),
    unassessed(lane, orderId, error) {
      metrics.unassessed.inc();
      logger.error({ event: 'order.unassessed', lane, orderId, err: error }, `order ${orderId} could not be assessed, its facts are kept: ${error.message}`);
    },
    retrying(lane, what, error, inMs) {
      metrics.retries.inc();
      retries.note({ lane, what, error, inMs });
    },
    requestFailed: (request, error) => logger.error({ event: 'http.failed', ...request, err: error }, `${request.method} ${request.route} was answered with ${request.status}: ${error.message}`),
    requestRefused: (reason) => metrics.httpRefused.inc({ reason }),
    close() {
      digest.close();
      retries.close();
    },
  };
}

type LaneTelemetry = Pick<Telemetry, 'committed' | 'timeReached' | 'lag' | 'outboxPending' | 'deadlinesPending' | 'laneClaimed' | 'laneDropped' | 'laneHalted' | 'schemaWaiting' | 'schemaMissing'>;

function laneTelemetry(logger: Logger, metrics: Metrics): LaneTelemetry {
  const outbox = createLaneSum((sum) => metrics.outboxPending.set(sum));
  const deadlines = createLaneSum((sum) => metrics.deadlinesPending.set(sum));
  const halts = new Map<number, string>();
  const liftHalt = (lane: number): void => {
    const name = halts.get(lane);
    if (name !== undefined) metrics.laneHalted.remove(String(lane), name);
    halts.delete(lane);
  };

  return {
    committed(lane, ms, orders) {
      metrics.commit.observe(ms / 1_000);
      if (logger.isLevelEnabled('trace')) logger.trace({ event: 'lane.committed', lane, ms, orders }, `lane ${lane}: ${orders} orders committed`);
    },
    timeReached: (lane, at) => {
      if (Number.isFinite(at)) metrics.timeReached.set({ partition: String(lane) }, at / 1_000);
    },
    lag: (topic, lane, records) => metrics.lag.set({ topic, partition: String(lane) }, records),
    outboxPending: (lane, records) => outbox.set(lane, records),
    deadlinesPending: (lane, orders) => deadlines.set(lane, orders),
    laneClaimed(lane, version) {
      liftHalt(lane);
      logger.info({ event: 'lane.claimed', lane, version }, `lane ${lane} is ours, at commit ${version}`);
    },
    laneDropped(lane, why) {
      liftHalt(lane);
      outbox.drop(lane);
      deadlines.drop(lane);
      metrics.timeReached.remove(String(lane));
      metrics.schemaWaiting.remove(String(lane));
      metrics.catchingUp.remove(String(lane));
      for (const topic of SOURCE_TOPICS) metrics.lag.remove(topic, String(lane));
      logger.info({ event: 'lane.dropped', lane, why }, `lane ${lane} is no longer ours: ${why}`);
    },
    schemaWaiting: (lane, topics) => metrics.schemaWaiting.set({ partition: String(lane) }, topics),
    schemaMissing: (lane, topic, schemaId, why) =>
      logger.error({ event: 'schema.missing', lane, topic, schemaId }, `${topic}/${lane} stands still: a record names schema ${schemaId}, which cannot be learned: ${why}`),
    laneHalted(lane, halt: Halt) {
      liftHalt(lane);
      halts.set(lane, halt.name);
      metrics.laneHalted.set({ partition: String(lane), name: halt.name }, 1);
      logger.error({ event: 'lane.halted', lane, halt: halt.name, since: new Date(halt.since).toISOString() }, `lane ${lane} stands still (${halt.name}): ${halt.message}`);
    },
  };
}
