import type { SourceTopic } from '../contracts/names.js';
import type { Decoded } from './decode.js';
import type { FetchedRange, SourceRecord } from './ports.js';
import type { Candidate } from './step.js';

/** What waits of a lane's topics, and in which order it is taken: the queue whose next record happened first goes first. */

interface TopicQueue {
  readonly topic: SourceTopic;
  waiting: Candidate[];
  head: number;
  /** Where the next range must begin; null until the lane reads the topic. */
  expected: number | null;
}

export function createIntake(topics: readonly SourceTopic[], decode: (record: SourceRecord) => Decoded) {
  const queues = topics.map((topic): TopicQueue => ({ topic, waiting: [], head: 0, expected: null }));
  const of = (topic: SourceTopic): TopicQueue => {
    const queue = queues.find((q) => q.topic === topic);
    if (queue === undefined) throw new Error(`the lane does not read the topic ${topic}`);
    return queue;
  };
  return {
    /**
     * Queues a range. False: it does not continue what was read (a client that jumped): the lane must seek again, or
     * records would be skipped.
     */
    push(range: FetchedRange): boolean {
      const queue = of(range.topic);
      if (queue.expected !== null && range.from !== queue.expected) return false;
      for (const record of range.records) queue.waiting.push({ kind: 'record', record, decoded: decode(record) });
      const last = range.records.at(-1);
      if (range.next > (last === undefined ? range.from : last.offset + 1)) {
        queue.waiting.push({ kind: 'gap', topic: range.topic, next: range.next });
      }
      queue.expected = range.next;
      return true;
    },
    /** Forgets what waits of a topic and expects it from this offset (null: from wherever it begins). */
    restart(topic: SourceTopic, from: number | null): void {
      Object.assign(of(topic), { waiting: [], head: 0, expected: from });
    },
    /** Up to `limit` candidates, earliest first. */
    take(limit: number): Candidate[] {
      const taken: Candidate[] = [];
      while (taken.length < limit) {
        const queue = earliest(queues);
        if (queue === null) break;
        const next = queue.waiting[queue.head];
        if (next === undefined) break;
        taken.push(next);
        queue.head += 1;
        compact(queue);
      }
      return taken;
    },
    /** Gives back what a step did not use, in the order in which it was taken. */
    putBack(rest: readonly Candidate[]): void {
      for (const queue of queues) {
        const own = rest.filter((c) => topicOf(c) === queue.topic);
        if (own.length === 0) continue;
        queue.waiting = [...own, ...queue.waiting.slice(queue.head)];
        queue.head = 0;
      }
    },
    waiting: (topic: SourceTopic): number => {
      const queue = of(topic);
      return queue.waiting.length - queue.head;
    },
    /** Where reading stands: the offset after everything queued. */
    expected: (topic: SourceTopic): number | null => of(topic).expected,
    isEmpty: (): boolean => queues.every((q) => q.head >= q.waiting.length),
  };
}
export type Intake = ReturnType<typeof createIntake>;

const topicOf = (c: Candidate): SourceTopic => (c.kind === 'gap' ? c.topic : c.record.topic);

/** What carries no time, gaps and dead letters, waits for nothing. */
const timeOf = (c: Candidate): number => (c.kind === 'record' && c.decoded.kind === 'event' ? c.decoded.fact.at : -Infinity);

function earliest(queues: readonly TopicQueue[]): TopicQueue | null {
  let best: TopicQueue | null = null;
  let bestTime = Infinity;
  for (const queue of queues) {
    const head = queue.waiting[queue.head];
    if (head === undefined) continue;
    const time = timeOf(head);
    if (best === null || time < bestTime) {
      best = queue;
      bestTime = time;
    }
  }
  return best;
}

function compact(queue: TopicQueue): void {
  if (queue.head < 1024 && queue.head < queue.waiting.length) return;
  queue.waiting = queue.waiting.slice(queue.head);
  queue.head = 0;
}
