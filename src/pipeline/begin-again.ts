import { OUTPUT_TOPICS, type SourceTopic } from '../contracts/names.js';
import { checkPartitions, type ClaimCheckParts, type Finding } from './claim-check.js';
import type { LaneWriter } from './lane-writer.js';
import type { LogBounds, TopicProgress } from './ports.js';
import { type CatchUp, type Decision, skipping } from './upkeep.js';

/** How a lane is set to read again what it has read: a topic from an offset on, or everything. */

/** To be read up to the present end, where there is anything to read at all. */
export const untilEnd = (bounds: ReadonlyMap<SourceTopic, LogBounds>): CatchUp['until'] =>
  Object.fromEntries([...bounds].filter(([, { start, end }]) => end > start).map(([topic, { end }]) => [topic, end]));

export const boundsOf = async ({ source, lane }: ClaimCheckParts): Promise<ReadonlyMap<SourceTopic, LogBounds>> => (await source.bounds([lane])).get(lane) ?? new Map();

/**
 * Keeps that the lane's state is to be made anew from the topics. Returns what speaks against it: then the decision is dropped, and
 * the lane stays as it was.
 */
export async function beginRebuild(parts: ClaimCheckParts, writer: LaneWriter, acceptLoss: boolean): Promise<Finding | null> {
  const bounds = await boundsOf(parts);
  const starts = new Map<(typeof OUTPUT_TOPICS)[number], number>();
  for (const topic of OUTPUT_TOPICS) starts.set(topic, await parts.output.start(parts.lane, topic));
  const wrong = checkPartitions(parts, writer.lane()) ?? (acceptLoss ? null : checkWhole(parts, bounds, starts));
  if (wrong !== null) {
    await writer.commit({ carriesOut: true });
    return wrong;
  }
  const { upkeep, seq, outbox } = writer.lane();
  const catchUp: CatchUp = {
    why: 'rebuild', stage: 'clear', countedTo: {}, saidFrom: Object.fromEntries(starts),
    until: untilEnd(bounds),
  };
  await writer.commit({
    topics: new Map([...bounds].map(([topic, { start }]): [SourceTopic, TopicProgress] => [topic, fromThere(start)])), carriesOut: true,
    upkeep: { catchUp, judgedBy: null, sweep: null, skipped: skipping(upkeep.skipped, { first: outbox[0]?.firstSeq ?? seq + 1, last: seq }) },
  });
  return null;
}

const fromThere = (next: number): TopicProgress => ({ next, clock: null, position: null, count: { read: 0, applied: 0, duplicate: 0, deadLetter: 0 } });

/** Everything that was ever read or said is still there. */
function checkWhole(parts: ClaimCheckParts, bounds: ReadonlyMap<SourceTopic, LogBounds>, starts: ReadonlyMap<string, number>): Finding | null {
  const { lane, topicNames } = parts;
  const cut = [
    ...[...bounds].map(([topic, { start }]): [string, number] => [topicNames[topic], start]),
    ...[...starts].filter(([topic]) => topic === 'cx.events' || topic === 'cx.alerts'),
  ].filter(([, start]) => start > 0).map(([name, start]) => `${name}/${lane} begins at offset ${start}`);
  if (cut.length === 0) return null;
  return {
    name: 'rebuild_incomplete',
    message: `Lane ${lane} was to be made anew from its topics, but they don't go back to their beginnings: ${cut.join(', ')}. Orders would be judged on what is left, and ids of what was said before could be given to other contents. `
      + `Nothing was changed: \`touchpoint lanes resume ${lane}\` goes on with the present state, \`touchpoint lanes rebuild ${lane} --accept-loss\` makes it anew from what is left.`,
  };
}

/** Keeps that a topic is to be read again from an offset on, or from its oldest record if that is later. Where nothing lies behind, nothing is done. */
export async function beginRewind(parts: ClaimCheckParts, writer: LaneWriter, { topic, offset }: Extract<Decision, { kind: 'rewind' }>): Promise<void> {
  const { topics, upkeep } = writer.lane();
  const progress = topics.get(topic);
  const next = Math.max(offset, (await boundsOf(parts)).get(topic)?.start ?? 0);
  if (progress === undefined || next >= progress.next) {
    await writer.commit({ carriesOut: true });
    return;
  }
  const before = upkeep.catchUp;
  const counted = before?.countedTo[topic] ?? progress.next;
  await writer.commit({
    topics: new Map([[topic, { ...progress, next, position: null }]]), carriesOut: true,
    upkeep: {
      ...upkeep, judgedBy: null, sweep: null,
      catchUp: {
        why: before?.why ?? 'rewind', stage: before?.stage ?? 'read',
        saidFrom: { ...before?.saidFrom, 'cx.dead-letters': await parts.output.start(parts.lane, 'cx.dead-letters') },
        until: { ...before?.until, [topic]: Math.max(progress.next, before?.until[topic] ?? 0) },
        countedTo: { ...before?.countedTo, [topic]: Math.max(counted, progress.next) },
      },
    },
  });
}
