import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Logger } from 'pino';
import type { MapAccount } from '../../pipeline/maps/records.js';
import { type IntakeTelemetry, placeOf } from '../../pipeline/mapping/ports.js';
import type { Halt } from '../../pipeline/ports.js';
import { loggedDigest } from './dead-letter-digest.js';
import type { Schedule } from './digest.js';
import { type FaultWords, retryDigest } from './retry-digest.js';
import { byTimer, type RunningTelemetry } from './telemetry.js';

export interface RunningIntakeTelemetry extends IntakeTelemetry, Pick<RunningTelemetry, 'registry' | 'requestFailed' | 'requestRefused' | 'ready' | 'publishingRefused' | 'close'> {}

const OUTCOMES = ['taken', 'silent', 'older', 'refused'] as const;
const COMMIT_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** No label ever holds an id or free text: maps and topics are named by who runs the process. */
function createIntakeMetrics(processMetrics: boolean) {
  const registry = new Registry();
  if (processMetrics) collectDefaultMetrics({ register: registry });
  const registers = [registry];
  return {
    registry,
    records: new Counter({ name: 'cx_intake_records_total', help: 'Records by map and what became of them', labelNames: ['map', 'outcome'], registers }),
    events: new Counter({ name: 'cx_intake_events_total', help: 'Events that records gave, by map', labelNames: ['map'], registers }),
    unlinked: new Counter({ name: 'cx_intake_unlinked_total', help: 'Events whose order no record told, by map', labelNames: ['map'], registers }),
    waiting: new Gauge({ name: 'cx_intake_waiting', help: 'Events that wait for the record that tells their order', registers }),
    deadLetters: new Counter({ name: 'cx_dead_letters_total', help: 'Records that could not be used', labelNames: ['topic', 'reason'], registers }),
    commit: new Histogram({ name: 'cx_commit_seconds', help: 'Duration of a commit to the store', buckets: COMMIT_SECONDS, registers }),
    lag: new Gauge({ name: 'cx_lag_records', help: 'Records that wait to be read', labelNames: ['topic', 'partition'], registers }),
    outboxPending: new Gauge({ name: 'cx_outbox_pending', help: 'Entries of the outbox committed and not yet written', registers }),
    publishRefused: new Gauge({ name: 'cx_publish_refused_seconds', help: 'How long Kafka has refused what the intake is to write; 0 while it takes it', labelNames: ['partition'], registers }),
    active: new Gauge({ name: 'cx_intake_active', help: '1 where this process does the work, 0 where it stands by', registers }),
    halted: new Gauge({ name: 'cx_lane_halted', help: '1 while the intake stands still until a person says how to go on', labelNames: ['partition', 'name'], registers }),
    wentBack: new Counter({ name: 'cx_state_went_back_total', help: 'Times that the store was found to hold less than it did', registers }),
    schemaWaiting: new Gauge({ name: 'cx_schema_waiting', help: 'Partitions that stand still until a schema was learned from the registry', registers }),
    ready: new Gauge({ name: 'cx_ready', help: '1 while the process can do its work, as /readyz says', registers }),
    retries: new Counter({ name: 'cx_retries_total', help: 'Faults after which something was tried again', registers }),
  };
}
type IntakeMetrics = ReturnType<typeof createIntakeMetrics>;

export interface IntakeTelemetryOptions {
  readonly logger: Logger;
  /** Also measure the process itself. Default: yes. */
  readonly processMetrics?: boolean;
  readonly schedule?: Schedule;
  /** Absent: faults say themselves what they are. */
  readonly faultWords?: FaultWords;
}

