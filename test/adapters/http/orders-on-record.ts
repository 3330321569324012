import { createMemoryAlertHandling } from '../../../src/adapters/memory/alert-handling.js';
import { createMemoryLaneStore } from '../../../src/adapters/memory/lane-store.js';
import { createMeasureReader } from '../../../src/pipeline/measure-reader.js';
import { createMemoryEventFeed } from '../../../src/adapters/memory/event-feed.js';
import { createMemoryOutputs } from '../../../src/adapters/memory/outputs.js';
import { createEventStream, type EventStreamParts } from '../../../src/pipeline/stream/create-event-stream.js';
import type { EventFeed } from '../../../src/pipeline/stream/event-feed.js';
import type { EventStream } from '../../../src/pipeline/stream/event-stream.js';
import { NO_UPKEEP } from '../../../src/pipeline/upkeep.js';
import type { HttpPorts, OrderView } from '../../../src/adapters/http/ports.js';
import { COVERABLE_SOURCES, SIGNAL_PLACES, SOURCE_TOPICS, type PatternSeverity, type SignalName, type SourceTopic, type Verdict } from '../../../src/contracts/names.js';
import { RULES_EXAMPLE, RULES_RELOADED_EXAMPLE } from '../../../src/contracts/rules.js';
import { DEFAULT_ALERT_RULES } from '../../../src/core/alert-rules.js';
import { openCase } from '../../../src/core/assess.js';
import { customerFigures } from '../../../src/core/measures/customer-figures.js';
import { DEFAULT_RULES } from '../../../src/core/rules.js';
import type { Assessment, Severity, SignalState } from '../../../src/core/assessment.js';
import { OPEN_ALERT } from '../../../src/core/index-keys.js';
import { alertIdOf, alertIndex } from '../../../src/pipeline/alert-id.js';
import type { Fact, FactBodies, SourceType } from '../../../src/core/fact.js';

/** Orders whose assessment is given by hand, kept in the real memory store: HTTP shows what it is handed. */

export const DAY = 86_400_000;
/** What the clock of these tests says. */
export const NOW = Date.UTC(2026, 2, 10, 12);
/** When their alerts were raised. */
export const RAISED = NOW - DAY / 2;
export const LANES = 4;

export const laneOf = (orderId: string): number => [...orderId].reduce((sum, character) => sum + (character.codePointAt(0) ?? 0), 0) % LANES;

export function fact<T extends SourceType>(type: T, topic: SourceTopic, at: number, body: FactBodies[T], id = `${type}@${at}`): Fact {
  return { id, type, at, customerId: 'c-1', accountId: null, place: { carrier: 'NorthPost' }, topic, offset: at % 1_000, body } as Fact;
}

export const placed = (at: number, promised: string | null = '2026-03-05'): Fact =>
  fact('order.placed', 'orders', at, {
    lines: [{ lineId: '1', sku: 'tea', quantity: 2 }], promisedDelivery: promised === null ? null : { text: promised, instant: null },
    requestedDelivery: null, dispatchBy: null, timeZone: null, totalMinor: 2_000, currency: 'EUR',
  });
export const dispatched = (at: number): Fact => fact('shipment.dispatched', 'logistics', at, { shipmentId: 's-1', expedited: false, lines: null });
export const delivered = (at: number): Fact => fact('delivery.completed', 'logistics', at, { shipmentId: 's-1', lines: null, final: true });

export const signal = (name: SignalName, opensAt: number, severity: Severity = 1, more: Partial<SignalState> = {}): SignalState =>
  ({ signal: name, ...SIGNAL_PLACES[name], state: 'open', opensAt, since: opensAt, severeSince: opensAt, closedAt: null, severity, detail: {}, evidence: [], ...more });

export interface Given {
  readonly orderId: string;
  readonly verdict?: Verdict;
  readonly customerId?: string | null;
  readonly facts?: readonly Fact[];
  readonly signals?: readonly SignalState[];
  readonly patterns?: readonly { readonly pattern: string; readonly severity?: PatternSeverity; readonly at?: number }[];
  /** How many alerts it has had, the last of them open. */
  readonly alerts?: number;
  /** Until when the last is of use, of which people were told; null: they weren't. */
  readonly usefulUntil?: number | null;
  readonly more?: Partial<Assessment>;
}

