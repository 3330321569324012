import { afterAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { Kafka, logLevel } from 'kafkajs';
import { freshPrefix, ownRedis, realKafka, realRedis } from '../support/real-services.js';

describe('real services', () => {
  test('a topic made on the shared broker takes a record and gives it back an offset', async () => {
    const { brokers, stop } = await realKafka();
    const kafka = new Kafka({ brokers, logLevel: logLevel.NOTHING });
    const topic = freshPrefix('topic');
    const admin = kafka.admin();
    const producer = kafka.producer();
    try {
      await admin.connect();
      await admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: true });
      await producer.connect();
      await producer.send({ topic, messages: [{ value: 'a' }, { value: 'b' }] });
      expect(await admin.fetchTopicOffsets(topic)).toMatchObject([{ low: '0', high: '2' }]);
    } finally {
      await producer.disconnect();
      await admin.disconnect();
      await stop();
    }
  });

  test('the shared Redis writes its append-only file as often as asked', async () => {
    if (process.env['TOUCHPOINT_TEST_REDIS_URL']) return;
    for (const appendfsync of ['everysec', 'always'] as const) {
      const { url } = await realRedis({ appendfsync });
      const redis = new Redis(url);
      expect(await redis.config('GET', 'appendfsync')).toEqual(['appendfsync', appendfsync]);
      redis.disconnect();
    }
  });

  describe('a server of the test\'s own', () => {
    const server = ownRedis({ appendfsync: 'always' });
    afterAll(async () => (await server).stop());

    test('keeps what it acknowledged through a crash', async () => {
      const { url, kill, start } = await server;
      const before = new Redis(url);
      await before.set('k', 'v');
      before.disconnect();
      await kill();
      await start();
      const after = new Redis(url);
      expect(await after.get('k')).toBe('v');
      after.disconnect();
    });
  });
});
