import type { SourceTopic } from '../../src/contracts/names.js';
import type { FetchedRange, SourceListener, SourceLog } from '../../src/pipeline/ports.js';

/** A worker that takes what it gets and notes whatever breaks the promise of the port. */
export interface Reader extends SourceListener {
  readonly source: SourceLog;
  /** Calls `read` and expects delivery from there on. */
  readFrom(lane: number, offsets: ReadonlyMap<SourceTopic, number>): void;
  readonly lanes: readonly number[];
  readonly rangesTotal: number;
  readonly problems: readonly string[];
  readonly outside: readonly { lane: number; topic: SourceTopic; offset: number }[];
  /** Since the last `readFrom` of the lane. */
  values(topic: SourceTopic, lane: number): readonly string[];
  next(topic: SourceTopic, lane: number): number | undefined;
}

export interface ReaderHooks {
  assigned?(reader: Reader, lanes: readonly number[]): void;
  fetched?(reader: Reader, lane: number, range: FetchedRange): void;
}

export const createReader = (source: SourceLog, hooks: ReaderHooks = {}): Reader => {
  let lanes: readonly number[] = [];
  let rangesTotal = 0;
  const problems: string[] = [];
  const outside: { lane: number; topic: SourceTopic; offset: number }[] = [];
  const expected = new Map<string, number | 'oldest'>();
  const got = new Map<string, string[]>();
  const at = (topic: SourceTopic, lane: number): string => `${topic}|${lane}`;
  const reader: Reader = {
    source,
    get lanes() {
      return lanes;
    },
    get rangesTotal() {
      return rangesTotal;
    },
    problems,
    outside,
    readFrom(lane, offsets) {
      for (const topic of source.topics) {
        expected.set(at(topic, lane), offsets.get(topic) ?? 'oldest');
        got.set(at(topic, lane), []);
      }
      source.read(lane, offsets);
    },
    values: (topic, lane) => got.get(at(topic, lane)) ?? [],
    next: (topic, lane) => {
      const next = expected.get(at(topic, lane));
      return typeof next === 'number' ? next : undefined;
    },
    assigned(now) {
      lanes = [...now];
      expected.clear();
      hooks.assigned?.(reader, now);
    },
    fetched(lane, range) {
      rangesTotal += 1;
      const where = `${range.topic}, lane ${lane}, ${range.from} to ${range.next}`;
      const from = expected.get(at(range.topic, lane));
      if (!lanes.includes(lane)) problems.push(`not ours: ${where}`);
      if (from === undefined) problems.push(`not asked for: ${where}`);
      if (typeof from === 'number' && from !== range.from) problems.push(`${from} was next: ${where}`);
      if (range.next <= range.from) problems.push(`goes nowhere: ${where}`);
      let last = range.from - 1;
      for (const { offset, partition, topic } of range.records) {
        if (offset <= last || offset >= range.next || partition !== lane || topic !== range.topic) problems.push(`offset ${offset} in ${where}`);
        last = offset;
      }
      expected.set(at(range.topic, lane), range.next);
      got.get(at(range.topic, lane))?.push(...range.records.map(({ value }) => String(value)));
      hooks.fetched?.(reader, lane, range);
    },
    unreadable: (lane, topic, offset) => void outside.push({ lane, topic, offset }),
    failed: (error) => void problems.push(`failed: ${error.message}`),
  };
  return reader;
};

/** Waits until it holds; looks every few ms. @throws when it doesn't within the time (ms) */
export const until = async (holds: () => boolean, withinMs = 20_000): Promise<void> => {
  const deadline = Date.now() + withinMs;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`did not come about within ${withinMs} ms: ${holds.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};
