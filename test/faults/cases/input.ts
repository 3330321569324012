import { setTimeout as delay } from 'node:timers/promises';
import { expect } from '@jest/globals';
import kafkajs, { ConfigResourceTypes, type Message } from 'kafkajs';
import { registerCodecs } from '../../../src/adapters/kafka/compression.js';
import { SOURCE_TOPICS, type SourceTopic } from '../../../src/contracts/names.js';
import { murmur2Partition } from '../../../src/pipeline/partitioner.js';
import { metric, until } from '../../support/touchpoint.js';
import { concluded, type CaseTools, type FaultCase } from '../harness/case.js';
import { install, type Installation } from '../harness/installation.js';
import { sharedGround } from './killed.js';

/** Records that no well-behaved producer writes, among those of the usual load. */

const AT = '2025-03-01T10:00:00Z';

const placed = (orderId: string, id: string, more: object = {}): object => ({ id, type: 'order.placed', orderId, occurredAt: AT, customerId: 'c', lines: [], ...more });
const contact = (orderId: string, id: string): object => ({ id, type: 'contact.opened', orderId, occurredAt: AT, contactId: id, channel: 'mail', topic: 'where' });

interface Writer {
  /** Writes values under a key (null: none) to its partition, or to the one given. */
  readonly put: (topic: SourceTopic, key: string | null, values: readonly (Buffer | string | null)[], partition?: number) => Promise<void>;
}

async function writerOn(installation: Installation, { cleanUp }: Pick<CaseTools, 'cleanUp'>): Promise<Writer> {
  const producer = installation.kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
  await producer.connect();
  cleanUp(() => producer.disconnect());
  return {
    async put(topic, key, values, partition = key === null ? 0 : murmur2Partition(Buffer.from(key), installation.partitions)) {
      for (let at = 0; at < values.length; at += 500) {
        const messages: Message[] = values.slice(at, at + 500).map((value) => ({ key, value, partition }));
        await producer.send({ topic: installation.topicName(topic), acks: -1, messages });
      }
    },
  };
}

/** A case that writes something strange while the load goes on. */
const strange = (id: string, what: string, seen: string, config: Readonly<Record<string, unknown>>, write: (installation: Installation, writer: Writer, tools: CaseTools) => Promise<unknown>) => (): FaultCase => ({
  id, what, rounds: 1, timeoutMs: 600_000,
  async run(tools) {
    const installation = tools.use(await install({ ground: await sharedGround(), seed: tools.chance.seed, rate: 100, config }));
    await Promise.all([installation.start(), installation.start()]);
    const note = await write(installation, await writerOn(installation, tools), tools);
    return { verdict: await concluded(installation), delays: [], seen, ...(typeof note === 'string' ? { note } : {}) };
  },
});

/** Values that are no events, or events in a form meant to hurt. All are text without line ends, so that a file can hold them. */
const HOSTILE: readonly string[] = [
  '', ' ', 'null', '0', '""', '[]', '{}', '{', '{"type":', '\u0000', '1e999', '-0', '"\\ud800"',
  '['.repeat(50_000), '{"a":'.repeat(20_000), `${'['.repeat(5_000)}${']'.repeat(5_000)}`,
  `{"type":"order.placed","id":"n","orderId":"h-1","occurredAt":"${AT}","customerId":"c","lines":[],"totalMinor":1${'0'.repeat(400)}}`,
  `{"type":"order.placed","id":"n2","orderId":"h-1","occurredAt":"${AT}","customerId":"c","lines":[],"totalMinor":9007199254740993}`,
  `{"type":"order.placed","id":"n3","orderId":"h-1","occurredAt":"${AT}","customerId":"c","lines":[{"lineId":"1","sku":"s","quantity":1e308},{"lineId":"1","sku":"s","quantity":1e308}]}`,
  `{"__proto__":{"type":"order.placed"},"id":"p","orderId":"h-1","occurredAt":"${AT}","customerId":"c","lines":[]}`,
  `{"type":"order.placed","id":"p2","orderId":"h-1","occurredAt":"${AT}","customerId":"c","lines":[],"__proto__":{"place":{"carrier":"x"}},"constructor":{"prototype":{"x":1}}}`,
  `{"type":"constructor","id":"p3","orderId":"h-1","occurredAt":"${AT}"}`, `{"type":"__proto__","id":"p4","orderId":"h-1","occurredAt":"${AT}"}`,
  `{"type":"order.placed","id":"\\ud83d","orderId":"h-1","occurredAt":"${AT}","customerId":"\\udc00c","lines":[]}`,
  `{"type":"order.cancelled","type":"order.placed","id":"d1","id":"d2","orderId":"h-2","orderId":"h-1","occurredAt":"${AT}","customerId":"c","lines":[]}`,
  `{"type":"order.placed","id":"u","orderId":"h-1","occurredAt":"${AT}","customerId":"c","lines":[],"place":{"carrier":"${'x'.repeat(100_000)}"}}`,
  `{"type":"order.placed","id":"e1","orderId":"h-1","occurredAt":"0001-01-01T00:00:00Z","customerId":"c","lines":[]}`,
  `{"type":"order.placed","id":"e2","orderId":"h-1","occurredAt":"9999-12-31T23:59:59Z","customerId":"c","lines":[]}`,
  `{"type":"order.placed","id":"e3","orderId":"h-1","occurredAt":"2025-02-30T00:00:00Z","customerId":"c","lines":[]}`,
  `{"type":"order.placed","id":"${'i'.repeat(257)}","orderId":"h-1","occurredAt":"${AT}","customerId":"c","lines":[]}`,
];

