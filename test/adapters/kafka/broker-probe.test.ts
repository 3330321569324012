import { expect, test } from '@jest/globals';
import type { Cluster } from 'kafkajs';
import { createBrokerProbe } from '../../../src/adapters/kafka/broker-probe.js';
import type { KafkaClient } from '../../../src/adapters/kafka/connection.js';

type Answer = 'answered' | 'silent' | Error;

/** A probe of brokers that answer so, one question after another; the last way is that of all further ones. */
function probing(...answers: readonly Answer[]) {
  const asked: string[] = [];
  const cluster = {
    addMultipleTargetTopics: () => Promise.resolve(),
    refreshMetadata: () => {
      const answer = answers[Math.min(asked.push('asked'), answers.length) - 1];
      return answer === 'silent' ? new Promise(() => undefined) : answer === 'answered' ? Promise.resolve() : Promise.reject(answer ?? new Error('none'));
    },
    disconnect: () => Promise.resolve(asked.push('disconnected')),
  };
  const client = { brokers: ['kafka-1:9092', 'kafka-2:9092'], cluster: () => cluster as unknown as Cluster } as unknown as KafkaClient;
  return { asked, probe: createBrokerProbe(client, 'cx.alerts', 1) };
}

const refused = new Error('Connection error: connect ECONNREFUSED 10.0.0.7:9092');

test('a broker that answers is there, also where it refuses what is asked', async () => {
  await probing('answered').probe.ask();
  await probing(Object.assign(new Error('Not authorized'), { type: 'TOPIC_AUTHORIZATION_FAILED' })).probe.ask();
});

test('one of several that goes away is no outage', async () => {
  const { probe, asked } = probing(new Error('Closed connection'), 'answered');
  await probe.ask();
  expect(asked).toHaveLength(2);
});

test('where none answers it says why', async () => {
  await expect(probing(refused).probe.ask()).rejects.toThrow(refused);
  await expect(probing('silent').probe.ask()).rejects.toThrow('no answer within 1 ms');
});

test('a password or a certificate that is wrong is told as that', async () => {
  for (const message of ['SASL PLAIN authentication failed: Invalid username or password', 'Connection error: certificate has expired']) {
    await expect(probing(new Error(message)).probe.ask()).rejects.toThrow(message);
  }
});

test('it lets go of its connection', async () => {
  const { probe, asked } = probing('answered');
  await probe.close();
  expect(asked).toEqual(['disconnected']);
});
