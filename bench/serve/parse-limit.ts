import { askAdmin } from '../../src/adapters/kafka/ask-admin.js';
import { topicNames } from '../../src/app/kafka-ground.js';
import { connect, freshName } from './installation.js';

/**
 * What no program on this Kafka client can be faster than: reads the source topics and calls JSON.parse, and nothing else. A process
 * of its own, as a worker is; prints one line of JSON for `read-limit.ts`. Its argument is the number of events to read.
 */
export interface ParseLimit {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly rssBytes: number;
}

const goal = Number(process.argv[2]);
const { config, client } = connect(process.env);
const groupId = freshName();
const consumer = client.kafka.consumer({ groupId, maxWaitTimeInMs: 100, maxBytesPerPartition: 1_048_576 });
const cpuSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};
let began: { readonly at: number; readonly cpu: number } | null = null;
let read = 0;
let parsed = 0;

const done = new Promise<ParseLimit>((resolve, reject) => {
  // The first group of a broker is told to come again.
  consumer.on(consumer.events.CRASH, ({ payload }) => { if (!payload.restart) reject(payload.error); });
  void (async () => {
    await consumer.connect();
    await consumer.subscribe({ topics: [...topicNames(config).sources.values()], fromBeginning: true });
    await consumer.run({
      autoCommit: false, eachBatchAutoResolve: false, partitionsConsumedConcurrently: 8,
      async eachBatch(payload) {
        const { batch } = payload;
        began ??= { at: performance.now(), cpu: cpuSeconds() };
        for (const { value } of batch.messages) if (isObject(value)) parsed += 1;
        read += batch.messages.length;
        payload.resolveOffset(batch.lastOffset());
        if (read >= goal) resolve({ seconds: (performance.now() - began.at) / 1_000, cpuSeconds: cpuSeconds() - began.cpu, rssBytes: process.memoryUsage.rss() });
      },
    });
  })().catch(reject);
});
const result = await done;
await consumer.disconnect();
await askAdmin(client, (admin) => admin.deleteGroups([groupId])).catch(() => undefined);
if (parsed === 0) throw new Error('no event was JSON');
process.stdout.write(`${JSON.stringify(result)}\n`);

function isObject(value: Buffer | null): boolean {
  try {
    return value !== null && typeof JSON.parse(value.toString()) === 'object';
  } catch {
    return false;
  }
}
