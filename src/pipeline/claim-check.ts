import type { SourceTopic } from '../contracts/names.js';
import type { ClaimedLane, Halt, LogBounds, OutputLog, SourceLog } from './ports.js';
import { recordDigest } from './progress.js';

type Finding = Omit<Halt, 'since'>;

export interface ClaimCheckParts {
  readonly lane: number;
  readonly source: SourceLog;
  readonly output: OutputLog;
  readonly topicNames: Readonly<Record<SourceTopic, string>>;
}

/**
 * Looks, before anything is read, whether the log still is the one that the lane's state was made from. A finding halts the
 * lane until a person says how to go on: reading on would lose or double records without a word.
 */
export async function checkClaim(parts: ClaimCheckParts, claimed: ClaimedLane): Promise<Finding | null> {
  if (claimed.lanes !== parts.source.lanes) return partitionsChanged(claimed.lanes, parts.source.lanes);
  if (claimed.version === 0) return checkNothingForgotten(parts);
  const bounds = (await parts.source.bounds([parts.lane])).get(parts.lane);
  for (const [topic, progress] of claimed.topics) {
    const there = bounds?.get(topic);
    if (there === undefined) continue;
    const finding = checkOffset(parts, topic, progress.next, there) ?? (await checkPosition(parts, topic, claimed, there));
    if (finding !== null) return finding;
  }
  return null;
}

const partitionsChanged = (before: number, now: number): Finding => ({
  name: 'partition_count_changed',
  message: `The source topics had ${before} partitions when this state was made and have ${now} now: orders would land in other lanes than their history. `
    + `Set the topics back to ${before} partitions, or read everything again into an empty state: another redis.prefix, another KAFKA_GROUP_ID and new output topics.`,
});

async function checkNothingForgotten(parts: ClaimCheckParts): Promise<Finding | null> {
  const advised = await parts.source.advisedOffsets(parts.lane);
  const journeys = await parts.output.end(parts.lane, 'cx.journeys');
  if (advised === null && journeys === 0) return null;
  const trace = advised === null ? `cx.journeys has records in partition ${parts.lane}` : 'the consumer group has committed offsets';
  return {
    name: 'state_lost',
    message: `Lane ${parts.lane} has no state in Redis, but ${trace}: Redis was emptied, or another one is configured. `
      + 'Going on would publish everything anew under ids that were used before. Check REDIS_URL and redis.prefix, or restore Redis from its back-up.',
  };
}

function checkOffset(parts: ClaimCheckParts, topic: SourceTopic, next: number, there: LogBounds): Finding | null {
  const name = `${parts.topicNames[topic]}/${parts.lane}`;
  if (next < there.start) {
    return {
      name: 'records_lost',
      message: `${name}: the next offset to read is ${next}, but the oldest record there has ${there.start}: ${there.start - next} records were deleted before they were read. `
        + 'Orders in them would be judged on half their facts. Raise the retention, and decide whether to go on over the gap.',
    };
  }
  if (next > there.end) {
    return {
      name: 'topic_replaced',
      message: `${name}: the next offset to read is ${next}, but the topic ends at ${there.end}: it was deleted and made anew, or lost its tail. `
        + 'Find out which before going on.',
    };
  }
  return null;
}

async function checkPosition(parts: ClaimCheckParts, topic: SourceTopic, claimed: ClaimedLane, there: LogBounds): Promise<Finding | null> {
  const position = claimed.topics.get(topic)?.position ?? null;
  if (position === null || position.offset < there.start) return null;
  const record = await parts.source.recordAt(parts.lane, topic, position.offset);
  if (record !== null && record.timestamp === position.timestamp && recordDigest(record) === position.digest) return null;
  return {
    name: 'topic_replaced',
    message: `${parts.topicNames[topic]}/${parts.lane}: the record at offset ${position.offset} isn't the one that was applied there: the topic was deleted and filled again. `
      + 'Its records are other facts than the ones known. Find out which are right before going on.',
  };
}
