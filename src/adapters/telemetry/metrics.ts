import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { SOURCE_TOPICS, type SourceTopic } from '../../contracts/names.js';
import { HTTP_REFUSALS } from '../../contracts/refusals.js';
import { createAlertMetrics } from './alert-telemetry.js';
import { createSinkMetrics } from './sink-telemetry.js';
import { STREAM_DROPS, type StreamDrop } from '../../pipeline/stream/event-stream.js';

/** The process metrics of the public contract, section 7, and some of our own. No label ever holds an id or free text. */

const OUTCOMES = ['applied', 'duplicate', 'dead_letter'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** From a fast single machine to a backlog of minutes. */
const DETECT_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];
const COMMIT_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** No value of a place, touchpoint or task: senders may make up any number of them. */
export const MEASURE_LABELS = ['measure', 'window', 'target', 'cohort', 'statistic', 'bucket', 'signal', 'pattern', 'process'] as const;
/** Values of a place, where whoever runs the service asks for them, and so many at the most. */
const MEASURE_BY_LABELS = ['measure', 'window', 'key', 'value'] as const;

export function createMetrics(options: { readonly processMetrics: boolean }) {
  const registry = new Registry();
  if (options.processMetrics) collectDefaultMetrics({ register: registry });
  const registers = [registry];

  const streamDropped = new Counter({ name: 'cx_stream_dropped_total', help: 'Streams of /v1/stream that were refused or ended by this process', labelNames: ['reason'], registers });
  const events = new Counter({ name: 'cx_events_total', help: 'Source records by what became of them', labelNames: ['topic', 'outcome'], registers });
  return {
    registry,
    events: boundEvents(events),
    derived: boundDerived(new Counter({ name: 'cx_derived_total', help: 'Derived events published', labelNames: ['type', 'name'], registers })),
    deadLetters: new Counter({ name: 'cx_dead_letters_total', help: 'Records that could not be used', labelNames: ['topic', 'reason'], registers }),
    detect: new Histogram({ name: 'cx_detect_seconds', help: 'Timestamp of the source record to derived record acknowledged', buckets: DETECT_SECONDS, registers }),
    commit: new Histogram({ name: 'cx_commit_seconds', help: 'Duration of a commit to the store', buckets: COMMIT_SECONDS, registers }),
    ...laneMetrics(registry),
    unassessed: new Counter({ name: 'cx_unassessed_total', help: 'Times that a rule failed on an order; its facts are kept', registers }),
    measure: new Gauge({ name: 'cx_measure', help: 'Measures over the orders of all partitions, the same from every worker', labelNames: MEASURE_LABELS, registers }),
    measureBy: new Gauge({ name: 'cx_measure_by', help: 'Main measures by a key of place and its values, as configured; the same from every worker', labelNames: MEASURE_BY_LABELS, registers }),
    ordersOpen: new Gauge({ name: 'cx_orders_open', help: 'Orders placed, and neither delivered nor cancelled, of all partitions', registers }),
    orders: new Gauge({ name: 'cx_orders', help: 'Orders by verdict, of all partitions', labelNames: ['verdict'], registers }),
    ready: new Gauge({ name: 'cx_ready', help: '1 while the process can do its work, as /readyz says', registers }),
    reloadSuccess: new Gauge({ name: 'cx_config_reload_success', help: '1 where the configuration was right when it was read last', registers }),
    reloadTime: new Gauge({ name: 'cx_config_reload_timestamp_seconds', help: 'When a configuration that was right was read last, as Unix time', registers }),
    jwksSuccess: new Gauge({ name: 'cx_jwks_reload_success', help: '1 where the keys of JWTs could be used when they were read last, or none are configured', registers }),
    rules: new Gauge({ name: 'cx_rules_info', help: '1 for the version of the rules in force in this process', labelNames: ['version'], registers }),
    streamClients: new Gauge({ name: 'cx_stream_clients', help: 'Clients of /v1/stream at present', registers }),
    streamDropped: boundDrops(streamDropped),
    httpRefused: refusedCounter(registry),
    sinks: createSinkMetrics(registry),
    alerts: createAlertMetrics(registry),
    retries: new Counter({ name: 'cx_retries_total', help: 'Faults after which something was tried again', registers }),
  };
}
export type Metrics = ReturnType<typeof createMetrics>;