export function orderOf({ orderId, verdict = 'on_course', customerId = 'c-1', facts = [placed(NOW - 9 * DAY)], signals = [], patterns = [], alerts = 0, usefulUntil = null, more = {} }: Given): Omit<OrderView, 'lane'> {
  return {
    facts, judgedAt: NOW, isJudged: true, rules: 'default-1',
    alert: alerts === 0 ? null : { episode: alerts, revision: 0, state: 'open', severity: 'warning', patterns: patterns.map(({ pattern }) => pattern), raisedAt: RAISED, usefulUntil },
    assessment: {
      orderId, customerId, place: { carrier: 'NorthPost' }, verdict, recordsVerdict: verdict, settled: false, end: null, unknown: [],
      promises: { original: '2026-03-05', baseline: '2026-03-05', latest: '2026-03-05' }, lastTold: null, signals,
      patterns: patterns.map(({ pattern, severity = 'warning', at = NOW - DAY / 4 }) => ({ pattern, severity, at, since: at, signals: signals.map((one) => one.signal) })),
      goods: [], nextDeadline: null, ...more,
    },
  };
}

const indexOf = ({ assessment: a, alert }: Omit<OrderView, 'lane'>): string[] => [
  ...(a.customerId === null ? [] : [`customer:${a.customerId}`]),
  ...(['failed', 'poor', 'fair'].includes(a.verdict) ? [`verdict:${a.verdict}`] : []),
  ...a.signals.map((one) => `signal:${one.signal}`),
  ...a.patterns.map((one) => `pattern:${one.pattern}`),
  ...(alert === null ? [] : [OPEN_ALERT, alertIndex(alertIdOf(a.orderId, alert.episode))]),
];

export const QUIET: HttpPorts['telemetry'] = { requestFailed: () => undefined, requestRefused: () => undefined, alertAcknowledged: () => undefined, alertSnoozed: () => undefined, alertClosed: () => undefined };

/** HTTP's ports over a memory store that holds these orders. */
export async function portsWith(orders: readonly Given[], more: Partial<HttpPorts> = {}): Promise<HttpPorts> {
  const store = createMemoryLaneStore();
  const views = orders.map(orderOf);
  for (let lane = 0; lane < LANES; lane++) {
    const { token } = await store.claim(lane, LANES);
    const own = views.filter(({ assessment }) => laneOf(assessment.orderId) === lane);
    const writes = own.map((view) => ({
      orderId: view.assessment.orderId, facts: Buffer.from(JSON.stringify(view)), allFacts: null, state: Buffer.from('-'), due: null, rests: null,
      indexAdd: indexOf(view), indexRemove: [], dirty: false, customers: [],
    }));
    await store.commit(lane, { token, base: 0, orders: writes, topics: new Map(), seq: 0, outbox: null, forget: [], calendar: null, upkeep: { ...NO_UPKEEP, judgedBy: 'default-1' } });
  }
  return {
    orders: store,
    handling: createMemoryAlertHandling(),
    measures: createMeasureReader({ store: store.measures, lanes: LANES, context: { patterns: [] }, now: () => NOW }),
    stream: streamOf(createMemoryEventFeed(createMemoryOutputs({ lanes: LANES, now: () => NOW }), LANES)),
    laneOf,
    assessStored: (_, stored) => JSON.parse(stored.facts.toString()) as Omit<OrderView, 'lane'>,
    customerFigures: (views) => customerFigures(views.map(({ assessment, facts, judgedAt }) =>
      ({ order: openCase({ orderId: assessment.orderId, facts }, judgedAt, { rules: DEFAULT_RULES, covered: new Set(COVERABLE_SOURCES) }), listed: assessment }))),
    topicNames: Object.fromEntries(SOURCE_TOPICS.map((topic) => [topic, `shop.${topic}`])) as Record<SourceTopic, string>,
    alertRules: DEFAULT_ALERT_RULES,
    promiseTimeZone: 'UTC',
    rules: { present: () => RULES_EXAMPLE, reload: () => ({ kind: 'read', ...RULES_RELOADED_EXAMPLE }) },
    notReady: () => Promise.resolve([]),
    registry: { contentType: 'text/plain', metrics: () => Promise.resolve('') },
    clock: { now: () => NOW },
    telemetry: QUIET,
    ...more,
  };
}

/** The stream of this feed, for two clients at the most; it is left as soon as nobody listens. */
export const streamOf = (feed: EventFeed, more: Partial<EventStreamParts> = {}): EventStream => createEventStream({
  feed, schemas: null, maxClients: 2,
  telemetry: { streamClients: () => undefined, streamDropped: () => undefined, streamFailed: () => undefined, retrying: () => undefined },
  later: (run) => {
    run();
    return () => undefined;
  },
  ...more,
});
