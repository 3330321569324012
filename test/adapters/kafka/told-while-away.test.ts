import { expect, jest, test } from '@jest/globals';
import type { Cluster } from 'kafkajs';
import type { KafkaLogLevel } from '../../../src/adapters/kafka/log.js';

// Pauses between tries are none here.
jest.unstable_mockModule('node:timers/promises', () => ({ setTimeout: () => new Promise(setImmediate) }));
const { createGroupMember } = await import('../../../src/adapters/kafka/group-member.js');
const { createLaneReader } = await import('../../../src/adapters/kafka/lane-reader.js');

const TRIES = 40;
const refused = new Error('Connection error: connect ECONNREFUSED 10.0.0.7:9092');

/** A cluster of which one broker is away, and the others are or are not; `tried` resolves after some tries. */
function createCluster(othersAnswer: boolean) {
  let tries = 0;
  let enough: () => void = () => undefined;
  const tried = new Promise<void>((resolve) => { enough = resolve; });
  const failing = (): Promise<never> => {
    if ((tries += 1) > TRIES) enough();
    return Promise.reject(refused);
  };
  const cluster = {
    findGroupCoordinator: failing, refreshMetadataIfNecessary: failing, isConnected: () => true, connect: () => Promise.resolve(), disconnect: () => Promise.resolve(),
    findTopicPartitionMetadata: () => [{ partitionId: 0, leader: 1 }], refreshMetadata: () => (othersAnswer ? Promise.resolve() : Promise.reject(refused)),
  };
  const warnings: string[] = [];
  const log = (level: KafkaLogLevel, message: string): void => { if (level === 'warn') warnings.push(message); };
  return { tried, warnings, parts: { cluster: cluster as unknown as Cluster, log } };
}

const listener = { assigned: () => undefined, fetched: () => undefined, unreadable: () => undefined, failed: () => undefined };

async function reading(othersAnswer: boolean): Promise<readonly string[]> {
  const { tried, warnings, parts } = createCluster(othersAnswer);
  const layout = { topics: ['orders'], lanes: 1, partitions: new Map([['orders', 1]]), placeOf: () => ({ name: 'orders', partition: 0 }), changed: () => new Error('changed') };
  const reader = createLaneReader<string>({ ...parts, layout, listener, maxWaitMs: 1, maxBytes: 1, maxBytesPerPartition: 1 });
  reader.read(0, new Map([['orders', 0]]));
  await tried;
  await reader.stop();
  return warnings;
}

async function joining(othersAnswer: boolean): Promise<readonly string[]> {
  const { tried, warnings, parts } = createCluster(othersAnswer);
  const member = createGroupMember({ ...parts, spare: parts.cluster, groupId: 'touchpoint', topics: ['orders'], lanes: 1, sessionTimeoutMs: 1, rebalanceTimeoutMs: 1, heartbeatMs: 1 });
  void member.start(listener);
  await tried;
  await member.stop();
  return warnings;
}

test.each([
  [reading, 'fetching failed, trying again: Kafka gives no records: connect ECONNREFUSED 10.0.0.7:9092'],
  [joining, 'could not join group touchpoint, trying again: connect ECONNREFUSED 10.0.0.7:9092'],
])('%p: a broker that stays away while others answer is told of now and then, and not where none does', async (work, told) => {
  expect(await work(true)).toEqual([told, told, told]);
  expect(await work(false)).toEqual([]);
});
