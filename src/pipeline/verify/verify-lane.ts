import type { OutputTopic, SourceTopic } from '../../contracts/names.js';
import type { Fact } from '../../core/fact.js';
import type { AssessmentContext } from '../../core/rules.js';
import type { LaneLogs } from '../lane-logs.js';
import type { LaneLook, LaneViewer, SeenOrder } from '../lane-viewer.js';
import type { Retention } from '../retention.js';
import { compareCounts, compareNumbers, compareOffsets, comparePositions, type OrderTally } from './compare-lane.js';
import { tallyFacts } from './compare-facts.js';
import { boundedIndexes, compareOrder, indexesToAsk, type OrderCase, type OrderResult, type Unverified } from './compare-order.js';
import { deadlinesJudged, type JudgedDeadlines, OVERDUE_MS } from './deadlines-judged.js';
import { type Finding, type FindingKind, type Tell, tellerOf } from './findings.js';
import { createLaneReading, type LaneReading, type ReadingParts, type TopicTally } from './lane-reading.js';
import { compareOutbox } from './outbox.js';

export interface VerifyLaneParts {
  readonly lane: number;
  readonly logs: LaneLogs;
  readonly viewer: LaneViewer;
  readonly decode: ReadingParts['decode'];
  readonly schemas: ReadingParts['schemas'];
  readonly context: AssessmentContext;
  readonly topicNames: Readonly<Record<SourceTopic, string>>;
  readonly outputNames: Readonly<Record<OutputTopic, string>>;
  readonly allowedLatenessMs: number;
  /** The longest that a topic must be quiet before the wall clock counts for it. */
  readonly settleMs: number;
  readonly maxAheadMs: number;
  readonly retention: Retention;
  /** The wall clock of the workers, ms. */
  readonly now: () => number;
  /** Workers are there: what differs may have moved meanwhile, and deadlines must be judged. */
  readonly isLive: boolean;
  readonly pause: (ms: number) => Promise<void>;
  readonly found: (finding: Finding) => void;
  /** Called after so many records were read; resolves when more may be. May reject to end all. */
  readonly pace: (records: number) => Promise<void>;
  /** Called with the number of orders compared since the last call; may reject to end all. */
  readonly compared: (orders: number) => Promise<void>;
}

/** What could not be verified, and is counted instead. */
export type NotVerified = Unverified | 'moving' | 'letters_gone' | 'letters_otherwise' | 'counts';

export interface LaneSummary {
  readonly lane: number;
  /** false: no worker ever claimed it. */
  readonly claimed: boolean;
  readonly halt: string | null;
  readonly records: number;
  readonly orders: number;
  readonly events: number;
  readonly alerts: number;
  readonly journeys: number;
  readonly deadLetters: number;
  /** Records of the outputs that were there before, as consumers drop them. */
  readonly repeats: number;
  readonly waiting: { readonly records: number; readonly outbox: number; readonly journeys: number };
  readonly unverified: Readonly<Record<NotVerified, number>>;
}

/** Orders looked at together. */
const CHUNK = 250;
/** What differs on a live installation is looked at again after these pauses, and one that outlasts the settling; ms. */
const PAUSES = [500, 1_500, 4_000, 8_000];
/** After so many, only what workers mend by themselves within seconds is looked at once more. */
const ROUNDS_FOR_ALL = 2;
const MENDED: ReadonlySet<FindingKind> = new Set(['journey_stale', 'journey_missing', 'deadline_overdue']);

interface Work {
  readonly parts: VerifyLaneParts;
  readonly reading: LaneReading;
  readonly tell: Tell;
  readonly bounded: readonly string[];
  /** The first look: counts are compared as of it. */
  readonly first: LaneLook;
  readonly tallies: Map<SourceTopic, OrderTally>;
  readonly unverified: Record<NotVerified, number>;
  followed: number;
  pending: number;
}