/** Turns what happens to the intake into metrics and, where a person would want to read it, log lines. */
export function createIntakeTelemetry({ logger, processMetrics = true, schedule = byTimer, faultWords = () => null }: IntakeTelemetryOptions): RunningIntakeTelemetry {
  const metrics = createIntakeMetrics(processMetrics);
  const digest = loggedDigest(logger, schedule);
  const retries = retryDigest(logger, schedule, faultWords);
  return {
    registry: metrics.registry,
    ...ownership(logger, metrics),
    publishingRefused(seconds) {
      metrics.publishRefused.reset();
      for (const waited of seconds.values()) metrics.publishRefused.set({ partition: 'intake' }, waited);
    },
    ready: (isReady) => metrics.ready.set(isReady ? 1 : 0),
    mapped: accountsTold(metrics),
    committed: (ms) => metrics.commit.observe(ms / 1_000),
    lag(input, records) {
      const { topic, partition } = placeOf(input);
      metrics.lag.set({ topic, partition: String(partition) }, records);
    },
    outboxPending: (_, entries) => metrics.outboxPending.set(entries),
    deadLetter({ topic, partition, offset }, reason, message) {
      metrics.deadLetters.inc({ topic, reason });
      digest.note(reason, { lane: partition, topic, offset, message });
    },
    schemaWaiting: (_, partitions) => metrics.schemaWaiting.set(partitions),
    schemaMissing: (_, input, schemaId, why) =>
      logger.error({ event: 'schema.missing', input, schemaId }, `${input} stands still: a record names schema ${schemaId}, which cannot be learned: ${why}`),
    retrying(_, what, error, inMs) {
      metrics.retries.inc();
      retries.note({ lane: null, what, error, inMs });
    },
    // It asks nobody who they are.
    requestRefused: () => undefined,
    requestFailed: (request, error) => logger.error({ event: 'http.failed', ...request, err: error }, `${request.method} ${request.route} was answered with ${request.status}: ${error.message}`),
    close() {
      digest.close();
      retries.close();
    },
  };
}

/** Accounts are kept per claim; the counters go on from one to the next. */
function accountsTold(metrics: IntakeMetrics): IntakeTelemetry['mapped'] {
  const told = new WeakMap<MapAccount, MapAccount>();
  return (accounts, waiting) => {
    metrics.waiting.set(waiting);
    for (const account of accounts) {
      const before = told.get(account) ?? { ...account, records: 0, events: 0, silent: 0, older: 0, refused: 0, unlinked: 0 };
      told.set(account, { ...account });
      const { map } = account;
      for (const outcome of OUTCOMES) metrics.records.inc({ map, outcome }, Math.max(0, countOf(account, outcome) - countOf(before, outcome)));
      metrics.events.inc({ map }, account.events - before.events);
      metrics.unlinked.inc({ map }, account.unlinked - before.unlinked);
    }
  };
}

const countOf = (account: MapAccount, outcome: (typeof OUTCOMES)[number]): number =>
  (outcome === 'taken' ? account.records - account.silent - account.older - account.refused : account[outcome]);

type Ownership = Pick<IntakeTelemetry, 'laneClaimed' | 'laneDropped' | 'laneHalted' | 'stateWentBack' | 'lossAccepted'>;

function ownership(logger: Logger, metrics: IntakeMetrics): Ownership {
  metrics.active.set(0);
  return {
    laneClaimed(_, version) {
      metrics.halted.reset();
      metrics.active.set(1);
      logger.info({ event: 'intake.claimed', version }, `the intake is ours, at commit ${version}`);
    },
    laneDropped(_, why) {
      metrics.halted.reset();
      metrics.active.set(0);
      // Whoever works it tells these.
      for (const gauge of [metrics.lag, metrics.waiting, metrics.outboxPending, metrics.schemaWaiting]) gauge.reset();
      logger.info({ event: 'intake.dropped', why }, `the intake is no longer ours: ${why}`);
    },
    laneHalted(_, halt: Halt) {
      metrics.halted.reset();
      metrics.halted.set({ partition: 'intake', name: halt.name }, 1);
      metrics.active.set(0);
      logger.error({ event: 'intake.halted', halt: halt.name, since: new Date(halt.since).toISOString() }, `the intake stands still (${halt.name}): ${halt.message}`);
    },
    stateWentBack(_, what) {
      metrics.wentBack.inc();
      logger.error({ event: 'intake.state_went_back' }, `intake: ${what}. It goes on from there, and events are written again with the ids that they had; find out why Redis lost what it had confirmed`);
    },
    lossAccepted: (_, halt, what) => logger.warn({ event: 'intake.loss_accepted', halt }, `the intake goes on over a loss, as a person decided (${halt}): ${what}`),
  };
}