export const hostile = strange('6.1', 'deep and broken JSON, huge numbers, `__proto__`, lone surrogates, repeated keys, dates out of range, on every topic', '`dead_letter`, `cx_dead_letters_total`', {}, async (_installation, writer) => {
  for (const topic of SOURCE_TOPICS) await writer.put(topic, 'h-1', HOSTILE.filter((value) => value.trim() !== ''));
});

const TEN_MB = 10 * 1_048_576;

/** Topics that take far larger records than the service wants. */
async function allowLarge(installation: Installation): Promise<void> {
  const admin = installation.kafka.admin();
  await admin.connect();
  const bytes = (topic: string): number => (topic === 'orders' ? TEN_MB + 65_536 : 2 * TEN_MB);
  for (const topic of ['orders', 'cx.dead-letters', 'cx.events', 'cx.alerts', 'cx.journeys']) {
    const configEntries = [{ name: 'max.message.bytes', value: String(bytes(topic)) }, ...(topic === 'cx.journeys' ? [{ name: 'cleanup.policy', value: 'compact' }] : [])];
    await admin.alterConfigs({ validateOnly: false, resources: [{ type: ConfigResourceTypes.TOPIC, name: installation.topicName(topic), configEntries }] });
  }
  await admin.disconnect();
}

/** What a file of lines can't hold is counted here: the replay knows neither keys nor tombstones nor blank records. */
export const misplaced = (): FaultCase => ({
  id: '6.2', what: 'tombstones, empty records, no keys, other keys, another partitioner, 10 MB records', rounds: 1, timeoutMs: 300_000,
  async run(tools) {
    const installation = tools.use(await install({ ground: await sharedGround(), seed: tools.chance.seed, rate: 0, config: { limits: { maxValueBytes: 1_048_576 } } }));
    await allowLarge(installation);
    const worker = await installation.start();
    const { put } = await writerOn(installation, tools);
    const text = JSON.stringify(placed('m-1', 'a'));
    const wrong = (murmur2Partition(Buffer.from('m-1'), installation.partitions) + 1) % installation.partitions;
    await put('orders', 'm-1', [null, null]);
    await put('orders', 'm-1', ['', ' ']);
    await put('orders', null, [text]);
    await put('orders', 'other', [text]);
    await put('orders', 'm-1', [text], wrong);
    await put('orders', 'm-1', [text]);
    await put('orders', 'm-1', ['x'.repeat(TEN_MB)]);
    const letters: Record<string, number> = { tombstone: 2, not_json: 2, key_mismatch: 3, too_large: 1 };
    for (const [reason, count] of Object.entries(letters)) {
      await until(`${count} letters for ${reason}`, 30_000, async () => (await metric(worker.url, 'cx_dead_letters_total', { reason })) === count);
    }
    expect(await metric(worker.url, 'cx_events_total', { outcome: 'applied' })).toBe(1);
    const answer = await fetch(`${worker.url}/v1/orders/m-1`);
    expect(answer.status).toBe(200);
    const records = Object.values(letters).reduce((sum, n) => sum + n, 1);
    return { verdict: { records, lost: 0, doubled: 0, repeats: 0, problems: [] }, delays: [], seen: '`dead_letter`, `cx_dead_letters_total{reason}`', note: 'each record in `cx.dead-letters` under its reason' };
  },
});

const MANY = 100_000;
const MOST = 2_000;