interface Open {
  readonly orderId: string;
  result: OrderResult | null;
}

/** Compares all that the store keeps of a lane with what the topics hold. Reads only. */
export async function verifyLane(parts: VerifyLaneParts): Promise<LaneSummary> {
  const { lane, logs, viewer } = parts;
  const tell = tellerOf(lane, parts.found);
  const bounds = await logs.bounds(lane);
  const first = await viewer.look(lane, []);
  if (first === null) return unclaimed(parts, tell);
  if (first.lanes !== logs.lanes) tell('partitions_differ', `the state was made with ${first.lanes} partitions, the topics have ${logs.lanes}`);
  const reading = createLaneReading({ ...parts, tell }, bounds);
  await reading.follow(first);
  compareOffsets(lane, first, reading.bounds(), parts.topicNames, tell);
  comparePositions(lane, first, reading.tallies, reading.start, parts.topicNames, tell);
  const read = new Map([...reading.tallies].map(([topic, tally]) => [topic, { ...tally }]));
  const work: Work = {
    parts, reading, tell, first, bounded: boundedIndexes(parts.context), followed: first.version, pending: 0,
    tallies: new Map(logs.topics.map((topic) => [topic, { applied: 0, duplicate: 0 }])),
    unverified: { ...NONE },
  };
  const orderIds = await allOrders(work);
  await compareOrders(work, orderIds);
  compareAllCounts(work, read);
  const last = await compareEnd(work);
  return summaryOf(work, last, orderIds.length);
}

const NONE: Readonly<Record<NotVerified, number>> = {
  facts_gone: 0, events_gone: 0, other_rules: 0, unassessed: 0, moving: 0, letters_gone: 0, letters_otherwise: 0, counts: 0,
};

/** Nobody worked the lane: then nothing can have been published. */
async function unclaimed({ lane, logs }: VerifyLaneParts, tell: Tell): Promise<LaneSummary> {
  const { sources, outputs } = await logs.bounds(lane);
  for (const [topic, { end }] of outputs) if (end > 0) tell('state_lost', `${topic}/${lane} holds records up to offset ${end}`);
  const records = [...sources.values()].reduce((sum, { start, end }) => sum + end - start, 0);
  return {
    lane, claimed: false, halt: null, records: 0, orders: 0, events: 0, alerts: 0, journeys: 0, deadLetters: 0, repeats: 0,
    waiting: { records, outbox: 0, journeys: 0 }, unverified: NONE,
  };
}

/** Every order that the store or a topic names anywhere. */
async function allOrders({ parts: { lane, viewer }, reading, bounded }: Work): Promise<string[]> {
  const ids = new Set<string>(reading.orderIds());
  for (const id of reading.refusals.expired.keys()) ids.add(id);
  for (const id of reading.said.orderIds()) ids.add(id);
  for (const id of reading.journeys.orderIds()) ids.add(id);
  const take = (found: readonly string[]): void => { for (const id of found) ids.add(id); };
  for (const set of ['orders', 'due', 'dirty'] as const) await viewer.members(lane, set, take);
  for (const name of bounded) await viewer.members(lane, `index:${name}`, take);
  return [...ids];
}

async function compareOrders(work: Work, orderIds: readonly string[]): Promise<void> {
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
function settleAllBut(work: Work, open: readonly Open[]): Open[] {
  return open.filter((one) => {
    const mayMend = one.result === null || one.result.moving || one.result.findings.every(({ kind }) => MENDED.has(kind));
    if (!mayMend) settle(work, one);
    return mayMend;
  });
}

/** The last word on an order. */
function settle(work: Work, { result }: Open): void {
  if (result === null) return;
  if (result.moving) work.unverified.moving += 1;
  else for (const finding of result.findings) work.parts.found(finding);
  for (const why of result.unverified) work.unverified[why] += 1;
  if (result.pending) work.pending += 1;
}

/** Looks at orders, reads on to where the look is, and compares. Returns those that are not as they should be. */
async function compareRound(work: Work, open: readonly Open[]): Promise<Open[]> {
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
      const log = reading.factsOf(one.orderId);
      one.result = compareOne(work, look, seen, { asked: asked[i]?.indexes ?? [], log, ...deadlines });
      if (!wasCounted && !one.result.moving) tally(work, log, one.result);
      if (one.result.moving || one.result.suspect || one.result.findings.length > 0) left.push(one);
      else settle(work, one);
    });
    await parts.compared(some.length);
  }
  return left;
}

