import type { OutputTopic, SourceTopic } from '../../contracts/names.js';
import type { Fact } from '../../core/fact.js';
import type { Decoded } from '../decode.js';
import type { LaneBounds, LaneLogs, PublishedRecord } from '../lane-logs.js';
import type { LaneLook } from '../lane-viewer.js';
import type { OutputRecord, SourceRecord } from '../ports.js';
import { recordDigest } from '../progress.js';
import type { Retention } from '../retention.js';
import type { SchemaReader } from '../schema-reader.js';
import type { OrderRecords } from './compare-facts.js';
import { createFactArena } from './fact-arena.js';
import type { Tell } from './findings.js';
import { createLastJourneys } from './last-journeys.js';
import type { NumberedRecord } from './numbered-log.js';
import { createNumberSet } from '../number-set.js';
import { waitingIn } from './outbox.js';
import { createPlainReader } from './plain-values.js';
import { createRefusals } from './refusals.js';
import { createSaidLog } from './said-log.js';

export interface ReadingParts {
  readonly lane: number;
  readonly logs: LaneLogs;
  /** A promise only where a schema has to be learned first. */
  readonly decode: (record: SourceRecord) => Decoded | Promise<Decoded>;
  /** null: there is no schema registry. */
  readonly schemas: SchemaReader | null;
  readonly topicNames: Readonly<Record<SourceTopic, string>>;
  readonly outputNames: Readonly<Record<OutputTopic, string>>;
  readonly maxAheadMs: number;
  readonly retention: Retention;
  readonly tell: Tell;
  /** The wall clock of the workers, ms. */
  readonly now: () => number;
  /** Called after so many records were read; resolves when more may be. */
  readonly pace: (records: number) => Promise<void>;
}

/** Records of one topic, as far as they were read. */
export interface TopicTally {
  records: number;
  /** Offset of the last one; -1 before the first. */
  last: number;
  refused: number;
  /** Refused when they were read first, and taken if they were read again since. */
  perhaps: number;
  /** Of events without an order: applied or duplicates, which depends on other lanes. */
  orderless: number;
}

