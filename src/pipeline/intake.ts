import type { SourceTopic } from '../contracts/names.js';
import type { RecordDecoder } from './decode.js';
import type { FetchedRange } from './ports.js';
import type { Candidate } from './step.js';

/** What waits of a lane's topics, and in which order it is taken: the queue whose next record happened first goes first. */

interface TopicQueue {
  readonly topic: SourceTopic;
  waiting: Candidate[];
  head: number;
  /** Where the next range must begin; null until the lane reads the topic. */
  expected: number | null;
  /** Read, and not to be decoded before a schema was learned: everything from the first record that names it on. */
  held: FetchedRange[];
  /** The schema that the first of `held` awaits; null while nothing is held. */
  awaits: number | null;
}

export function createIntake(topics: readonly SourceTopic[], decode: RecordDecoder) {
  const queues = topics.map((topic): TopicQueue => ({ topic, waiting: [], head: 0, expected: null, held: [], awaits: null }));
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
      if (queue.awaits === null) admit(queue, range, decode);
      else queue.held.push(range);
      queue.expected = range.next;
      return true;
    },
    /** Forgets what waits of a topic and expects it from this offset (null: from wherever it begins). */
    restart(topic: SourceTopic, from: number | null): void {
      Object.assign(of(topic), { waiting: [], head: 0, expected: from, held: [], awaits: null });
    },
    /** The schema without which a topic does not go on; null: none. */
    awaits: (topic: SourceTopic): number | null => of(topic).awaits,
    /** Decodes what was held of a topic, as far as that goes now. */
    release(topic: SourceTopic): void {
      const queue = of(topic);
      const { held } = queue;
      Object.assign(queue, { held: [], awaits: null });
      for (const range of held) {
        if (queue.awaits === null) admit(queue, range, decode);
        else queue.held.push(range);
      }
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
      return queue.held.reduce((sum, range) => sum + range.records.length, queue.waiting.length - queue.head);
    },
    /** Where reading stands: the offset after everything queued. */
    expected: (topic: SourceTopic): number | null => of(topic).expected,
    /** Is there nothing to take? */
    isEmpty: (): boolean => queues.every((q) => q.head >= q.waiting.length),
  };
}
export type Intake = ReturnType<typeof createIntake>;

/** Queues what can be decoded; from the first record on that awaits a schema it is held. */
function admit(queue: TopicQueue, range: FetchedRange, decode: RecordDecoder): void {
  const { topic, records, from, next } = range;
  let i = 0;
  for (const record of records) {
    const decoded = decode(record);
    if (decoded.kind === 'awaits_schema') {
      queue.awaits = decoded.schemaId;
      queue.held.push({ topic, from: record.offset, next, records: records.slice(i) });
      return;
    }
    queue.waiting.push({ kind: 'record', record, decoded });
    i += 1;
  }
  const last = records.at(-1);
  if (next > (last === undefined ? from : last.offset + 1)) queue.waiting.push({ kind: 'gap', topic, next });
}

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
