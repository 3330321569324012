import { setTimeout as delay } from 'node:timers/promises';
import kafkajs, { type Message } from 'kafkajs';
import { simulateOrders } from '../../../src/adapters/simulator/file.js';
import type { SourceTopic } from '../../../src/contracts/names.js';
import { murmur2Partition } from '../../../src/pipeline/partitioner.js';
import { grouped } from './grouped.js';

/** A company's producers at work: about ten events an order on all source topics, some late, some twice, some unusable. */
export interface Load {
  /** Records acknowledged so far. */
  sent(): number;
  /** Nothing is sent until `go`. Resolves when what was on its way has arrived. */
  hold(): Promise<void>;
  go(): void;
  /** Ends it once what was taken up is acknowledged. */
  stop(): Promise<void>;
}

export interface LoadOptions {
  readonly brokers: readonly string[];
  readonly topicName: (topic: SourceTopic) => string;
  readonly partitions: number;
  readonly seed: string;
  /** Records a second. */
  readonly rate: number;
}

const SLICE_MS = 50;
/** One in so many records can't be used. */
const UNUSABLE_EVERY = 400;
const UNUSABLE = ['no json', '{"type":"parcel.scanned","id":"x"}', '{"type":"order.cancelled","id":"y"}', '[]'];

interface Outgoing {
  readonly topic: SourceTopic;
  readonly message: Message;
}

function* recordsOf({ seed, partitions }: LoadOptions): Generator<Outgoing, void> {
  let count = 0;
  const placed = (topic: SourceTopic, key: string | null, value: string): Outgoing => {
    count += 1;
    return { topic, message: { key, value, partition: key === null ? count % partitions : murmur2Partition(Buffer.from(key), partitions) } };
  };
  for (const { topic, key, event } of simulateOrders({ seed, start: Date.UTC(2025, 0, 1), orders: 1_000_000, ordersPerDay: 60, customers: 2_000 })) {
    yield placed(topic, key, JSON.stringify(event));
    if (count % UNUSABLE_EVERY === 0) yield placed(topic, key, UNUSABLE[(count / UNUSABLE_EVERY) % UNUSABLE.length] ?? '');
  }
}

/**
 * Sends at the rate until it is stopped, whatever becomes of the broker: what was not acknowledged is sent again, which may
 * write it twice.
 */
export async function startLoad(options: LoadOptions): Promise<Load> {
  const kafka = new kafkajs.Kafka({
    brokers: [...options.brokers], clientId: 'load', logLevel: kafkajs.logLevel.NOTHING, requestTimeout: 10_000, retry: { retries: 3, maxRetryTime: 1_000 },
  });
  const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner, allowAutoTopicCreation: false });
  await producer.connect();
  const records = recordsOf(options);
  let state: 'going' | 'held' | 'stopped' = 'going';
  let sent = 0;
  let idle: Promise<void> = Promise.resolve();

  const slice = (): Outgoing[] => {
    const taken: Outgoing[] = [];
    for (let n = Math.max(1, Math.round((options.rate * SLICE_MS) / 1_000)); n > 0; n--) {
      const next = records.next();
      if (next.done !== true) taken.push(next.value);
    }
    return taken;
  };
  const send = async (taken: readonly Outgoing[]): Promise<void> => {
    const byTopic = grouped(taken, ({ topic }) => topic);
    const topicMessages = [...byTopic].map(([topic, of]) => ({ topic: options.topicName(topic), messages: of.map(({ message }) => message) }));
    for (;;) {
      try {
        await producer.sendBatch({ topicMessages, acks: -1, timeout: 10_000 });
        sent += taken.length;
        return;
      } catch {
        await delay(200);
        await producer.connect().catch(() => undefined);
      }
    }
  };
  const run = async (): Promise<void> => {
    for (let due = performance.now(); state !== 'stopped'; due += SLICE_MS) {
      if (state === 'held') due = performance.now();
      else await (idle = send(slice()));
      // What a stall held up isn't made up for: the rate is a rate.
      due = Math.max(due, performance.now() - 1_000);
      await delay(Math.max(0, due + SLICE_MS - performance.now()));
    }
  };
  const running = run();
  return {
    sent: () => sent,
    async hold() {
      state = 'held';
      await idle;
    },
    go() {
      if (state === 'held') state = 'going';
    },
    async stop() {
      state = 'stopped';
      await running;
      await producer.disconnect();
    },
  };
}
