import { OUTPUT_TOPICS, type OutputTopic, type SourceTopic } from '../../contracts/names.js';
import type { LaneLogs } from '../../pipeline/lane-logs.js';
import type { LogBounds, SourceRecord } from '../../pipeline/ports.js';
import type { WrittenRecord } from './outputs.js';
import type { PartitionLog } from './partition-log.js';

export interface MemoryPartitions {
  readonly topics: readonly SourceTopic[];
  readonly lanes: number;
  readonly source: (lane: number, topic: SourceTopic) => PartitionLog<SourceRecord>;
  readonly output: (topic: OutputTopic, lane: number) => PartitionLog<WrittenRecord>;
}

const boundsOf = ({ start, end }: LogBounds): LogBounds => ({ start, end });

/** Reads the partitions as they are at each call. */
export const createMemoryLaneLogs = ({ topics, lanes, source, output }: MemoryPartitions): LaneLogs => ({
  topics,
  lanes,
  bounds: (lane) => Promise.resolve({
    sources: new Map(topics.map((topic) => [topic, boundsOf(source(lane, topic))])),
    outputs: new Map(OUTPUT_TOPICS.map((topic) => [topic, boundsOf(output(topic, lane))])),
  }),
  readSource: (lane, topic, from, to, take) => take(source(lane, topic).slice(from, to)),
  readOutput: (lane, topic, from, to, take) => take(output(topic, lane).slice(from, to)),
});
