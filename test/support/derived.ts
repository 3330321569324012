import type { KafkaMessage } from 'kafkajs';

/** What a consumer makes of `cx.events`: repeats dropped by id, the rest folded into the present assessment. */

export interface Derived {
  readonly id: string;
  readonly type: string;
  readonly orderId: string;
  readonly sequence: number;
  readonly signal?: string;
  readonly pattern?: string;
  readonly verdict?: string;
  readonly reason?: string;
  readonly severity?: number | string;
  readonly opensAt?: string;
  readonly detail: unknown;
}

/** Each event once. Throws when an id carries two contents. */
export function withoutRepeats(messages: readonly Pick<KafkaMessage, 'value'>[]): Derived[] {
  const seen = new Map<string, string>();
  const events: Derived[] = [];
  for (const { value } of messages) {
    const text = value?.toString() ?? 'null';
    const event = JSON.parse(text) as Derived;
    const before = seen.get(event.id);
    if (before === undefined) {
      seen.set(event.id, text);
      events.push(event);
    } else if (before !== text) throw new Error(`the id ${event.id} carries two contents:\n${before}\n${text}`);
  }
  return events;
}

export interface FoldedOrder {
  verdict: string;
  readonly signals: Record<string, unknown>;
  readonly patterns: string[];
}

/** Per order, what its events add up to. Throws when an order's `sequence` does not rise. */
export function foldEvents(events: readonly Derived[]): Map<string, FoldedOrder> {
  const orders = new Map<string, { verdict: string; signals: Map<string, unknown>; patterns: Set<string>; sequence: number }>();
  for (const event of events) {
    const order = orders.get(event.orderId) ?? { verdict: 'on_course', signals: new Map<string, unknown>(), patterns: new Set<string>(), sequence: 0 };
    orders.set(event.orderId, order);
    if (event.sequence <= order.sequence) throw new Error(`sequence ${event.sequence} of ${event.orderId} after ${order.sequence}`);
    order.sequence = event.sequence;
    if (event.signal !== undefined) {
      if (event.reason === 'retracted') order.signals.delete(event.signal);
      else order.signals.set(event.signal, [event.type === 'signal.closed' ? 'resolved' : 'open', event.severity, event.opensAt, event.detail]);
    } else if (event.pattern !== undefined) {
      if (event.type === 'pattern.matched') order.patterns.add(event.pattern);
      else order.patterns.delete(event.pattern);
    } else if (event.verdict !== undefined) order.verdict = event.verdict;
  }
  return new Map([...orders].map(([id, o]) => [id, folded(o.verdict, o.signals, o.patterns)]));
}

const folded = (verdict: string, signals: ReadonlyMap<string, unknown>, patterns: Iterable<string>): FoldedOrder => ({
  verdict, signals: Object.fromEntries([...signals].sort(([a], [b]) => (a < b ? -1 : 1))), patterns: [...patterns].sort(),
});

interface JourneyLike {
  readonly verdict: string;
  readonly signals: readonly { readonly signal: string; readonly state: string; readonly severity: number; readonly opensAt: string; readonly detail: unknown }[];
  readonly patterns: readonly { readonly pattern: string }[];
}

/** The same shape from a journey. */
export const foldedJourney = (journey: JourneyLike): FoldedOrder =>
  folded(journey.verdict, new Map(journey.signals.map((s) => [s.signal, [s.state, s.severity, s.opensAt, s.detail]])), journey.patterns.map((p) => p.pattern));
