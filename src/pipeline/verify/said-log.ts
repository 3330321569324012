import type { PatternSeverity, SignalName, Verdict } from '../../contracts/names.js';
import { alert as alertSchema, type Alert } from '../../contracts/alerts.js';
import { derivedEvent, type DerivedEvent } from '../../contracts/derived.js';
import { parseInstant } from '../../contracts/instant.js';
import type { Json } from '../../core/assessment.js';
import { fingerprint } from '../../core/fingerprint.js';
import { alertState } from '../../core/recall.js';
import type { SaidAlert } from '../../core/said.js';
import { nameUuid } from '../name-uuid.js';
import type { Tell } from './findings.js';
import { createNumberedLog, type NumberedRecord } from './numbered-log.js';
import type { NumberSet } from '../number-set.js';

/** What `cx.events` and `cx.alerts` add up to for each order: of each kind the last one holds. */

interface Counted {
  readonly episode: number;
  readonly revision: number;
}
export interface FoldedSignal extends Counted {
  readonly state: 'open' | 'resolved' | 'retracted';
  readonly severity: number;
  /** As core/changes.ts makes it; empty for `retracted`. */
  readonly print: string;
}
export interface FoldedPattern extends Counted {
  readonly state: 'matched' | 'cleared';
  readonly severity: PatternSeverity;
}
export interface FoldedAlert extends Counted {
  readonly state: SaidAlert['state'];
  readonly severity: PatternSeverity;
  readonly patterns: readonly string[];
}

export interface FoldedOrder {
  /** Records of either topic. */
  records: number;
  /** The highest `sequence` of either topic. */
  sequence: number;
  /** The highest `cx_seq` of either topic. */
  seq: number;
  readonly signals: Map<SignalName, FoldedSignal>;
  readonly patterns: Map<string, FoldedPattern>;
  verdict: (Counted & { readonly verdict: Verdict }) | null;
  alert: FoldedAlert | null;
  readonly last: { 'cx.events': number; 'cx.alerts': number };
}

type SaidTopic = keyof FoldedOrder['last'];

export interface SaidLog {
  /** @param at where it stands; null: in the outbox */
  readonly takeEvent: (record: NumberedRecord, at: string | null) => void;
  readonly takeAlert: (record: NumberedRecord, at: string | null) => void;
  of(orderId: string): FoldedOrder | undefined;
  orderIds(): Iterable<string>;
  readonly events: ReturnType<typeof createNumberedLog>;
  readonly alerts: ReturnType<typeof createNumberedLog>;
}

export interface SaidLogParts {
  readonly numbers: NumberSet;
  readonly tell: Tell;
  /** Is the topic there from its first record on? Else what came before is unknown. */
  readonly whole: Readonly<Record<SaidTopic, boolean>>;
}

const idOf = (kind: string, orderId: string, episode: number, revision: number): string =>
  nameUuid(JSON.stringify([kind, orderId, episode, revision]));

const kindOf = (event: DerivedEvent): string =>
  ('signal' in event ? `signal:${event.signal}` : 'pattern' in event ? `pattern:${event.pattern}` : 'verdict');

const parsed = (value: Buffer | null): unknown => {
  try {
    return JSON.parse(value?.toString() ?? '');
  } catch {
    return null;
  }
};

const newOrder = (): FoldedOrder => ({
  records: 0, sequence: 0, seq: 0, signals: new Map(), patterns: new Map(), verdict: null, alert: null, last: { 'cx.events': 0, 'cx.alerts': 0 },
});

