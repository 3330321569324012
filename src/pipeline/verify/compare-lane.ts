import type { SourceTopic } from '../../contracts/names.js';
import type { LaneBounds } from '../lane-logs.js';
import type { LaneLook } from '../lane-viewer.js';
import type { LogBounds, TopicCount } from '../ports.js';
import { isSkipped } from '../upkeep.js';
import type { Tell } from './findings.js';
import type { LaneReading, TopicTally } from './lane-reading.js';

/** Holds what a lane keeps of its topics as wholes to the topics. */

const NOWHERE: LogBounds = { start: 0, end: 0 };

/** Offsets lie within the logs. @param bounds asked after the look */
export function compareOffsets(lane: number, look: LaneLook, bounds: LaneBounds, names: Readonly<Record<SourceTopic, string>>, tell: Tell): void {
  for (const [topic, { next }] of look.topics) {
    const { start, end } = bounds.sources.get(topic) ?? NOWHERE;
    if (next > end || next < start) tell('offset_outside', `the next offset of ${names[topic]}/${lane} is ${next}, the topic goes from ${start} to ${end}`);
  }
  for (const [topic, known] of look.outputEnds) {
    const { end } = bounds.outputs.get(topic) ?? NOWHERE;
    if (known > end) tell('output_end_differs', `the state knows ${topic}/${lane} up to ${known}, it ends at ${end}`);
  }
}

/** The last record read below the next offset is the one that the state names as applied last. */
export function comparePositions(lane: number, look: LaneLook, tallies: ReadonlyMap<SourceTopic, TopicTally>, start: (topic: SourceTopic) => number, names: Readonly<Record<SourceTopic, string>>, tell: Tell): void {
  for (const [topic, { position, next }] of look.topics) {
    const last = tallies.get(topic)?.last ?? -1;
    if (position === null ? last < 0 : position.offset < start(topic) || position.offset === last) continue;
    const found = last < 0 ? 'there is none' : `it has offset ${last}`;
    tell('position_differs', `of ${names[topic]}/${lane} the record applied last is said to have offset ${position?.offset ?? 'none'}; below the next offset ${next} ${found}`);
  }
}

export interface OrderTally {
  applied: number;
  duplicate: number;
}

export interface CountsCase {
  readonly lane: number;
  readonly name: string;
  readonly count: TopicCount;
  readonly tally: TopicTally;
  readonly orders: OrderTally;
  /** The topic is there from its first record on. */
  readonly whole: boolean;
}

/** I7, and that the counts are those of the topic. Returns false when the topic's older records are gone. */
export function compareCounts({ lane, name, count, tally, orders, whole }: CountsCase, tell: Tell): boolean {
  const at = `${name}/${lane}`;
  const { read, applied, duplicate, deadLetter } = count;
  if (read !== applied + duplicate + deadLetter) tell('counts_differ', `${at}: read ${read}, but applied ${applied} + duplicate ${duplicate} + dead letters ${deadLetter}`);
  if (!whole) return false;
  const wrong: string[] = [];
  if (read !== tally.records) wrong.push(`read ${tally.records}, counted ${read}`);
  const between = (what: string, found: number, least: number, open: number): void => {
    if (found < least || found > least + open) wrong.push(`${what} ${least}${open === 0 ? '' : ` to ${least + open}`}, counted ${found}`);
  };
  between('dead letters', deadLetter, tally.refused, tally.perhaps);
  between('applied', applied, orders.applied, tally.orderless + tally.perhaps);
  between('duplicate', duplicate, orders.duplicate, tally.orderless + tally.perhaps);
  if (wrong.length > 0) tell('counts_differ', `${at}: expected ${wrong.join('; ')}`);
  return true;
}

/**
 * Every number given out is published or waits in the outbox, as far as the topics are whole; but those that a lost state may have
 * given out.
 */
export function compareNumbers(reading: LaneReading, { seq, upkeep }: Pick<LaneLook, 'seq' | 'upkeep'>, bounds: LaneBounds, tell: Tell): void {
  let from = 1;
  const logs = { 'cx.events': reading.said.events, 'cx.alerts': reading.said.alerts, 'cx.dead-letters': reading.refusals.numbered };
  for (const topic of ['cx.events', 'cx.alerts', 'cx.dead-letters'] as const) {
    if (bounds.outputs.get(topic)?.start !== 0) from = Math.max(from, logs[topic].first() ?? seq + 1);
  }
  for (const missing of reading.numbers.missing(from, seq)) if (!isSkipped(upkeep.skipped, missing)) tell('number_missing', `cx_seq ${missing} of ${seq}`);
}
