import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Admin } from 'kafkajs';
import { createKafkaClient } from '../../src/adapters/kafka/connection.js';
import { askAdmin } from '../../src/adapters/kafka/ask-admin.js';
import { ownKafka, realRedis } from '../support/real-services.js';
import { createStage, metric, type Stage, until, type WorkerProcess } from '../support/touchpoint.js';

/** Whether a worker can process is told also where nothing else would show it: on topics that are silent. */

let kafka: Awaited<ReturnType<typeof ownKafka>>;
let stage: Stage;
let worker: WorkerProcess;
let isStopped = false;
beforeAll(async () => {
  kafka = await ownKafka();
  stage = await createStage({ partitions: 2, on: { brokers: kafka.brokers, redisUrl: (await realRedis()).url } });
  worker = await stage.worker();
  await untilAtWork();
}, 180_000);
afterAll(async () => {
  await stage.close();
  if (!isStopped) await kafka.stop();
});

/** The time of both lanes is about now. */
const untilAtWork = (): Promise<unknown> => {
  const since = Date.now() / 1_000;
  return until('it works its lanes', 60_000, async () => (await metric(worker.url, 'cx_time_reached_seconds')) > 2 * (since - 5));
};

const readiness = async (): Promise<readonly [number, string]> => {
  const answer = await fetch(`${worker.url}/readyz`);
  return [answer.status, await answer.text()];
};

test('a topic that is deleted is named, until it is made anew', async () => {
  expect((await readiness())[0]).toBe(200);
  const topic = stage.topicName('incidents');
  const client = createKafkaClient({ brokers: stage.brokers, clientId: 'test', ssl: false, sasl: null }, () => undefined);
  await askAdmin(client, (admin: Admin) => admin.deleteTopics({ topics: [topic] }));
  const [, told] = await until('trouble told', 60_000, async () => {
    const found = await readiness();
    return found[0] === 503 && found;
  });
  expect(told).toContain(`Kafka has no topic ${topic}`);
  expect(worker.log()).toContain(`Kafka has no topic ${topic}`);
  expect((await stage.run(['topics', '--create', '--partitions', '2'])).code).toBe(0);
  await until('it is ready again', 60_000, async () => (await readiness())[0] === 200);
  await untilAtWork();
}, 180_000);

test('a Kafka that is away is told', async () => {
  await kafka.stop();
  isStopped = true;
  const [, told] = await until('trouble told', 60_000, async () => {
    const found = await readiness();
    return found[0] === 503 && found;
  });
  expect(told).toContain('Kafka gives no records');
}, 120_000);
