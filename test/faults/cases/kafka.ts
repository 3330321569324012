import { setTimeout as delay } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { ConfigResourceTypes, type Admin } from 'kafkajs';
import type { SourceTopic } from '../../../src/contracts/names.js';
import { ownKafka, realRedis } from '../../support/real-services.js';
import { until } from '../../support/touchpoint.js';
import { concluded, type CaseTools, type FaultCase } from '../harness/case.js';
import { checkSaid } from '../harness/check.js';
import { type Ground, install, type Installation } from '../harness/installation.js';
import { threeBrokers, wiredBroker } from '../harness/kafka-servers.js';
import { lanesOf } from '../harness/state.js';
import { type OutputWatch, watchOutputs } from '../harness/watch.js';
import { sharedGround } from './killed.js';

/** Brokers that go away, answer late, or refuse what is written. */

const RETRIED_MS = 60_000;

interface Scene {
  readonly installation: Installation;
  readonly watch: OutputWatch;
}

async function scene({ chance, use }: CaseTools, ground: Ground, replication = 1): Promise<Scene> {
  const installation = use(await install({ ground, seed: chance.seed, replication }));
  await Promise.all([installation.start(), installation.start()]);
  const watch = await watchOutputs(installation);
  await watch.firstOutput();
  return { installation, watch };
}

const redisUrl = async (): Promise<string> => (await realRedis({ appendfsync: 'everysec' })).url;

/** A case of rounds on one installation, in each of which Kafka suffers something and is well again. */
const passing = (id: string, what: string, seen: string, prepare: (tools: CaseTools) => Promise<{ scene: Scene; suffer: () => Promise<unknown> }>) => (rounds: number): FaultCase => ({
  id, what, rounds, timeoutMs: 180_000 + rounds * 150_000,
  async run(tools) {
    const { scene: { installation, watch }, suffer } = await prepare(tools);
    const delays: number[] = [];
    for (let round = 0; round < rounds; round++) {
      await delay(tools.chance.between(0, 1_500));
      await suffer();
      delays.push(await watch.firstOutput(undefined, 90_000));
    }
    await watch.close();
    return { verdict: await concluded(installation), delays, seen };
  },
});

export const restarted = passing('5.1', 'the broker killed (-9) and started again', '`kafka.trouble`, `retrying`', async (tools) => {
  const broker = await ownKafka();
  tools.cleanUp(() => broker.stop());
  return {
    scene: await scene(tools, { brokers: broker.brokers, redisUrl: await redisUrl() }),
    suffer: async () => {
      await broker.kill();
      await delay(tools.chance.between(0, 3_000));
      await broker.start();
    },
  };
});

export const unreachable = passing('5.2', 'the broker silent for 60 s', '`kafka.trouble`, `retrying`; `cx_time_reached_seconds` stands', async (tools) => {
  const broker = await ownKafka();
  tools.cleanUp(() => broker.stop());
  return {
    scene: await scene(tools, { brokers: broker.brokers, redisUrl: await redisUrl() }),
    suffer: async () => {
      await broker.freeze();
      await delay(60_000);
      await broker.thaw();
    },
  };
});

export const leaderKilled = passing('5.3', 'one of three brokers killed (-9) under load, leaders move, it comes back', '`kafka` warnings, `retrying`', async (tools) => {
  const brokers = await threeBrokers(tools);
  const here = await scene(tools, { brokers: brokers.map(({ address }) => address), redisUrl: await redisUrl() }, 3);
  return {
    scene: here,
    suffer: async () => {
      const victim = tools.chance.pick(brokers);
      await victim.kill();
      await here.watch.firstOutput();
      await delay(tools.chance.between(0, 3_000));
      await victim.start();
      // Until it has caught up with the others, losing a second one would leave too few.
      await delay(6_000);
    },
  };
});

export const badWire = passing('5.4', 'a network to Kafka that delays by 100 ms, then cuts every 60 chunks, then is silent, some seconds each', '`kafka` warnings, `retrying`', async (tools) => {
  const { broker, proxy } = await wiredBroker(tools);
  const seconds = (low: number, high: number): Promise<void> => delay(tools.chance.between(low * 1_000, high * 1_000));
  return {
    scene: await scene(tools, { brokers: [broker.address], redisUrl: await redisUrl(), forWorkers: { brokers: [proxy.address] } }),
    suffer: async () => {
      proxy.slowDown(100);
      await seconds(2, 4);
      proxy.slowDown(0);
      proxy.cutEvery(60);
      await seconds(2, 4);
      proxy.cutEvery(0);
      proxy.silence();
      await seconds(1, 5);
      proxy.hear();
    },
  };
});

/** Sets these settings of the output topic `cx.events`; those not named go back to the broker's own. */
async function setEvents({ installation }: Scene, settings: Readonly<Record<string, string>>): Promise<void> {
  const admin = installation.kafka.admin();
  await admin.connect();
  const configEntries = Object.entries({ 'max.message.bytes': '2097152', ...settings }).map(([name, value]) => ({ name, value }));
  await admin.alterConfigs({ validateOnly: false, resources: [{ type: ConfigResourceTypes.TOPIC, name: installation.topicName('cx.events'), configEntries }] });
  await admin.disconnect();
}

const retries = ({ installation }: Scene): number =>
  installation.everyWorker().flatMap((worker) => worker.log()).filter(({ event }) => event === 'retrying').length;

/** While a fault lasts: something has to be tried again, however long a broker takes to refuse it, and some seconds go by. */
async function meet(here: Scene, fault: () => Promise<unknown>, ms: number): Promise<void> {
  const before = retries(here);
  await fault();
  await delay(ms);
  await until('something is tried again', RETRIED_MS, async () => retries(here) > before);
}

