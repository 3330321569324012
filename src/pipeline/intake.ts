import type { AwaitsSchema, Decoded } from './decode.js';
import type { FetchedRange, SourceRecord } from './ports.js';
import type { Candidate } from './step-parts.js';

/** What waits of a lane's topics, and in which order it is taken: the queue whose next record happened first goes first. */

/** A record that was not decoded yet, or what was taken and given back. */
type Waiting<T extends string, D> = SourceRecord<T> | Candidate<T, D>;

interface TopicQueue<T extends string, D> {
  readonly topic: T;
  waiting: Waiting<T, D>[];
  head: number;
  /** What waits, large records counted more than once. */
  load: number;
  /** When what is next happened, ms; NaN until it was looked at. All topics' are compared for each record that is taken. */
  time: number;
  /** Where the next range must begin; null until the lane reads the topic. */
  expected: number | null;
  /** Where the topic ended when it was read last; null: that is not known. */
  end: number | null;
  /** The schema without which the first that waits can't be decoded; null: none. */
  awaits: number | null;
}

/** Reads a record, or says which schema it needs for that. */
export type Reader<T extends string, D> = (record: SourceRecord<T>) => D | AwaitsSchema;

export interface QueuesParts<T extends string, D> {
  readonly decode: Reader<T, D>;
  /** When the thing happened that a record tells; -Infinity: it waits for nothing. */
  readonly timeOf: (record: SourceRecord<T>, decoded: D) => number;
  /** Called when a topic turns out to await a schema. */
  readonly awaited: (topic: T) => void;
}

/** Records are decoded once it is their topic's turn: what waits for long is no more than its bytes. */
export function createQueues<T extends string, D extends { readonly kind: string }>(topics: readonly T[], parts: QueuesParts<T, D>) {
  const queues = topics.map((topic): TopicQueue<T, D> => ({ topic, waiting: [], head: 0, load: 0, time: NaN, expected: null, end: null, awaits: null }));
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
    push({ topic, from, next, records, end }: FetchedRange<T>): boolean {
      const queue = of(topic);
      if (queue.expected !== null && from !== queue.expected) return false;
      for (const record of records) add(queue, record);
      const last = records.at(-1);
      if (next > (last === undefined ? from : last.offset + 1)) add(queue, { kind: 'gap', topic, next });
      queue.expected = next;
      queue.end = end ?? null;
      front(queue, parts);
      return true;
    },
    /** Forgets what waits of a topic and expects it from this offset (null: from wherever it begins). */
    restart(topic: T, from: number | null): void {
      Object.assign(of(topic), { waiting: [], head: 0, load: 0, time: NaN, expected: from, end: null, awaits: null });
    },
    /** The schema without which a topic does not go on; null: none. */
    awaits: (topic: T): number | null => of(topic).awaits,
    /** The schema that a topic awaited is known. */
    release(topic: T): void {
      const queue = of(topic);
      queue.awaits = null;
      front(queue, parts);
    },
    /**
     * Up to `limit` candidates, earliest first.
     * @param merged only as far as is known what comes next: until a topic of which more is to be read has nothing left here
     */
    take(limit: number, merged = false): Candidate<T, D>[] {
      const taken: Candidate<T, D>[] = [];
      if (merged && queues.some((queue) => lacks(queue, 1))) return taken;
      while (taken.length < limit) {
        const queue = earliest(queues, parts);
        const next = queue === null ? undefined : front(queue, parts);
        if (queue === null || next === undefined) break;
        taken.push(next);
        queue.head += 1;
        queue.load -= loadOf(next);
        queue.time = NaN;
        compact(queue);
        if (merged && lacks(queue, 1)) break;
      }
      return taken;
    },
    /** Gives back what a step did not use, in the order in which it was taken. */
    putBack(rest: readonly Candidate<T, D>[]): void {
      for (const queue of queues) {
        const own = rest.filter((c) => topicOf(c) === queue.topic);
        if (own.length === 0) continue;
        queue.waiting = [...own, ...queue.waiting.slice(queue.head)];
        for (const candidate of own) queue.load += loadOf(candidate);
        queue.head = 0;
        queue.time = NaN;
      }
    },
    waiting: (topic: T): number => waitingIn(of(topic)),
    /** What waits of a topic, each record counted once for every kilobyte that it has, and once at the least: so room for it is bounded. */
    load: (topic: T): number => of(topic).load,
    /** What waits of all topics. */
    size: (): number => queues.reduce((sum, queue) => sum + waitingIn(queue), 0),
    /** Where reading stands: the offset after everything queued. */
    expected: (topic: T): number | null => of(topic).expected,
    /** Is there more to be read than was read? */
    isBehind: (): boolean => queues.some(lags),
    /** Has a topic of which more is to be read less than this load here? */
    lacks: (plenty: number): boolean => queues.some((queue) => lacks(queue, plenty)),
    /** Is there nothing to take? */
    isEmpty: (): boolean => queues.every((queue) => queue.awaits !== null || waitingIn(queue) === 0),
  };
}
export type Queues<T extends string, D extends { readonly kind: string }> = ReturnType<typeof createQueues<T, D>>;