function laneMetrics(registry: Registry) {
  const registers = [registry];
  return {
    timeReached: new Gauge({ name: 'cx_time_reached_seconds', help: 'Time that a partition has reached, as Unix time', labelNames: ['partition'], registers }),
    partitions: new Gauge({ name: 'cx_partitions', help: 'Partitions of the sources, each of which some worker has to own; the same from every worker', registers }),
    lag: new Gauge({ name: 'cx_lag_records', help: 'Records that wait to be read', labelNames: ['topic', 'partition'], registers }),
    outboxPending: new Gauge({ name: 'cx_outbox_pending', help: 'Entries of the outbox committed and not yet published, over the partitions of this process', registers }),
    publishRefused: new Gauge({ name: 'cx_publish_refused_seconds', help: 'How long Kafka has refused what a partition is to publish; 0 while it takes it', labelNames: ['partition'], registers }),
    deadlinesPending: new Gauge({ name: 'cx_deadlines_pending', help: 'Orders that time alone may change, over the partitions of this process', registers }),
    laneHalted: new Gauge({ name: 'cx_lane_halted', help: '1 while a partition stands still until a person says how to go on', labelNames: ['partition', 'name'], registers }),
    wentBack: new Counter({ name: 'cx_state_went_back_total', help: 'Times that the store was found to hold less than it did', registers }),
    catchingUp: new Gauge({ name: 'cx_lane_catching_up', help: '1 while a partition reads its sources again and says nothing', labelNames: ['partition'], registers }),
    schemaWaiting: new Gauge({ name: 'cx_schema_waiting', help: 'Topics of a partition that stand still until a schema was learned from the registry', labelNames: ['partition'], registers }),
  };
}

function refusedCounter(registry: Registry): Counter<'reason'> {
  const refused = new Counter({ name: 'cx_http_refused_total', help: 'Requests that were turned away, by why', labelNames: ['reason'], registers: [registry] });
  for (const reason of HTTP_REFUSALS) refused.inc({ reason }, 0);
  return refused;
}

interface BoundCounter {
  inc(count: number): void;
}

const boundDrops = (counter: Counter<'reason'>): Readonly<Record<StreamDrop, BoundCounter>> =>
  Object.fromEntries(STREAM_DROPS.map((reason) => {
    const series = counter.labels(reason);
    series.inc(0);
    return [reason, series];
  })) as Record<StreamDrop, BoundCounter>;

/** The series of a type and a name, found without making anything: thousands are counted a second, of few kinds. */
function boundDerived(counter: Counter<'type' | 'name'>): (type: string, name: string) => BoundCounter {
  const series = new Map<string, Map<string, BoundCounter>>();
  return (type, name) => {
    let ofType = series.get(type);
    if (ofType === undefined) series.set(type, (ofType = new Map<string, BoundCounter>()));
    let one = ofType.get(name);
    if (one === undefined) ofType.set(name, (one = counter.labels(type, name)));
    return one;
  };
}

/** One counter a series, found by two property reads: this is asked for every step of every partition. */
function boundEvents(counter: Counter<'topic' | 'outcome'>): Readonly<Record<SourceTopic, Readonly<Record<Outcome, BoundCounter>>>> {
  const bound = (topic: SourceTopic, outcome: Outcome): BoundCounter => {
    const series = counter.labels(topic, outcome);
    // There from the start: a rate over a series that appears with its first count would miss that count.
    series.inc(0);
    return series;
  };
  const perTopic = (topic: SourceTopic) => Object.fromEntries(OUTCOMES.map((outcome) => [outcome, bound(topic, outcome)])) as Record<Outcome, BoundCounter>;
  return Object.fromEntries(SOURCE_TOPICS.map((topic) => [topic, perTopic(topic)])) as Record<SourceTopic, Record<Outcome, BoundCounter>>;
}
