import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { topicManifests } from '../../src/app/topic-manifests.js';

test('a topic whose name Kubernetes would refuse keeps it, and its resource has another', () => {
  const text = topicManifests([{ topic: '_Shop.Orders_v2_', partitions: 2, replication: 1, settings: { 'retention.ms': -1 } }], 'main');
  expect(parse(text)).toEqual({
    apiVersion: 'kafka.strimzi.io/v1', kind: 'KafkaTopic', metadata: { name: 'shop.orders-v2', labels: { 'strimzi.io/cluster': 'main' } },
    spec: { topicName: '_Shop.Orders_v2_', partitions: 2, replicas: 1, config: { 'retention.ms': -1 } },
  });
});
