import type { OutputTopic } from '../contracts/names.js';
import { createOutputWaits } from './output-waits.js';
import type { ClaimedLane, OutputLog, OutputRecord, WallClock } from './ports.js';
import { type OutputTail, seqOf } from './recovery.js';
import { Final } from './retry.js';
import { isSkipped } from './upkeep.js';

/** Somebody wrote into the lane's outputs what its state knows nothing of. */
export class StateDoubted extends Final {
  override readonly name = 'StateDoubted';
}

export interface LaneOutputParts {
  readonly lane: number;
  readonly output: OutputLog;
  readonly wallClock: WallClock;
}

/**
 * A lane's outputs in the log: how far they are written, and what somebody else wrote between. What the outbox holds and journeys
 * go to topics of their own, so both may be sent at a time; neither may be sent twice at a time.
 */
export function createLaneOutput({ lane, output, wallClock }: LaneOutputParts, claimed: ClaimedLane, tail: OutputTail) {
  const ends = new Map(tail.ends);
  const waits = createOutputWaits(wallClock);
  /** Orders over whose journey a stranger may have written. */
  const overwritten = new Set(tail.overwritten);
  /** Where the first of those records stands; null: there is none. Until they have their present journey again, the next owner has to look from here. */
  let foreign = overwritten.size === 0 ? null : (claimed.outputEnds.get('cx.journeys') ?? 0);

  /** Someone else wrote between our records: a former owner's late request. Its orders get their present journey again. */
  const findOverwritten = async (from: number, to: number): Promise<void> => {
    await output.readBack(lane, 'cx.journeys', from, to, ({ key }) => {
      if (key !== null) overwritten.add(key.toString());
    });
    foreign ??= from;
  };
  /** A former owner's late request repeats what is known, or tells of a state that was lost. */
  const findLateWords = async (topic: OutputTopic, from: number, to: number): Promise<void> => {
    let late: number | null = null;
    await output.readBack(lane, topic, from, to, ({ headers }) => {
      const number = seqOf(headers);
      if (number !== null && isSkipped(claimed.upkeep.skipped, number)) late = number;
    });
    if (late !== null) throw new StateDoubted(`${topic}/${lane} holds record number ${String(late)} of a state that was lost`);
  };
  /** The output ends as the next owner may rely on them. */
  const settledEnds = (): ReadonlyMap<OutputTopic, number> => (foreign === null ? ends : new Map(ends).set('cx.journeys', foreign));
  const send = async (records: readonly OutputRecord[]): Promise<void> => {
    const firsts = await waits.during(records[0]?.topic === 'cx.journeys' ? 'journeys' : 'outbox', () => output.publish(lane, records));
    for (const [topic, first] of firsts) {
      const expected = ends.get(topic) ?? first;
      if (first > expected) await (topic === 'cx.journeys' ? findOverwritten(expected, first) : findLateWords(topic, expected, first));
      ends.set(topic, first + records.filter((r) => r.topic === topic).length);
    }
  };
  return {
    /** Orders whose journey has to be published again, whoever changed them. */
    overwritten: overwritten as ReadonlySet<string>,
    settledEnds,
    waits: waits.list,
    /**
     * Of the other topics only a trim may keep the end: it does so for numbers that the store has given out, while these marks may be
     * those of a store that went back.
     */
    journeyEnd: (): ReadonlyMap<OutputTopic, number> => new Map([...settledEnds()].filter(([topic]) => topic === 'cx.journeys')),
    /** @throws StateDoubted when a record of a lost state stands between what was sent before and this */
    send,
    /** Sends journeys, those of `again` among them, over which a stranger wrote. */
    async sendAgain(records: readonly OutputRecord[], again: readonly string[]): Promise<void> {
      for (const id of again) overwritten.delete(id);
      try {
        if (records.length > 0) await send(records);
      } catch (error) {
        for (const id of again) overwritten.add(id);
        throw error;
      }
      if (overwritten.size === 0) foreign = null;
    },
    async lookForStrangers(): Promise<void> {
      const known = ends.get('cx.journeys') ?? 0;
      const end = await output.end(lane, 'cx.journeys');
      if (end > known) await findOverwritten(known, end);
      ends.set('cx.journeys', Math.max(known, end));
    },
  };
}
export type LaneOutput = ReturnType<typeof createLaneOutput>;
