import { SOURCE_TOPICS } from '../../../src/contracts/names.js';
import { dueBefore } from '../../../src/adapters/redis/deadlines.js';
import { keyNames } from '../../../src/adapters/redis/keys.js';
import { readHalt, readProgress, topicField } from '../../../src/adapters/redis/lane-fields.js';
import type { Halt, TopicCount } from '../../../src/pipeline/ports.js';
import { until } from '../../support/touchpoint.js';
import type { Installation } from './installation.js';
import { endsOf } from './topics.js';

/** What the lanes' own state says. */
export interface LaneState {
  readonly lane: number;
  readonly version: number;
  readonly halt: Halt | null;
  /** By contract name. */
  readonly next: ReadonlyMap<string, number>;
  readonly counts: ReadonlyMap<string, TopicCount>;
  /** Records and journeys that wait to be published, and whether a deadline lies before the instant asked for. */
  readonly waiting: number;
}

export async function lanesOf(installation: Installation, asOf: number): Promise<LaneState[]> {
  const redis = installation.redis();
  try {
    const lanes: LaneState[] = [];
    for (let lane = 0; lane < installation.partitions; lane++) {
      const keys = keyNames(installation.prefix).lane(lane);
      const fields = await redis.hgetall(keys.lane);
      const next = new Map<string, number>();
      const counts = new Map<string, TopicCount>();
      for (const topic of SOURCE_TOPICS) {
        const text = fields[topicField(topic)];
        if (text === undefined) continue;
        const progress = readProgress(text);
        next.set(topic, progress.next);
        counts.set(topic, progress.count);
      }
      const halt = fields['halt'] === undefined ? null : readHalt(fields['halt']);
      const waiting = (await redis.llen(keys.outbox)) + (await redis.zcard(keys.dirty)) + (await dueBefore(redis, keys, asOf, 1)).length;
      lanes.push({ lane, version: Number(fields['version'] ?? 0), halt, next, counts, waiting });
    }
    return lanes;
  } finally {
    redis.disconnect();
  }
}

/** Waits until every record is read, the time reached has passed `asOf`, and nothing waits to be published. */
export async function settled(installation: Installation, asOf: number, withinMs: number): Promise<void> {
  let said = 'nothing was asked';
  await until('everything settled', withinMs, async () => {
    const ends = await endsOf(installation.kafka, installation.sources).catch((error: unknown) => String(error));
    if (typeof ends === 'string') {
      said = ends;
      return false;
    }
    const behind: string[] = [];
    for (const { lane, next, waiting, halt } of await lanesOf(installation, asOf)) {
      if (halt !== null) behind.push(`lane ${lane} stands still (${halt.name})`);
      if (waiting > 0) behind.push(`${waiting} wait in lane ${lane}`);
      for (const topic of SOURCE_TOPICS) {
        const end = ends.get(`${installation.topicName(topic)}|${lane}`) ?? 0;
        if ((next.get(topic) ?? 0) < end) behind.push(`${topic}/${lane} read to ${next.get(topic) ?? 0} of ${end}`);
      }
    }
    const reached = await timesReached(installation);
    if (reached.length < installation.partitions) behind.push(`${reached.length} lanes have an owner`);
    if (reached.some((at) => at < asOf)) behind.push(`the time reached is ${reached.map((at) => new Date(at).toISOString()).join(', ')}`);
    said = behind.join('; ');
    return behind.length === 0;
  }).catch((error: unknown) => {
    throw new Error(`${error instanceof Error ? error.message : String(error)}: ${said}`);
  });
}

async function timesReached(installation: Installation): Promise<number[]> {
  const texts = await Promise.all(installation.workers().map((worker) => fetch(`${worker.url}/metrics`).then((answer) => answer.text(), () => '')));
  return texts.flatMap((text) => text.split('\n')).filter((line) => line.startsWith('cx_time_reached_seconds{')).map((line) => Number(line.split(' ')[1]) * 1_000);
}

/** What its workers said last, to explain a failure. */
export const logTail = (installation: Installation): string =>
  installation.everyWorker().slice(-4).map((worker) =>
    `worker ${worker.pid}${worker.ended() ? ' (ended)' : ''}: ${worker.log().slice(-8).map(({ msg }) => msg).join(' | ')} ${worker.printed().slice(-500)}`).join('\n');
