import { afterAll, beforeAll, expect, test } from '@jest/globals';
import kafkajs from 'kafkajs';
import { askAdmin } from '../../src/adapters/kafka/ask-admin.js';
import { createKafkaClient } from '../../src/adapters/kafka/connection.js';
import { SOURCES } from '../../src/contracts/sources.js';
import { ownKafka, realRedis } from '../support/real-services.js';
import { createStage, metric, type Stage, until, type WorkerProcess } from '../support/touchpoint.js';

/** Whether a worker can process is told also where nothing else would show it: on topics that are silent. */

const PARTITIONS = 4;

let kafka: Awaited<ReturnType<typeof ownKafka>>;
let stage: Stage;
/** One that works lanes in its main thread, and one that works them in two others. */
let workers: readonly WorkerProcess[];
beforeAll(async () => {
  kafka = await ownKafka();
  stage = await createStage({ partitions: PARTITIONS, on: { brokers: kafka.brokers, redisUrl: (await realRedis()).url } });
  workers = [await stage.worker(), await stage.worker({ LANE_THREADS: '2' })];
  await untilAtWork();
}, 180_000);
afterAll(async () => {
  await stage.close();
  await kafka.stop();
});

/** The time of all lanes is about now. */
const untilAtWork = (): Promise<unknown> => {
  const since = Date.now() / 1_000;
  return until('they work their lanes', 60_000, async () => {
    const times = await Promise.all(workers.map(({ url }) => metric(url, 'cx_time_reached_seconds')));
    return times.reduce((sum, time) => sum + time, 0) > PARTITIONS * (since - 5);
  });
};
const allAre = (status: number, saying: string): Promise<unknown> => until(`all are ${status} and say: ${saying}`, 60_000, async () => {
  const answers = await Promise.all(workers.map(async ({ url }) => {
    const answer = await fetch(`${url}/readyz`);
    return answer.status === status && (await answer.text()).includes(saying);
  }));
  return answers.every(Boolean);
});

test('a topic that is deleted is named, until it is made anew', async () => {
  await allAre(200, 'ready');
  const topic = stage.topicName('incidents');
  const client = createKafkaClient({ brokers: stage.brokers, clientId: 'test', ssl: false, sasl: null }, () => undefined);
  await askAdmin(client, (admin) => admin.deleteTopics({ topics: [topic] }));
  await allAre(503, `Kafka has no topic ${topic}`);
  for (const worker of workers) expect(worker.log()).toContain(`Kafka has no topic ${topic}`);
  expect((await stage.run(['topics', '--create', '--partitions', String(PARTITIONS)])).code).toBe(0);
  await allAre(200, 'ready');
  await untilAtWork();
}, 180_000);

test('an output that takes less than it did is told of by /readyz, a metric and the log, with what to do', async () => {
  const topic = stage.topicName('cx.events');
  const client = createKafkaClient({ brokers: stage.brokers, clientId: 'test', ssl: false, sasl: null }, () => undefined);
  const take = (bytes: number): Promise<unknown> => askAdmin(client, (admin) => admin.alterConfigs({
    validateOnly: false, resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic, configEntries: [{ name: 'max.message.bytes', value: String(bytes) }] }],
  }));
  const refused = async (): Promise<number[]> => Promise.all(workers.map(({ url }) => metric(url, 'cx_publish_refused_seconds')));
  await take(300);
  try {
    const orders = Array.from({ length: 20 }, (_, i) => JSON.stringify({ ...SOURCES.get('order.placed')!.example, id: `tight-${i}`, orderId: `tight-${i}`, occurredAt: new Date().toISOString(), promisedDeliveryAt: new Date(Date.now() - 3_600_000).toISOString() }));
    // `produce` looks at the topics first.
    const producer = client.kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
    await producer.connect();
    await producer.send({ topic: stage.topicName('orders'), messages: orders.map((value, i) => ({ key: `tight-${i}`, value })) });
    await producer.disconnect();
    await allAre(503, `bytes for ${topic}`);
    await allAre(503, '`touchpoint topics` says which topic takes too little');
    await until('it is measured', 20_000, async () => (await refused()).every((seconds) => seconds > 0));
    for (const worker of workers) expect(worker.log()).toMatch(/"event":"retrying".*max\.message\.bytes of the topic/);
    expect((await stage.run(['topics'])).stderr).toContain(`${topic} takes 300`);
  } finally {
    await take(1_048_576 + 65_536);
  }
  await allAre(200, 'ready');
  await until('nothing waits', 20_000, async () => (await refused()).every((seconds) => seconds === 0));
}, 120_000);

test('a Kafka that is away is told of, in words that say which it is, and that it is back', async () => {
  const before = workers.map(({ log }) => log().length);
  await kafka.kill();
  await allAre(503, 'Kafka gives no records: connect ECONNREFUSED');
  await kafka.start();
  await allAre(200, 'ready');
  const at = kafka.brokers.join(', ');
  for (const [i, worker] of workers.entries()) {
    await until('it says that Kafka is back', 10_000, () => Promise.resolve(/"event":"kafka\.back"/.test(worker.log())));
    const lines = worker.log().slice(before[i]).split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as { readonly event: string; readonly level: string; readonly msg: string });
    // Of all threads and connections one.
    const outage = lines.filter(({ event }) => /^kafka\./.test(event)).map(({ event, msg }) => [event, msg]);
    expect(outage).toEqual([
      ['kafka.trouble', expect.stringContaining(`Kafka at ${at} is away (`)],
      ...outage.slice(1, -1).map(() => ['kafka.trouble', expect.stringMatching(/ is away, for \d+ s now \(/)]),
      ['kafka.back', expect.stringMatching(`^Kafka at ${at} answers again, after \\d+ s$`)],
    ]);
    const warnings = lines.filter(({ level }) => level !== 'info');
    expect(warnings.length).toBeLessThan(20);
    expect(warnings.filter((line) => /Connection error|Closed connection|kafka client/.test(JSON.stringify(line)))).toEqual([]);
  }
}, 180_000);

test('a start that meets a silent Kafka says what it waits for, and then that it was in vain', async () => {
  await kafka.freeze();
  try {
    const at = kafka.brokers.join(', ');
    expect(await stage.run(['serve'])).toEqual({
      code: 1, stdout: expect.stringContaining(`waiting for Kafka at ${at}, which has not answered yet`),
      stderr: `Kafka at ${at} does not answer: no answer within 15 s. Check KAFKA_BROKERS, and KAFKA_SSL and KAFKA_SASL_* if the brokers want them.\n`,
    });
  } finally {
    await kafka.thaw();
  }
}, 60_000);