function compareOne({ parts, reading }: Work, look: LaneLook, seen: SeenOrder, given: Pick<OrderCase, 'asked' | 'log' | keyof JudgedDeadlines>): OrderResult {
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

function tally({ first, tallies }: Work, log: readonly Fact[], { stored }: OrderResult): void {
  tallyFacts(log, stored, (topic) => first.topics.get(topic)?.next ?? 0, (topic, outcome) => {
    const counts = tallies.get(topic);
    if (counts !== undefined) counts[outcome] += 1;
  });
}

function compareAllCounts({ parts, reading, tell, first, tallies, unverified }: Work, read: ReadonlyMap<SourceTopic, TopicTally>): void {
  for (const [topic, { count }] of first.topics) {
    const tally = read.get(topic);
    const orders = tallies.get(topic);
    if (tally === undefined || orders === undefined) continue;
    const whole = reading.start(topic) === 0;
    // What is still moving could not be counted.
    if (unverified.moving > 0) unverified.counts += 1;
    else if (!compareCounts({ lane: parts.lane, name: parts.topicNames[topic], count, tally, orders, whole }, tell)) unverified.counts += 1;
  }
}

/** What can only be said once everything was read. */
async function compareEnd({ parts, reading, tell, unverified }: Work): Promise<LaneLook> {
  const { lane, viewer } = parts;
  const last = await viewer.look(lane, []);
  if (last === null) throw new Error(`lane ${lane} lost its state while it was read: is something deleting keys under this prefix?`);
  await reading.follow(last);
  compareOutbox(last.outbox, last.seq, tell);
  compareNumbers(reading, last, reading.bounds(), tell);
  const highest = Math.max(reading.said.events.highest(), reading.said.alerts.highest(), reading.refusals.numbered.highest());
  // The logs may hold more than when the state was looked at.
  const present = highest > last.seq ? ((await viewer.look(lane, []))?.seq ?? 0) : last.seq;
  if (highest > present) tell('number_not_given', `cx_seq ${highest} is published, the last one given out is ${present}`);
  unverified.letters_gone += reading.refusals.settle(last.seq, present, (topic) => ({ start: reading.start(topic), readTo: reading.readTo(topic) }));
  unverified.letters_otherwise += reading.refusals.otherwise();
  return last;
}

function summaryOf({ parts, reading, unverified, pending }: Work, last: LaneLook, orders: number): LaneSummary {
  const { said, refusals, journeys } = reading;
  let records = 0;
  let waiting = 0;
  for (const [topic, tally] of reading.tallies) {
    records += tally.records;
    const { start, end } = reading.bounds().sources.get(topic) ?? { start: 0, end: 0 };
    waiting += Math.max(0, end - Math.max(last.topics.get(topic)?.next ?? 0, start));
  }
  const entry = last.outbox[0];
  return {
    lane: parts.lane, claimed: true, halt: last.halt?.name ?? null, records, orders,
    events: said.events.count(), alerts: said.alerts.count(), journeys: journeys.records(), deadLetters: refusals.count(),
    repeats: said.events.repeats() + said.alerts.repeats() + refusals.numbered.repeats(),
    waiting: { records: waiting, outbox: entry === undefined ? 0 : last.seq - entry.firstSeq + 1, journeys: pending },
    unverified,
  };
}
