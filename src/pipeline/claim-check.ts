import type { SourceTopic } from '../contracts/names.js';
import type { ClaimedLane, Halt, LogBounds, OutputLog, SourceLog, TopicProgress } from './ports.js';
import { recordDigest } from './progress.js';

export type Finding = Omit<Halt, 'since'>;

/** Something of a source topic that is gone, or is not what it was. */
export interface Loss extends Finding {
  readonly topic: SourceTopic;
  /** Where reading goes on once a person accepts the loss, and with which account. */
  readonly goOn: TopicProgress;
}

export interface ClaimCheckParts {
  readonly lane: number;
  readonly source: SourceLog;
  readonly output: OutputLog;
  readonly topicNames: Readonly<Record<SourceTopic, string>>;
}

/** Is there a state to go on from, and is the lane the same partition of every topic as when it was made? Null: yes. */
export const checkState = async (parts: ClaimCheckParts, claimed: ClaimedLane): Promise<Finding | null> =>
  checkPartitions(parts, claimed) ?? (claimed.version === 0 ? checkNothingForgotten(parts) : null);

export const checkPartitions = (parts: ClaimCheckParts, claimed: ClaimedLane): Finding | null =>
  (claimed.lanes === parts.source.lanes ? null : partitionsChanged(claimed.lanes, parts.source.lanes));

/** What the log no longer has of what the state was made from, or was yet to be read: at most one finding a topic. */
export async function findLosses(parts: ClaimCheckParts, claimed: ClaimedLane): Promise<Loss[]> {
  const bounds = (await parts.source.bounds([parts.lane])).get(parts.lane);
  const losses: Loss[] = [];
  for (const [topic, progress] of claimed.topics) {
    const there = bounds?.get(topic);
    if (there === undefined) continue;
    const loss = checkOffset(parts, topic, progress, there) ?? (await checkPosition(parts, topic, progress, there));
    if (loss !== null) losses.push(loss);
  }
  return losses;
}

const partitionsChanged = (before: number, now: number): Finding => ({
  name: 'partition_count_changed',
  message: `The source topics had ${before} partitions when this state was made and have ${now} now: orders would land in other lanes than their history. `
    + `Set the topics back to ${before} partitions, or read everything again into an empty state: another redis.prefix, another KAFKA_GROUP_ID and new output topics.`,
});

/** A lane without a state has no past, as far as anything else tells. */
async function checkNothingForgotten(parts: ClaimCheckParts): Promise<Finding | null> {
  const advised = await parts.source.advisedOffsets(parts.lane);
  const written: string[] = [];
  for (const topic of ['cx.journeys', 'cx.events'] as const) if ((await parts.output.end(parts.lane, topic)) > 0) written.push(topic);
  if (advised === null && written.length === 0) return null;
  const trace = advised === null ? `${written.join(' and ')} had records in partition ${parts.lane}` : 'the consumer group has committed offsets';
  return {
    name: 'state_lost',
    message: `Lane ${parts.lane} has no state in Redis, but ${trace}: Redis was emptied, or another one is configured. `
      + 'Going on would publish everything anew under ids that were used before. Check REDIS_URL and redis.prefix, or restore Redis from its back-up. '
      + `Where there is none, \`touchpoint lanes rebuild ${parts.lane}\` makes the state anew from the topics.`,
  };
}

function checkOffset(parts: ClaimCheckParts, topic: SourceTopic, progress: TopicProgress, there: LogBounds): Loss | null {
  const name = `${parts.topicNames[topic]}/${parts.lane}`;
  const { next } = progress;
  if (next < there.start) {
    return {
      name: 'records_lost', topic, goOn: { ...progress, next: there.start, position: null },
      message: `${name}: the next offset to read is ${next}, but the oldest record there has ${there.start}: ${there.start - next} records were deleted before they were read. `
        + `Orders in them would be judged on half their facts. Raise the retention; \`touchpoint lanes resume ${parts.lane} --accept-loss\` reads on from ${there.start} without them.`,
    };
  }
  if (next > there.end) {
    return {
      ...replaced(topic, there),
      message: `${name}: the next offset to read is ${next}, but the topic ends at ${there.end}: it was deleted and made anew, or lost its tail. ${findOut(parts, name, there)}`,
    };
  }
  return null;
}

async function checkPosition(parts: ClaimCheckParts, topic: SourceTopic, progress: TopicProgress, there: LogBounds): Promise<Loss | null> {
  const { position } = progress;
  if (position === null || position.offset < there.start) return null;
  const record = await parts.source.recordAt(parts.lane, topic, position.offset);
  if (record !== null && record.timestamp === position.timestamp && recordDigest(record) === position.digest) return null;
  const name = `${parts.topicNames[topic]}/${parts.lane}`;
  return {
    ...replaced(topic, there),
    message: `${name}: the record at offset ${position.offset} isn't the one that was applied there: the topic was deleted and filled again. `
      + `Its records are other facts than the ones known. ${findOut(parts, name, there)}`,
  };
}

const NOTHING_READ = { read: 0, applied: 0, duplicate: 0, deadLetter: 0 };

/** Another topic is read from its beginning, and counted from there; what is known already counts as repeated. */
const replaced = (topic: SourceTopic, { start }: LogBounds): Pick<Loss, 'name' | 'topic' | 'goOn'> =>
  ({ name: 'topic_replaced', topic, goOn: { next: start, clock: null, position: null, count: NOTHING_READ } });

const findOut = ({ lane }: ClaimCheckParts, name: string, { start }: LogBounds): string =>
  `Find out which; if the topic that is there is the right one, \`touchpoint lanes resume ${lane} --accept-loss\` reads ${name} from ${start}, its oldest record.`;
