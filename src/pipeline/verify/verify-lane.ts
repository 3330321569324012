import type { SourceTopic } from '../../contracts/names.js';
import type { LaneLook } from '../lane-viewer.js';
import { compareCounts, compareNumbers, compareOffsets, comparePositions } from './compare-lane.js';
import { boundedIndexes } from './compare-order.js';
import { compareOrders } from './compare-orders.js';
import { type Tell, tellerOf } from './findings.js';
import { createLaneReading, type TopicTally } from './lane-reading.js';
import { type LaneWork, NOTHING_UNVERIFIED, type NotVerified, type VerifyLaneParts } from './lane-work.js';
import { compareOutbox } from './outbox.js';

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
  const work: LaneWork = {
    parts, reading, tell, first, bounded: boundedIndexes(parts.context), followed: first.version, pending: 0,
    tallies: new Map(logs.topics.map((topic) => [topic, { applied: 0, duplicate: 0 }])),
    unverified: { ...NOTHING_UNVERIFIED },
  };
  const orderIds = await allOrders(work);
  await compareOrders(work, orderIds);
  compareAllCounts(work, read);
  const last = await compareEnd(work);
  return summaryOf(work, last, orderIds.length);
}

/** Nobody worked the lane: then nothing can have been published. */
async function unclaimed({ lane, logs }: VerifyLaneParts, tell: Tell): Promise<LaneSummary> {
  const { sources, outputs } = await logs.bounds(lane);
  for (const [topic, { end }] of outputs) if (end > 0) tell('state_lost', `${topic}/${lane} holds records up to offset ${end}`);
  const records = [...sources.values()].reduce((sum, { start, end }) => sum + end - start, 0);
  return {
    lane, claimed: false, halt: null, records: 0, orders: 0, events: 0, alerts: 0, journeys: 0, deadLetters: 0, repeats: 0,
    waiting: { records, outbox: 0, journeys: 0 }, unverified: NOTHING_UNVERIFIED,
  };
}

/** Every order that the store or a topic names anywhere. */
async function allOrders({ parts: { lane, viewer }, reading, bounded }: LaneWork): Promise<string[]> {
  const ids = new Set<string>(reading.orderIds());
  for (const id of reading.refusals.expired.keys()) ids.add(id);
  for (const id of reading.said.orderIds()) ids.add(id);
  for (const id of reading.journeys.orderIds()) ids.add(id);
  const take = (found: readonly string[]): void => { for (const id of found) ids.add(id); };
  for (const set of ['orders', 'due', 'dirty'] as const) await viewer.members(lane, set, take);
  for (const name of bounded) await viewer.members(lane, `index:${name}`, take);
  return [...ids];
}

function compareAllCounts({ parts, reading, tell, first, tallies, unverified }: LaneWork, read: ReadonlyMap<SourceTopic, TopicTally>): void {
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
async function compareEnd({ parts, reading, tell, unverified }: LaneWork): Promise<LaneLook> {
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
  unverified.letters_trimmed += reading.refusals.trimmed();
  unverified.letters_otherwise += reading.refusals.otherwise();
  return last;
}

function summaryOf({ parts, reading, unverified, pending }: LaneWork, last: LaneLook, orders: number): LaneSummary {
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