export const tooLarge = passing('5.5', 'an output topic that refuses records as too large, for some seconds', '`retrying`; `cx_outbox_pending` above 0', async (tools) => {
  const here = await scene(tools, await sharedGround());
  return {
    scene: here,
    suffer: async () => {
      await meet(here, () => setEvents(here, { 'max.message.bytes': '100' }), tools.chance.between(3_000, 6_000));
      await setEvents(here, {});
    },
  };
});

export const tooFewReplicas = passing('5.6', 'one of three brokers dead and all three needed by `min.insync.replicas`, for some seconds', '`retrying`; `cx_outbox_pending` above 0', async (tools) => {
  const brokers = await threeBrokers(tools);
  const here = await scene(tools, { brokers: brokers.map(({ address }) => address), redisUrl: await redisUrl() }, 3);
  await setEvents(here, { 'min.insync.replicas': '3' });
  return {
    scene: here,
    suffer: async () => {
      const victim = tools.chance.pick(brokers);
      await meet(here, () => victim.kill(), tools.chance.between(8_000, 12_000));
      await victim.start();
    },
  };
});

/** What can't be put right by waiting: every lane concerned stands still, and nothing false was said. */
async function expectHalts(installation: Installation, name: string, lanes: number): Promise<void> {
  await until(`${lanes} lanes halted with ${name}`, 60_000, async () =>
    (await lanesOf(installation, 0)).filter(({ halt }) => halt?.name === name).length >= lanes).catch(async (error: unknown) => {
    throw new Error(`${String(error)}: ${JSON.stringify(await lanesOf(installation, 0))}`);
  });
}

const halting = (id: string, what: string, name: string, suffer: (installation: Installation, admin: Admin, tools: CaseTools) => Promise<unknown>) => (): FaultCase => ({
  id, what, rounds: 1, timeoutMs: 240_000,
  async run(tools) {
    const { installation, watch } = await scene(tools, await sharedGround());
    await delay(3_000);
    const admin = installation.kafka.admin();
    await admin.connect();
    tools.cleanUp(() => admin.disconnect());
    await installation.load.hold();
    await suffer(installation, admin, tools);
    await expectHalts(installation, name, installation.partitions);
    for (const worker of installation.workers()) {
      const ready = await fetch(`${worker.url}/readyz`);
      if (worker.lanes().size > 0) expect([ready.status, await ready.text()]).toEqual([503, expect.stringContaining(name)]);
    }
    await watch.close();
    return { verdict: await checkSaid(installation), delays: [], seen: `\`lane.halted\`: \`${name}\`; \`/readyz\` 503`, note: 'all lanes stand still, nothing false was said' };
  },
});

const TOPIC: SourceTopic = 'logistics';

const anew = async (installation: Installation, admin: Admin): Promise<void> => {
  const topic = installation.topicName(TOPIC);
  await admin.deleteTopics({ topics: [topic] });
  await until('the topic made anew', 20_000, async () => {
    const made = admin.createTopics({ waitForLeaders: false, topics: [{ topic, numPartitions: installation.partitions, replicationFactor: 1 }] });
    // It takes a moment until the old one is gone.
    return made.then(() => true, () => false);
  });
  await until('its leaders', 20_000, () => admin.fetchTopicOffsets(topic).then((found) => found.length === installation.partitions, () => false));
};

export const topicEmpty = halting('5.7', 'a source topic deleted and made anew, empty', 'topic_replaced', anew);

export const topicRefilled = halting('5.8', 'a source topic deleted, made anew and filled beyond where reading had come', 'topic_replaced', async (installation, admin) => {
  const ends = await admin.fetchTopicOffsets(installation.topicName(TOPIC));
  await anew(installation, admin);
  const producer = installation.kafka.producer();
  await producer.connect();
  for (const { partition, high } of ends) {
    const messages = Array.from({ length: Number(high) + 20 }, (_, i) => ({ key: 'o', value: `{"n":${i}}`, partition }));
    await producer.send({ topic: installation.topicName(TOPIC), messages });
  }
  await producer.disconnect();
});

export const recordsLost = halting('5.9', 'records lost to retention while every worker was down', 'records_lost', async (installation, admin) => {
  await Promise.all(installation.workers().map((worker) => worker.stop()));
  installation.load.go();
  await delay(3_000);
  await installation.load.hold();
  const topic = installation.topicName('orders');
  const ends = await admin.fetchTopicOffsets(topic);
  await admin.fetchTopicMetadata({ topics: [topic] });
  await admin.deleteTopicRecords({ topic, partitions: ends.map(({ partition, high }) => ({ partition, offset: high })) });
  await Promise.all([installation.start(), installation.start()]);
});

/** More partitions than there were: workers end with 1, and none starts until the number is right. */
export const morePartitions = (): FaultCase => ({
  id: '5.10', what: 'the number of partitions of a source raised under running workers', rounds: 1, timeoutMs: 240_000,
  async run(tools) {
    const { installation, watch } = await scene(tools, await sharedGround());
    await delay(2_000);
    await installation.load.hold();
    const workers = installation.workers();
    const admin = installation.kafka.admin();
    await admin.connect();
    await admin.createPartitions({ topicPartitions: [{ topic: installation.topicName('orders'), count: installation.partitions + 2 }] });
    await admin.disconnect();
    installation.load.go();
    const codes = await Promise.race([Promise.all(workers.map((worker) => worker.exited)), delay(90_000, 'none ended', { ref: false })]);
    expect(codes).toEqual([1, 1]);
    await expect(installation.start()).rejects.toThrow('partitions');
    await watch.close();
    await installation.load.hold();
    return { verdict: await checkSaid(installation), delays: [], seen: '`service.failed`, exit code 1; the next start says which topic has how many', note: 'nothing false was said' };
  },
});
