import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { once } from 'node:events';
import { connect } from 'node:net';
import { zstdCompressSync } from 'node:zlib';
import kafkajs, { type logLevel } from 'kafkajs';
import Connection from 'kafkajs/src/network/connection.js';
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';
import { calmTimers } from '../../../src/adapters/kafka/calm-timers.js';
import { BatchDamaged } from '../../../src/adapters/kafka/codecs/unpacking.js';
import { explainDamage, registerCodecs } from '../../../src/adapters/kafka/compression.js';
import { createKafkaClient } from '../../../src/adapters/kafka/connection.js';
import { isFatal, isFault } from '../../../src/adapters/kafka/faults.js';
import { letGoOnce } from '../../../src/adapters/kafka/let-go-once.js';
import { clientLog, type KafkaLogLevel } from '../../../src/adapters/kafka/log.js';

describe('what is mended in the client', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  const queue = (pending: readonly unknown[], throttledUntil = -1) => {
    const made = Object.create(RequestQueue.prototype) as typeof RequestQueue.prototype;
    const checks: number[] = [];
    return Object.assign(made, { pending, throttledUntil, throttleCheckTimeoutId: null, checks, checkPendingRequests: () => void checks.push(Date.now()) });
  };

  test('no timer while nothing waits', () => {
    calmTimers();
    queue([]).scheduleCheckPendingRequests();
    expect(jest.getTimerCount()).toBe(0);
  });

  test('one timer while a request waits, as late as the broker asks', () => {
    calmTimers();
    const waiting = queue([{}], Date.now() + 700);
    waiting.scheduleCheckPendingRequests();
    waiting.scheduleCheckPendingRequests();
    expect(jest.getTimerCount()).toBe(1);
    jest.advanceTimersByTime(699);
    expect(waiting.checks).toHaveLength(0);
    jest.advanceTimersByTime(1);
    expect(waiting.checks).toHaveLength(1);
    expect(waiting.throttleCheckTimeoutId).toBeNull();
  });

  test('a connection that failed may be let go of again and again', async () => {
    letGoOnce();
    const socket = connect(1, '127.0.0.1');
    await once(socket, 'error');
    const requestQueue = { waitForPendingRequests: () => Promise.resolve(), destroy: () => undefined };
    const failed = Object.assign(Object.create(Connection.prototype) as typeof Connection.prototype, { socket, requestQueue, logDebug: () => undefined });
    for (let attempt = 0; attempt < 20; attempt++) expect(await failed.disconnect()).toBe(true);
    expect(socket.listenerCount('connect')).toBe(0);
  });

  test('what the client tries again by itself is no error of ours', () => {
    const lines: [KafkaLogLevel, string][] = [];
    const write = clientLog((level, message) => lines.push([level, message]))(kafkajs.logLevel.WARN);
    const entry = (namespace: string, level: logLevel, message: string) => write({ namespace, level, label: '', log: { timestamp: '', message } });
    entry('Connection', kafkajs.logLevel.ERROR, 'Response GroupCoordinator(key: 10, version: 2)');
    entry('BrokerPool', kafkajs.logLevel.ERROR, 'Failed to connect to seed broker, trying another broker from the list');
    entry('Producer', kafkajs.logLevel.ERROR, 'Request Produce(key: 0, version: 7) timed out');
    entry('RequestQueue', kafkajs.logLevel.WARN, 'Response without match');
    entry('Producer', kafkajs.logLevel.ERROR, 'something else');
    entry('BrokerPool', kafkajs.logLevel.ERROR, 'SASL PLAIN authentication failed: Invalid username or password');
    expect(lines.map(([level]) => level)).toEqual(['debug', 'debug', 'debug', 'debug', 'error', 'error']);
  });

  test('the cluster behind the client can be reached', () => {
    const client = createKafkaClient({ brokers: ['127.0.0.1:1'], clientId: 'test', ssl: false, sasl: null }, () => undefined);
    expect(typeof client.cluster('test').fetchTopicsOffset).toBe('function');
    expect(client.cluster('test')).not.toBe(client.cluster('test'));
  });

  test('every codec of the protocol unpacks, and a batch that is damaged needs a person', async () => {
    registerCodecs();
    const unpack = (type: kafkajs.CompressionTypes, data: Buffer) => (kafkajs.CompressionCodecs[type as kafkajs.CompressionTypes.ZSTD]() as { decompress(data: Buffer): Promise<Buffer> }).decompress(data);
    expect(String(await unpack(kafkajs.CompressionTypes.ZSTD, zstdCompressSync('text')))).toBe('text');
    for (const type of [kafkajs.CompressionTypes.Snappy, kafkajs.CompressionTypes.LZ4, kafkajs.CompressionTypes.ZSTD]) {
      const error: unknown = await unpack(type, Buffer.from('none of them at all')).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(BatchDamaged);
      expect(isFatal(error)).toBe(true);
      expect(explainDamage(error, ['orders/3']).message).toMatch(/can't be unpacked \((snappy|lz4|zstd): .*in one of orders\/3/);
    }
    expect(explainDamage(new Error('other'), []).message).toBe('other');
  });

  test('faults are known by their own name and by that of their cause', () => {
    const refused = Object.assign(new Error('no'), { type: 'GROUP_AUTHORIZATION_FAILED' });
    const wrapped = new Error('tried', { cause: refused });
    expect([isFatal(wrapped), isFault(wrapped, 'GROUP_AUTHORIZATION_FAILED'), isFatal(new Error('x'))]).toEqual([true, true, false]);
  });
});
