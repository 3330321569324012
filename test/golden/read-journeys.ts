import type { CoverableSource } from '../../src/contracts/names.js';
import { topicOf } from '../../src/contracts/sources.js';
import type { Assessment } from '../../src/core/assessment.js';
import { createJourney, place, type Journey } from '../../src/core/journey.js';
import { daysIn } from '../../src/core/zoned-days.js';
import { createDecoder } from '../../src/pipeline/decode.js';

/** What a file of source events tells: its orders, the sources it has, and how far its time reaches. */
export interface Told {
  readonly journeys: ReadonlyMap<string, Journey>;
  readonly covered: ReadonlySet<CoverableSource>;
  readonly asOf: number;
}

const NEWLINE = 10;

/** Reads NDJSON as a replay does: bad lines are left out, a source counts as covered when it has an event that applied. */
export function readJourneys(ndjson: Buffer, now = Date.now()): Told {
  const decode = createDecoder({ now: () => now, maxValueBytes: 1_048_576, maxAheadMs: 3_600_000, keyOf: null });
  const journeys = new Map<string, Journey>();
  const covered = new Set<CoverableSource>();
  let asOf = -Infinity;
  for (let from = 0, offset = 0; from < ndjson.length; offset++) {
    const newline = ndjson.indexOf(NEWLINE, from);
    const to = newline < 0 ? ndjson.length : newline;
    const decoded = decode({ topic: 'orders', partition: 0, offset, timestamp: 0, key: null, value: ndjson.subarray(from, to), headers: {} });
    from = to + 1;
    if (decoded.kind === 'dead_letter') continue;
    const { orderId, fact } = decoded;
    asOf = Math.max(asOf, fact.at);
    const topic = topicOf(fact.type);
    if (topic !== null) covered.add(topic);
    if (fact.type === 'refund.issued') covered.add('refunds');
    if (orderId === null) continue;
    const journey = journeys.get(orderId) ?? createJourney(orderId);
    journeys.set(orderId, journey);
    place(journey, fact);
  }
  return { journeys, covered, asOf };
}

const instantText = (ms: number): string => new Date(ms).toISOString();

/** The parts of an assessment that a reference tells: promises as instants, signals by name. */
export function summaryOf(assessment: Assessment, journey: Journey) {
  const placed = journey.facts.find((fact) => fact.type === 'order.placed');
  const days = daysIn((placed?.type === 'order.placed' ? placed.body.timeZone : null) ?? 'UTC');
  const instantOf = (text: string | null) => text === null ? null : instantText(text.length === 10 ? days.endOf(text) : Date.parse(text));
  const { orderId, customerId, verdict, recordsVerdict, settled, unknown, promises } = assessment;
  return {
    orderId, customerId, verdict, recordsVerdict, settled, unknown,
    promises: { original: instantOf(promises.original), baseline: instantOf(promises.baseline), latest: instantOf(promises.latest) },
    signals: [...assessment.signals].sort((a, b) => (a.signal < b.signal ? -1 : 1))
      .map(({ signal, state, opensAt, severity, detail }) => ({ signal, state, opensAt: instantText(opensAt), severity, detail })),
    patterns: assessment.patterns.map(({ pattern, severity }) => ({ pattern, severity })),
    goods: assessment.goods.map(({ at, type }) => ({ at: instantText(at), type })),
  };
}
