import { describe, expect, test } from '@jest/globals';
import type { Cluster } from 'kafkajs';
import { isRefusal, mend } from '../../../src/adapters/kafka/faults.js';
import { kafkaAwayText, kafkaFaultText, kafkaFaultWords } from '../../../src/adapters/kafka/fault-words.js';

const AWAY = 'a Kafka broker is away';
const BROKE = 'the connection to a Kafka broker broke';
const SILENT = 'a Kafka broker does not answer';

describe('what the client says of a connection in words of its own is told in ours', () => {
  test.each([
    ['Connection error: connect ECONNREFUSED 10.0.0.7:9092', AWAY, 'connect ECONNREFUSED 10.0.0.7:9092'],
    ['asking for the end of cx.journeys failed: Connection error: getaddrinfo ENOTFOUND kafka-1', AWAY, 'getaddrinfo ENOTFOUND kafka-1'],
    ['Failed to find group coordinator', AWAY, AWAY],
    ['Broker not connected', AWAY, AWAY],
    ['Closed connection', BROKE, BROKE],
    ['Connection error: read ECONNRESET', BROKE, 'read ECONNRESET'],
    ['Connection timeout', SILENT, SILENT],
    ['Request Produce(key: 0, version: 7) timed out', SILENT, SILENT],
    ['no answer within 5000 ms', SILENT, 'no answer within 5 s'],
  ])('%s', (message, words, text) => {
    expect([kafkaFaultWords(new Error(message)), kafkaFaultText(new Error(message))]).toEqual([words, text]);
    expect(kafkaAwayText(new Error(message))).toBe(`Kafka does not answer any more: ${text}. Start this again once it does`);
  });

  test.each([
    'SASL PLAIN authentication failed: Authentication failed: Invalid username or password',
    'Connection error: self-signed certificate in certificate chain',
    'This server does not host this topic-partition',
    'Not authorized to access topics: [Topic authorization failed]',
    'Messages are rejected since there are fewer in-sync replicas than required',
    'there are 2 records where 3 are expected',
  ])('but not: %s', (message) => {
    expect([kafkaFaultWords(new Error(message)), kafkaAwayText(new Error(message))]).toEqual([null, null]);
  });
});

test('who mends a connection learns whether any broker answers', async () => {
  const meeting = (error: Error): Promise<boolean> =>
    mend({ isConnected: () => true, refreshMetadata: () => Promise.reject(error) } as unknown as Cluster, new Error('Closed connection'), () => undefined);
  expect(await meeting(new Error('Connection error: connect ECONNREFUSED 10.0.0.7:9092'))).toBe(false);
  expect(await meeting(new Error('This server does not host this topic-partition'))).toBe(true);
  expect(await mend({ isConnected: () => true, refreshMetadata: () => Promise.resolve() } as unknown as Cluster, new Error('Closed connection'), () => undefined)).toBe(true);
});

test('a broker that refuses has answered, unless it does not take us for whom we say we are', () => {
  const ofType = (type: string): Error => Object.assign(new Error('outer'), { cause: Object.assign(new Error('inner'), { type }) });
  expect(['UNKNOWN_TOPIC_OR_PARTITION', 'TOPIC_AUTHORIZATION_FAILED', 'SASL_AUTHENTICATION_FAILED'].map((type) => isRefusal(ofType(type)))).toEqual([true, true, false]);
  expect(isRefusal(new Error('Closed connection'))).toBe(false);
});
