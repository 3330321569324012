import type { AwaitsSchema, Decoded } from './decode.js';
import type { FetchedRange, SourceRecord } from './ports.js';
import type { Candidate } from './step.js';

/** What waits of a lane's topics, and in which order it is taken: the queue whose next record happened first goes first. */

interface TopicQueue<T extends string, D> {
  readonly topic: T;
  waiting: Candidate<T, D>[];
  head: number;
  /** Where the next range must begin; null until the lane reads the topic. */
  expected: number | null;
  /** Read, and not to be decoded before a schema was learned: everything from the first record that names it on. */
  held: FetchedRange<T>[];
  /** The schema that the first of `held` awaits; null while nothing is held. */
  awaits: number | null;
}

/** Reads a record, or says which schema it needs for that. */
export type Reader<T extends string, D> = (record: SourceRecord<T>) => D | AwaitsSchema;

/** @param timeOf when the thing happened that a record tells; -Infinity: it waits for nothing */
export function createQueues<T extends string, D extends { readonly kind: string }>(
  topics: readonly T[], decode: Reader<T, D>, timeOf: (record: SourceRecord<T>, decoded: D) => number,
) {
  const queues = topics.map((topic): TopicQueue<T, D> => ({ topic, waiting: [], head: 0, expected: null, held: [], awaits: null }));
  const of = (topic: T): TopicQueue<T, D> => {
    const queue = queues.find((q) => q.topic === topic);
    if (queue === undefined) throw new Error(`the lane does not read the topic ${topic}`);
    return queue;
  };
  return {
    /**
     * Queues a range. False: it does not continue what was read (a client that jumped): the lane must seek again, or
     * records would be skipped.
     */
    push(range: FetchedRange<T>): boolean {
      const queue = of(range.topic);
      if (queue.expected !== null && range.from !== queue.expected) return false;
      if (queue.awaits === null) admit(queue, range, decode);
      else queue.held.push(range);
      queue.expected = range.next;
      return true;
    },
    /** Forgets what waits of a topic and expects it from this offset (null: from wherever it begins). */
    restart(topic: T, from: number | null): void {
      Object.assign(of(topic), { waiting: [], head: 0, expected: from, held: [], awaits: null });
    },
    /** The schema without which a topic does not go on; null: none. */
    awaits: (topic: T): number | null => of(topic).awaits,
    /** Decodes what was held of a topic, as far as that goes now. */
    release(topic: T): void {
      const queue = of(topic);
      const { held } = queue;
      Object.assign(queue, { held: [], awaits: null });
      for (const range of held) {
        if (queue.awaits === null) admit(queue, range, decode);
        else queue.held.push(range);
      }
    },
    /** Up to `limit` candidates, earliest first. */
    take(limit: number): Candidate<T, D>[] {
      const taken: Candidate<T, D>[] = [];
      while (taken.length < limit) {
        const queue = earliest(queues, timeOf);
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
    putBack(rest: readonly Candidate<T, D>[]): void {
      for (const queue of queues) {
        const own = rest.filter((c) => topicOf(c) === queue.topic);
        if (own.length === 0) continue;
        queue.waiting = [...own, ...queue.waiting.slice(queue.head)];
        queue.head = 0;
      }
    },
    waiting: (topic: T): number => {
      const queue = of(topic);
      return queue.held.reduce((sum, range) => sum + range.records.length, queue.waiting.length - queue.head);
    },
    /** Where reading stands: the offset after everything queued. */
    expected: (topic: T): number | null => of(topic).expected,
    /** Is there nothing to take? */
    isEmpty: (): boolean => queues.every((q) => q.head >= q.waiting.length),
  };
}
export type Queues<T extends string, D extends { readonly kind: string }> = ReturnType<typeof createQueues<T, D>>;


/** Queues what can be decoded; from the first record on that awaits a schema it is held. */
function admit<T extends string, D extends { readonly kind: string }>(queue: TopicQueue<T, D>, range: FetchedRange<T>, decode: Reader<T, D>): void {
  const { topic, records, from, next } = range;
  let i = 0;
  for (const record of records) {
    const decoded = decode(record);
    if (awaitsSchema(decoded)) {
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

/** The kinds that a reader gives are its own, but for this one. */
const awaitsSchema = (decoded: { readonly kind: string }): decoded is AwaitsSchema => decoded.kind === 'awaits_schema';

const topicOf = <T extends string, D>(c: Candidate<T, D>): T => (c.kind === 'gap' ? c.topic : c.record.topic);

/** What carries no time, such as a dead letter, waits for nothing. */
export const factTime = (_: unknown, decoded: Decoded): number => (decoded.kind === 'event' ? decoded.fact.at : -Infinity);

function earliest<T extends string, D>(queues: readonly TopicQueue<T, D>[], timeOf: (record: SourceRecord<T>, decoded: D) => number): TopicQueue<T, D> | null {
  let best: TopicQueue<T, D> | null = null;
  let bestTime = Infinity;
  for (const queue of queues) {
    const head = queue.waiting[queue.head];
    if (head === undefined) continue;
    const time = head.kind === 'gap' ? -Infinity : timeOf(head.record, head.decoded);
    if (best === null || time < bestTime) {
      best = queue;
      bestTime = time;
    }
  }
  return best;
}

function compact(queue: TopicQueue<string, unknown>): void {
  if (queue.head < 1024 && queue.head < queue.waiting.length) return;
  queue.waiting = queue.waiting.slice(queue.head);
  queue.head = 0;
}
