import type { SourceTopic } from '../contracts/names.js';
import type { ClaimedLane, Halt, LogBounds, OutputLog, SourceLog, TopicProgress } from './ports.js';
import { recordDigest } from './progress.js';

export type Finding = Omit<Halt, 'since'>;

/** Something of a source topic that is gone, or is not what it was. */
export interface Loss<T extends string = SourceTopic> extends Finding {
  readonly topic: T;
  /** Where reading goes on once a person accepts the loss, and with which account. */
  readonly goOn: TopicProgress;
}

export interface ClaimCheckParts {
  readonly lane: number;
  readonly source: SourceLog;
  readonly output: OutputLog;
  readonly topicNames: Readonly<Record<SourceTopic, string>>;
}

/** What is asked of the logs of any stage, and how it speaks of what it finds. */
export interface LossParts<T extends string> {
  readonly lane: number;
  readonly source: Pick<SourceLog<T>, 'bounds' | 'recordAt'>;
  /** A partition as people know it. */
  readonly placeOf: (topic: T) => string;
  /** What `touchpoint lanes resume` calls the lane. */
  readonly name: string;
  /** What going on without the lost records would mean. */
  readonly risk: string;
}

/** Is there a state to go on from, and is the lane the same partition of every topic as when it was made? Null: yes. */
export const checkState = async (parts: ClaimCheckParts, claimed: ClaimedLane): Promise<Finding | null> =>
  checkPartitions(parts, claimed) ?? (claimed.version === 0 ? checkNothingForgotten(parts) : null);

export const checkPartitions = (parts: ClaimCheckParts, claimed: ClaimedLane): Finding | null =>
  (claimed.lanes === parts.source.lanes ? null : partitionsChanged(claimed.lanes, parts.source.lanes));

/** What the log no longer has of what the state was made from, or was yet to be read: at most one finding a topic. */
export const findLosses = ({ lane, source, topicNames }: ClaimCheckParts, claimed: Pick<ClaimedLane, 'topics'>): Promise<Loss[]> => lossesOf<SourceTopic>({
  lane, source, placeOf: (topic) => `${topicNames[topic]}/${lane}`, name: String(lane), risk: 'Orders in them would be judged on half their facts.',
}, claimed.topics);

/** The same for any stage: `topics` is what its state knows of them. */
export async function lossesOf<T extends string>(parts: LossParts<T>, topics: ReadonlyMap<T, TopicProgress>): Promise<Loss<T>[]> {
  const bounds = (await parts.source.bounds([parts.lane])).get(parts.lane);
  const losses: Loss<T>[] = [];
  for (const [topic, progress] of topics) {
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

function checkOffset<T extends string>(parts: LossParts<T>, topic: T, progress: TopicProgress, there: LogBounds): Loss<T> | null {
  const name = parts.placeOf(topic);
  const { next } = progress;
  if (next < there.start) {
    return {
      name: 'records_lost', topic, goOn: { ...progress, next: there.start, position: null },
      message: `${name}: the next offset to read is ${next}, but the oldest record there has ${there.start}: ${there.start - next} records were deleted before they were read. `
        + `${parts.risk} Raise the retention; \`touchpoint lanes resume ${parts.name} --accept-loss\` reads on from ${there.start} without them.`,
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

async function checkPosition<T extends string>(parts: LossParts<T>, topic: T, progress: TopicProgress, there: LogBounds): Promise<Loss<T> | null> {
  const { position } = progress;
  if (position === null || position.offset < there.start) return null;
  const record = await parts.source.recordAt(parts.lane, topic, position.offset);
  if (record !== null && record.timestamp === position.timestamp && recordDigest(record) === position.digest) return null;
  const name = parts.placeOf(topic);
  return {
    ...replaced(topic, there),
    message: `${name}: the record at offset ${position.offset} isn't the one that was applied there: the topic was deleted and filled again. `
      + `Its records are other facts than the ones known. ${findOut(parts, name, there)}`,
  };
}

const NOTHING_READ = { read: 0, applied: 0, duplicate: 0, deadLetter: 0 };

/** Another topic is read from its beginning, and counted from there; what is known already counts as repeated. */
const replaced = <T extends string>(topic: T, { start }: LogBounds): Pick<Loss<T>, 'name' | 'topic' | 'goOn'> =>
  ({ name: 'topic_replaced', topic, goOn: { next: start, clock: null, position: null, count: NOTHING_READ } });

const findOut = ({ name: lane }: Pick<LossParts<string>, 'name'>, name: string, { start }: LogBounds): string =>
  `Find out which; if the topic that is there is the right one, \`touchpoint lanes resume ${lane} --accept-loss\` reads ${name} from ${start}, its oldest record.`;