/** Everything that the logs say of one lane, read as far as a look at its state reaches. */
export function createLaneReading(parts: ReadingParts, first: LaneBounds) {
  const { lane, logs, tell, topicNames, outputNames } = parts;
  const plain = createPlainReader(parts.schemas);
  const numbers = createNumberSet();
  const starts = new Map([...first.sources].map(([topic, { start }]) => [topic, start]));
  const whole = { 'cx.events': first.outputs.get('cx.events')?.start === 0, 'cx.alerts': first.outputs.get('cx.alerts')?.start === 0 };
  const said = createSaidLog({ numbers, tell, whole });
  const refusals = createRefusals({ lane, numbers, tell, isWhole: first.outputs.get('cx.dead-letters')?.start === 0, topicNames, maxAheadMs: parts.maxAheadMs, retention: parts.retention });
  const journeys = createLastJourneys(tell);
  const arena = createFactArena();
  /** Of each order the place of its last fact, among those that were taken and those that perhaps were. */
  const lastFacts = { taken: new Map<string, number>(), perhaps: new Map<string, number>() };
  /** Of each order the customers that its records name: hardly ever more than one. */
  const customers = new Map<string, readonly string[]>();
  const readTo = new Map<SourceTopic, number>();
  const outputTo = new Map<OutputTopic, number>();
  const tallies = new Map<SourceTopic, TopicTally>(logs.topics.map((topic) => [topic, { records: 0, last: -1, refused: 0, perhaps: 0, orderless: 0 }]));
  let bounds = first;
  let silentSince = parts.now();

  const takers: Readonly<Record<OutputTopic, (record: NumberedRecord, at: string | null) => void>> = {
    'cx.events': said.takeEvent, 'cx.alerts': said.takeAlert, 'cx.dead-letters': refusals.take, 'cx.journeys': () => undefined,
  };
  const readOutput = async (topic: OutputTopic, take: (record: PublishedRecord, at: string) => void): Promise<void> => {
    const { start, end } = bounds.outputs.get(topic) ?? { start: 0, end: 0 };
    const from = Math.max(outputTo.get(topic) ?? start, start);
    if (end > from) {
      await logs.readOutput(lane, topic, from, end, async (records) => {
        for (const record of records) take(await plain(topic, record), `${outputNames[topic]}/${lane}/${record.offset}`);
        return parts.pace(records.length);
      });
    }
    outputTo.set(topic, Math.max(from, end));
  };
  const takeWaiting = async (waiting: readonly OutputRecord[], topic: OutputTopic): Promise<void> => {
    for (const record of waiting) if (record.topic === topic) takers[topic](await plain(topic, asBytes(record)), null);
  };
  const readNumbered = async (topic: OutputTopic, waiting: readonly OutputRecord[]): Promise<void> => {
    await readOutput(topic, takers[topic]);
    await takeWaiting(waiting, topic);
  };
  const takeFact = (orderId: string, fact: Fact, judged: keyof typeof lastFacts): void => {
    const last = lastFacts[judged];
    last.set(orderId, arena.add(last.get(orderId) ?? 0, fact));
    const named = customers.get(orderId) ?? [];
    if (fact.customerId !== null && !named.includes(fact.customerId)) customers.set(orderId, [...named, fact.customerId]);
  };
  const takeSource = (record: SourceRecord, decoded: Decoded, look: LaneLook): void => {
    const tally = tallies.get(record.topic);
    if (tally === undefined) return;
    tally.records += 1;
    tally.last = record.offset;
    const position = look.topics.get(record.topic)?.position;
    if (position?.offset === record.offset && (position.timestamp !== record.timestamp || position.digest !== recordDigest(record))) {
      tell('position_differs', 'it is another record than the one that was applied last', { at: `${topicNames[record.topic]}/${lane}/${record.offset}` });
    }
    const judged = refusals.judge(record, decoded);
    if (judged === 'refused' || decoded.kind !== 'event') {
      tally.refused += 1;
      return;
    }
    if (judged === 'perhaps') tally.perhaps += 1;
    else if (decoded.orderId === null) tally.orderless += 1;
    if (decoded.orderId !== null) takeFact(decoded.orderId, decoded.fact, judged);
  };
  const readSource = async (topic: SourceTopic, look: LaneLook): Promise<void> => {
    const { start, end } = bounds.sources.get(topic) ?? { start: 0, end: 0 };
    const from = readTo.get(topic) ?? starts.get(topic) ?? start;
    const to = Math.min(look.topics.get(topic)?.next ?? 0, end);
    if (to > from) {
      await logs.readSource(lane, topic, from, to, async (records) => {
        for (const record of records) {
          const decoded = parts.decode(record);
          takeSource(record, decoded instanceof Promise ? await decoded : decoded, look);
        }
        return parts.pace(records.length);
      });
    }
    readTo.set(topic, Math.max(from, to));
  };

  return {
    said, refusals, journeys, numbers, tallies, whole,
    bounds: (): LaneBounds => bounds,
    /** Since when no source has grown, as far as it was watched here; wall clock, ms. */
    silentSince: (): number => silentSince,
    start: (topic: SourceTopic): number => starts.get(topic) ?? 0,
    readTo: (topic: SourceTopic): number => readTo.get(topic) ?? 0,
    recordsOf: (orderId: string): OrderRecords => ({ log: arena.read(lastFacts.taken.get(orderId) ?? 0), perhaps: arena.read(lastFacts.perhaps.get(orderId) ?? 0) }),
    customersOf: (orderId: string): readonly string[] => customers.get(orderId) ?? [],
    orderIds: (): Iterable<string> => lastFacts.taken.keys(),
    /** Reads on, up to what the state had when it was looked at: letters first, since they tell which records were refused. */
    async follow(look: LaneLook): Promise<void> {
      const found = await logs.bounds(lane);
      if ([...found.sources].some(([topic, { end }]) => end !== bounds.sources.get(topic)?.end)) silentSince = parts.now();
      bounds = found;
      const waiting = waitingIn(look.outbox);
      await readNumbered('cx.dead-letters', waiting);
      for (const topic of logs.topics) await readSource(topic, look);
      await readNumbered('cx.events', waiting);
      await readNumbered('cx.alerts', waiting);
      await readOutput('cx.journeys', journeys.take);
    },
  };
}
export type LaneReading = ReturnType<typeof createLaneReading>;

/** As the log would give it back. */
const asBytes = ({ key, value, headers }: OutputRecord): NumberedRecord => ({
  key: typeof key === 'string' ? Buffer.from(key) : key, value: typeof value === 'string' ? Buffer.from(value) : value, headers,
});