const waitingIn = ({ waiting, head }: TopicQueue<string, unknown>): number => waiting.length - head;

/** Its log goes on behind what was read; what awaits a schema keeps nobody waiting. */
const lags = ({ awaits, expected, end }: TopicQueue<string, unknown>): boolean => awaits === null && expected !== null && end !== null && expected < end;

const lacks = (queue: TopicQueue<string, unknown>, plenty: number): boolean => queue.load < plenty && lags(queue);

const KILOBYTE = 1_024;

function loadOf(waiting: Waiting<string, unknown>): number {
  if ('kind' in waiting && waiting.kind === 'gap') return 1;
  const { value } = 'kind' in waiting ? waiting.record : waiting;
  return Math.max(1, Math.floor((value?.length ?? 0) / KILOBYTE));
}

function add<T extends string, D>(queue: TopicQueue<T, D>, waiting: Waiting<T, D>): void {
  queue.waiting.push(waiting);
  queue.load += loadOf(waiting);
}

/** What is next of a topic, decoded; undefined: nothing is there, or it awaits a schema. */
function front<T extends string, D extends { readonly kind: string }>(queue: TopicQueue<T, D>, { decode, awaited }: QueuesParts<T, D>): Candidate<T, D> | undefined {
  const next = queue.waiting[queue.head];
  if (next === undefined || isDecoded(next)) return next;
  if (queue.awaits !== null) return undefined;
  const decoded = decode(next);
  if (awaitsSchema(decoded)) {
    queue.awaits = decoded.schemaId;
    awaited(queue.topic);
    return undefined;
  }
  const candidate: Candidate<T, D> = { kind: 'record', record: next, decoded };
  queue.waiting[queue.head] = candidate;
  return candidate;
}

const isDecoded = <T extends string, D>(waiting: Waiting<T, D>): waiting is Candidate<T, D> => 'kind' in waiting;

/** The kinds that a reader gives are its own, but for this one. */
const awaitsSchema = (decoded: { readonly kind: string }): decoded is AwaitsSchema => decoded.kind === 'awaits_schema';

const topicOf = <T extends string, D>(c: Candidate<T, D>): T => (c.kind === 'gap' ? c.topic : c.record.topic);

/** What carries no time, such as a dead letter, waits for nothing. */
export const factTime = (_: unknown, decoded: Decoded): number => (decoded.kind === 'event' ? decoded.fact.at : -Infinity);

function earliest<T extends string, D extends { readonly kind: string }>(queues: readonly TopicQueue<T, D>[], parts: QueuesParts<T, D>): TopicQueue<T, D> | null {
  let best: TopicQueue<T, D> | null = null;
  let bestTime = Infinity;
  for (const queue of queues) {
    if (Number.isNaN(queue.time)) {
      const next = front(queue, parts);
      if (next === undefined) continue;
      queue.time = next.kind === 'gap' ? -Infinity : parts.timeOf(next.record, next.decoded);
    }
    if (best === null || queue.time < bestTime) {
      best = queue;
      bestTime = queue.time;
    }
  }
  return best;
}

function compact(queue: TopicQueue<string, unknown>): void {
  if (queue.head < 1024 && queue.head < queue.waiting.length) return;
  queue.waiting = queue.waiting.slice(queue.head);
  queue.head = 0;
}
