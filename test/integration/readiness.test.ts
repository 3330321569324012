import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { askAdmin } from '../../src/adapters/kafka/ask-admin.js';
import { createKafkaClient } from '../../src/adapters/kafka/connection.js';
import { ownKafka, realRedis } from '../support/real-services.js';
import { createStage, metric, type Stage, until, type WorkerProcess } from '../support/touchpoint.js';

/** Whether a worker can process is told also where nothing else would show it: on topics that are silent. */

const PARTITIONS = 4;

let kafka: Awaited<ReturnType<typeof ownKafka>>;
let isStopped = false;
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
  if (!isStopped) await kafka.stop();
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

test('a Kafka that is away is told of', async () => {
  await kafka.stop();
  isStopped = true;
  await allAre(503, 'Kafka gives no records');
}, 120_000);