export const endless = strange('6.3', '100,000 events of one order: the state stays bounded, what is too much is put aside, and the rate holds', '`dead_letter` (`journey_too_long`)', { limits: { maxJourneyEvents: MOST } }, async (installation, writer) => {
  const order = 'endless';
  const values = Array.from({ length: MANY }, (_, i) => JSON.stringify(contact(order, `e-${i}`)));
  const begun = performance.now();
  await writer.put('contacts', order, values);
  await until('all of them read', 400_000, async () => {
    const counts = await Promise.all(installation.workers().map((worker) => metric(worker.url, 'cx_dead_letters_total', { reason: 'journey_too_long' })));
    return counts.reduce((sum, n) => sum + n, 0) >= MANY - MOST;
  });
  return `100,000 events in ${((performance.now() - begun) / 1_000).toFixed(1)} s`;
});

export const clocks = strange('6.4', 'clocks of producers a year off either way', '`dead_letter` (`clock_out_of_range`)', {}, async (_installation, writer) => {
  const at = (years: number): string => new Date(Date.now() + years * 365 * 86_400_000).toISOString();
  for (const topic of SOURCE_TOPICS) {
    const values = [1, -1, 50, -50].map((years, i) => JSON.stringify({ ...contact('skewed', `${topic}-${i}`), occurredAt: at(years) }));
    await writer.put(topic, 'skewed', values);
  }
});

/** After this time the broker ends a transaction, at the next of its looks every ten seconds. */
const LEFT_OPEN_MS = 5_000;

/** Batches by producers that work in transactions: committed, aborted, and one left open, at the end of the topic. */
export const transactions = (): FaultCase => ({
  id: '6.5', what: 'transactions: committed, aborted at the end of the topics, left open until the broker ends it, and control records; the time reached must not stand still', rounds: 1, timeoutMs: 300_000,
  async run(tools) {
    const installation = tools.use(await install({ ground: await sharedGround(), seed: tools.chance.seed, rate: 100 }));
    await Promise.all([installation.start(), installation.start()]);
    const connected = async (name: string): Promise<kafkajs.Producer> => {
      const producer = installation.kafka.producer({
        transactionalId: `${installation.prefix}-${name}`, transactionTimeout: LEFT_OPEN_MS, idempotent: true, maxInFlightRequests: 1, createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
      });
      await producer.connect();
      tools.cleanUp(() => producer.disconnect());
      return producer;
    };
    const [producer, forgetful] = [await connected('tidy'), await connected('forgetful')];
    /** Where transactions overlap and the one that began later is aborted first, KafkaJS's consumer hands out records of the other. */
    const aborted = new Set<string>();
    const write = async (id: string, ends: 'commit' | 'abort' | null, by = producer): Promise<void> => {
      const transaction = await by.transaction();
      for (const topic of SOURCE_TOPICS) {
        const messages = Array.from({ length: 20 }, (_, i) => {
          const key = `t-${i}`;
          const value = JSON.stringify(contact(key, `${id}-${topic}-${i}`));
          if (ends !== 'commit') aborted.add(value);
          return { key, value, partition: murmur2Partition(Buffer.from(key), installation.partitions) };
        });
        await transaction.send({ topic: installation.topicName(topic), acks: -1, messages });
      }
      if (ends !== null) await transaction[ends]();
    };
    for (let n = 0; n < 5; n++) await write(`c${n}`, n % 2 === 0 ? 'commit' : 'abort');
    // What comes after it, of the load and of others, may be read only once the broker has given it up.
    await write('open', null, forgetful);
    await write('after', 'commit');
    await delay(2 * LEFT_OPEN_MS);
    await installation.load.stop();
    // Whatever comes last in every partition is of no use to a reader.
    await write('last', 'abort');
    return { verdict: await concluded(installation, ({ value }) => !aborted.has(String(value))), delays: [], seen: 'nothing', note: 'aborted records are never applied' };
  },
});

const CODECS = ['gzip', 'snappy', 'lz4', 'zstd'] as const;

/** The broker compresses by the Java library what it is sent uncompressed, as `compression.type` of the topic says. */
export const compressed = strange('6.6', 'batches compressed with gzip, snappy, lz4 and zstd, changing under the load', 'nothing', {}, async (installation, writer) => {
  // For the comparison, which reads the topics too.
  registerCodecs();
  const admin = installation.kafka.admin();
  await admin.connect();
  for (const codec of CODECS) {
    for (const topic of SOURCE_TOPICS) {
      const configEntries = [{ name: 'compression.type', value: codec }];
      await admin.alterConfigs({ validateOnly: false, resources: [{ type: ConfigResourceTypes.TOPIC, name: installation.topicName(topic), configEntries }] });
    }
    await delay(1_000);
    for (let order = 0; order < 20; order++) {
      const orderId = `z-${order}`;
      await writer.put('orders', orderId, [placed(orderId, `${codec}-placed`), ...Array.from({ length: 50 }, (_, i) => placed(orderId, `${codec}-${i}`))].map((event) => JSON.stringify(event)));
    }
    await delay(2_000);
  }
  await admin.disconnect();
});
