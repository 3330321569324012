import { setTimeout as sleep } from 'node:timers/promises';
import type { RecordToSend } from '../../pipeline/redrive.js';
import type { PartitionBatch } from './covered-send.js';
import { isFault } from './faults.js';
import { createOpenRequest } from './open-request.js';
import { createPace, REQUEST_LINES } from './produce.js';
import type { KafkaProducer } from './producer.js';
import type { BatchRecord } from './record-batch.js';

/** Sends records back to their topics: in order per partition, each request checked for what was acknowledged. */
export interface SendBack<T> {
  /** May wait for a request to be acknowledged or to be due. @throws as `flush` */
  add(record: RecordToSend, item: T): Promise<void>;
  /** Sends what is left. @throws when Kafka's acknowledgement stays away: whether the open records are stored is not known */
  flush(): Promise<void>;
}

export interface SendBackOptions<T> {
  /** Records a second; null: as fast as Kafka takes them. */
  readonly rate: number | null;
  /** Told which are stored on all in-sync replicas. */
  readonly sent: (items: readonly T[]) => void;
  /** Told of one that its topic does not take, since it is larger than `max.message.bytes`. */
  readonly tooLarge: (item: T, topic: string) => void;
  readonly now?: () => number;
  readonly wait?: (ms: number) => Promise<void>;
}

interface Waiting<T> {
  readonly record: RecordToSend;
  readonly item: T;
}

export const createSendBack = <T>(producer: Pick<KafkaProducer, 'send'>, options: SendBackOptions<T>): SendBack<T> => {
  const pace = createPace(options.rate, options.now ?? Date.now, options.wait ?? ((ms) => sleep(ms)));
  let total = 0;
  let request = createOpenRequest();
  let waiting: Waiting<T>[] = [];

  const flush = async (): Promise<void> => {
    if (waiting.length === 0) return;
    const all = waiting;
    const batches = request.batches();
    request = createOpenRequest();
    waiting = [];
    total += all.length;
    if (await isTaken(producer, batches)) options.sent(all.map(({ item }) => item));
    // One record too large fails the whole request: the others go alone. What was stored all the same is told by its id.
    else for (const one of all) await alone(one);
  };
  const alone = async ({ record, item }: Waiting<T>): Promise<void> => {
    const { topic, partition } = record;
    if (await isTaken(producer, [{ topic, partition, messages: [messageOf(record)] }])) options.sent([item]);
    else options.tooLarge(item, topic);
  };
  const put = (record: RecordToSend): boolean => request.add(record.topic, record.partition, messageOf(record));

  return {
    flush,
    async add(record, item) {
      if (!put(record)) {
        await flush();
        put(record);
      }
      waiting.push({ record, item });
      if (waiting.length >= Math.min(pace.allowed(total), REQUEST_LINES)) {
        await flush();
        await pace.next(total);
      }
    },
  };
};

/** False: a record is larger than its topic takes. */
const isTaken = async (producer: Pick<KafkaProducer, 'send'>, batches: readonly PartitionBatch[]): Promise<boolean> => {
  try {
    await producer.send(batches);
    return true;
  } catch (error) {
    if (isFault(error, 'MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE')) return false;
    throw error;
  }
};

const messageOf = ({ key, value, timestamp, headers }: RecordToSend): BatchRecord => ({
  key, value, headers, ...(timestamp < 0 ? {} : { timestamp: String(timestamp) }),
});
