import { expect, test } from '@jest/globals';
import type { Cluster } from 'kafkajs';
import { openKafkaAlerts } from '../../../src/adapters/kafka/alert-log.js';
import type { KafkaClient } from '../../../src/adapters/kafka/connection.js';

test('what was connected to read a topic that can not be read is let go of: whoever asks tries again and again', async () => {
  const open = new Set<string>();
  const refused = Object.assign(new Error('Not authorized to access topics: [Topic authorization failed]'), { type: 'TOPIC_AUTHORIZATION_FAILED' });
  const cluster = (purpose: string): Cluster => ({
    connect: async () => { open.add(purpose); },
    disconnect: async () => { open.delete(purpose); },
    addMultipleTargetTopics: () => (purpose.endsWith('-fetching') ? Promise.reject(refused) : Promise.resolve()),
  }) as unknown as Cluster;
  const client = { log: () => undefined, cluster } as unknown as KafkaClient;
  await expect(openKafkaAlerts({ client, groupId: 'g', topic: 'cx.alerts', times: {} })).rejects.toThrow('Topic authorization failed');
  expect([...open]).toEqual([]);
});