export function createSaidLog({ numbers, tell, whole }: SaidLogParts): SaidLog {
  const orders = new Map<string, FoldedOrder>();
  const events = createNumberedLog('cx.events', numbers, 'id_two_contents', tell);
  const alerts = createNumberedLog('cx.alerts', numbers, 'id_two_contents', tell);

  /** What both topics have in common; null: it is not to be folded. */
  const admit = (topic: SaidTopic, value: DerivedEvent | Alert, kind: string, record: NumberedRecord, at: string | null): FoldedOrder | null => {
    const about = { orderId: value.orderId, ...(at === null ? {} : { at }) };
    const seq = (topic === 'cx.events' ? events : alerts).take(record, value.id, at);
    if (seq === null) return null;
    const id = idOf(kind, value.orderId, value.episode, value.revision);
    if (id !== value.id) tell('id_differs', `${topic}: ${kind}, episode ${value.episode}, revision ${value.revision} has the id ${value.id}, expected ${id}`, about);
    if (record.key?.toString() !== value.orderId) tell('record_foreign', `${topic}: the key is not the order of the value`, about);
    const order = orders.get(value.orderId) ?? newOrder();
    orders.set(value.orderId, order);
    if (value.sequence <= order.last[topic]) tell('sequence_not_rising', `${topic}: sequence ${value.sequence} after ${order.last[topic]}`, about);
    order.last[topic] = Math.max(order.last[topic], value.sequence);
    order.sequence = Math.max(order.sequence, value.sequence);
    order.seq = Math.max(order.seq, seq);
    order.records += 1;
    return order;
  };

  return {
    takeEvent(record, at) {
      const read = derivedEvent.safeParse(parsed(record.value));
      if (!read.success) {
        tell('record_foreign', 'cx.events: the value is no derived event', at === null ? {} : { at });
        return;
      }
      const event = read.data;
      const order = admit('cx.events', event, kindOf(event), record, at);
      if (order === null) return;
      const wrong = foldEvent(order, event, whole['cx.events']);
      if (wrong !== null) tell('change_illegal', `cx.events: ${wrong}`, { orderId: event.orderId, ...(at === null ? {} : { at }) });
    },
    takeAlert(record, at) {
      const read = alertSchema.safeParse(parsed(record.value));
      if (!read.success) {
        tell('record_foreign', 'cx.alerts: the value is no alert', at === null ? {} : { at });
        return;
      }
      const value = read.data;
      const order = admit('cx.alerts', value, 'alert', record, at);
      if (order === null) return;
      const wrong = foldAlert(order, value, whole['cx.alerts']);
      if (wrong !== null) tell('change_illegal', `cx.alerts: ${wrong}`, { orderId: value.orderId, ...(at === null ? {} : { at }) });
    },
    of: (orderId) => orders.get(orderId),
    orderIds: () => orders.keys(),
    events,
    alerts,
  };
}

/** The value that a signal event says to hold from now on. */
function signalOf(event: Extract<DerivedEvent, { signal: SignalName }>): FoldedSignal {
  const { episode, revision, severity } = event;
  if (event.reason === 'retracted') return { episode, revision, severity, state: 'retracted', print: '' };
  const state = event.type === 'signal.closed' ? 'resolved' : 'open';
  const opensAt = parseInstant(event.opensAt ?? '');
  const closedAt = event.closedAt === undefined ? null : parseInstant(event.closedAt);
  return { episode, revision, severity, state, print: fingerprint([state, severity, opensAt, closedAt, event.detail as Json]) };
}

const told = ({ episode, revision }: Counted): string => `episode ${episode}, revision ${revision}`;

/** Does `now` follow from `before`? Null: yes. `opens`: it begins an episode. */
function follows(what: string, before: Counted | null, now: Counted, opens: boolean, may: boolean, whole: boolean): string | null {
  if (before === null && !whole) return null;
  const episode = (before?.episode ?? 0) + (opens ? 1 : 0);
  const revision = opens ? 0 : (before?.revision ?? -1) + 1;
  if (may && now.episode === episode && now.revision === revision) return null;
  return `${what} ${told(now)} after ${before === null ? 'nothing' : told(before)}${may ? '' : ', which does not allow it'}`;
}

function foldEvent(order: FoldedOrder, event: DerivedEvent, whole: boolean): string | null {
  if ('signal' in event) {
    const before = order.signals.get(event.signal) ?? null;
    order.signals.set(event.signal, signalOf(event));
    const open = before !== null && before.state !== 'retracted';
    // An open one isn't opened again; only its closing ends it.
    const may = event.type === 'signal.opened' ? before?.state !== 'open' : open;
    return follows(`${event.type} ${event.signal}`, before, event, event.type === 'signal.opened', may, whole);
  }
  if ('pattern' in event) {
    const before = order.patterns.get(event.pattern) ?? null;
    const matched = event.type === 'pattern.matched';
    order.patterns.set(event.pattern, { episode: event.episode, revision: event.revision, severity: event.severity, state: matched ? 'matched' : 'cleared' });
    return follows(`${event.type} ${event.pattern}`, before, event, matched, matched || before?.state === 'matched', whole);
  }
  const before = order.verdict;
  order.verdict = { verdict: event.verdict, episode: event.episode, revision: event.revision };
  if (before === null && !whole) return null;
  return follows(`${event.type} ${event.verdict}`, before ?? { episode: 1, revision: -1 }, event, false, true, whole);
}

function foldAlert(order: FoldedOrder, value: Alert, whole: boolean): string | null {
  const before = order.alert;
  const { episode, revision, severity, patterns } = value;
  order.alert = { episode, revision, severity, patterns, state: alertState(value) };
  if (value.alertId !== idOf('alert.id', value.orderId, episode, 0)) return `the alertId is not the one of episode ${episode}`;
  const opens = value.type === 'alert.raised';
  return follows(value.type, before, value, opens, opens ? before?.state !== 'open' : before?.state === 'open', whole);
}
