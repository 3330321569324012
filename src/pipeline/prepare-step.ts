import type { SourceTopic } from '../contracts/names.js';
import type { StepDeadlines } from './deadlines.js';
import type { Candidate, StepParts } from './step-parts.js';

/** What a step needs from the store before it can run without waiting. */
export interface PreparedStep {
  readonly candidates: readonly Candidate[];
  readonly deadlines: StepDeadlines;
  readonly firsts: ReadonlyMap<Candidate, boolean>;
  /** The deadlines are known up to here. */
  readonly until: number;
}

/** Reads ahead for one step. Changes nothing, so that it may be tried again after a fault. */
export async function prepareStep(parts: StepParts, candidates: readonly Candidate[]): Promise<PreparedStep> {
  const firsts = await orderlessFirsts(parts, candidates);
  const until = parts.silence.isKept() ? -Infinity : parts.time.nowAfter(readings(candidates));
  const deadlines = await parts.deadlines.fetch(until, parts.limits.orders);
  await parts.book.prepare(orderIdsOf(candidates, deadlines));
  return { candidates, deadlines, firsts, until };
}

/** The greatest `occurredAt` per topic among the candidates. */
function readings(candidates: readonly Candidate[]): Map<SourceTopic, number> {
  const greatest = new Map<SourceTopic, number>();
  for (const c of candidates) {
    if (c.kind !== 'record' || c.decoded.kind !== 'event') continue;
    const before = greatest.get(c.record.topic);
    if (before === undefined || c.decoded.fact.at > before) greatest.set(c.record.topic, c.decoded.fact.at);
  }
  return greatest;
}

function orderIdsOf(candidates: readonly Candidate[], deadlines: StepDeadlines): Set<string> {
  const ids = new Set(deadlines.orderIds);
  for (const c of candidates) if (c.kind === 'record' && c.decoded.kind === 'event' && c.decoded.orderId !== null) ids.add(c.decoded.orderId);
  return ids;
}

/** Events without order are unique by topic and id over all lanes: the store knows which was first. */
async function orderlessFirsts(parts: StepParts, candidates: readonly Candidate[]): Promise<Map<Candidate, boolean>> {
  const orderless = candidates.filter((c) => c.kind === 'record' && c.decoded.kind === 'event' && c.decoded.orderId === null);
  const firsts = new Map<Candidate, boolean>();
  if (orderless.length === 0) return firsts;
  const keys = orderless.flatMap((c) => (c.kind === 'record' && c.decoded.kind === 'event'
    ? [{ key: `${c.record.topic}|${c.decoded.fact.id}`, coordinates: `${c.record.partition}:${c.record.offset}` }] : []));
  const answers = await parts.firstSeen(keys);
  orderless.forEach((c, i) => firsts.set(c, answers[i] ?? true));
  return firsts;
}
