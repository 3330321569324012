import type { LaneLook, SeenOrder } from '../lane-viewer.js';
import { type OrderRecords, tallyFacts } from './compare-facts.js';
import { compareOrder, indexesToAsk, type OrderCase, type OrderResult } from './compare-order.js';
import { deadlinesJudged, type JudgedDeadlines, OVERDUE_MS } from './deadlines-judged.js';
import type { FindingKind } from './findings.js';
import type { LaneWork } from './lane-work.js';

/** Orders looked at together. */
const CHUNK = 250;
/** What differs on a live installation is looked at again after these pauses, and one that outlasts the settling; ms. */
const PAUSES = [500, 1_500, 4_000, 8_000];
/** After so many, only what workers mend by themselves within seconds is looked at once more. */
const ROUNDS_FOR_ALL = 2;
const MENDED: ReadonlySet<FindingKind> = new Set(['journey_stale', 'journey_missing', 'deadline_overdue']);

interface Open {
  readonly orderId: string;
  result: OrderResult | null;
}

/**
 * Compares each order with what the topics hold. Where workers are there, what differs is looked at again, round by round: it may have moved
 * meanwhile, or be mended.
 */
export async function compareOrders(work: LaneWork, orderIds: readonly string[]): Promise<void> {
  const { parts } = work;
  let open = orderIds.map((orderId): Open => ({ orderId, result: null }));
  const pauses = parts.isLive ? [...PAUSES, parts.settleMs + OVERDUE_MS] : [];
  for (let round = 0; ; round += 1) {
    const left = await compareRound(work, open);
    if (left.length === 0) return;
    open = left;
    const wait = pauses[round];
    if (wait === undefined) break;
    if (round >= ROUNDS_FOR_ALL) open = settleAllBut(work, open);
    if (open.length === 0) return;
    await parts.pause(wait);
  }
  for (const one of open) settle(work, one);
}

/** Settles what workers do not mend; the rest. */
function settleAllBut(work: LaneWork, open: readonly Open[]): Open[] {
  return open.filter((one) => {
    const mayMend = one.result === null || one.result.moving || one.result.findings.every(({ kind }) => MENDED.has(kind));
    if (!mayMend) settle(work, one);
    return mayMend;
  });
}

/** The last word on an order. */
function settle(work: LaneWork, { result }: Open): void {
  if (result === null) return;
  if (result.moving) work.unverified.moving += 1;
  else for (const finding of result.findings) work.parts.found(finding);
  for (const why of result.unverified) work.unverified[why] += 1;
  if (result.pending) work.pending += 1;
}

/** Looks at orders, reads on to where the look is, and compares. Returns those that are not as they should be. */
async function compareRound(work: LaneWork, open: readonly Open[]): Promise<Open[]> {
  const { parts, reading } = work;
  const left: Open[] = [];
  for (let from = 0; from < open.length; from += CHUNK) {
    const some = open.slice(from, from + CHUNK);
    const asked = some.map(({ orderId }) => ({ orderId, indexes: indexesToAsk(work.bounded, reading.customersOf(orderId)) }));
    const look = await parts.viewer.look(parts.lane, asked);
    if (look === null) throw new Error(`lane ${parts.lane} lost its state while it was read: is something deleting keys under this prefix?`);
    // Journeys are published without a commit, so that a second look needs a second reading.
    if (look.version !== work.followed || some.some(({ result }) => result !== null)) {
      await reading.follow(look);
      work.followed = look.version;
    }
    const deadlines = deadlinesJudged(parts, reading, look);
    some.forEach((one, i) => {
      const seen = look.orders[i];
      if (seen === undefined) return;
      const wasCounted = one.result !== null && !one.result.moving;
      const records = reading.recordsOf(one.orderId);
      one.result = compareOne(work, look, seen, { asked: asked[i]?.indexes ?? [], ...records, ...deadlines });
      if (!wasCounted && !one.result.moving) tally(work, records, one.result);
      if (one.result.moving || one.result.suspect || one.result.findings.length > 0) left.push(one);
      else settle(work, one);
    });
    await parts.compared(some.length);
  }
  return left;
}

function compareOne({ parts, reading }: LaneWork, look: LaneLook, seen: SeenOrder, given: Pick<OrderCase, 'asked' | keyof OrderRecords | keyof JudgedDeadlines>): OrderResult {
  const { orderId } = seen;
  return compareOrder({
    orderId, lane: parts.lane, seen, seq: look.seq, context: parts.context, ...given,
    sources: {
      topicNames: parts.topicNames, start: reading.start, readTo: reading.readTo, next: (topic) => look.topics.get(topic)?.next ?? 0,
    },
    folded: reading.said.of(orderId), journey: reading.journeys.of(orderId),
    knownJourneys: look.outputEnds.get('cx.journeys') ?? 0, fullAt: reading.refusals.full.get(orderId), expiredAt: reading.refusals.expired.get(orderId),
    calendar: look.calendar ?? -Infinity, latestEvent: Math.max(...[...look.topics.values()].map(({ clock }) => clock ?? -Infinity)), retention: parts.retention, isWhole: parts.logs.topics.every((topic) => reading.start(topic) === 0),
    whole: { events: reading.whole['cx.events'], alerts: reading.whole['cx.alerts'] }, latest: parts.now() + parts.maxAheadMs,
  });
}

function tally({ first, tallies }: LaneWork, records: OrderRecords, { stored }: OrderResult): void {
  tallyFacts(records, stored, (topic) => first.topics.get(topic)?.next ?? 0, (topic, outcome) => {
    const counts = tallies.get(topic);
    if (counts !== undefined) counts[outcome] += 1;
  });
}
