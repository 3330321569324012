import { expect, test } from '@jest/globals';
import { createRedisIntakeStore, intakePrefix } from '../../src/adapters/redis/intake-store.js';
import { createRedisLaneHalts } from '../../src/adapters/redis/lane-halts.js';
import { intakeStoreContract } from '../contract/intake-store.contract.js';
import { freshPrefix } from '../support/real-services.js';
import { clientForTests } from '../support/redis-client.js';

const client = clientForTests();

const open = (prefix: string, rememberSeconds = 3_600) => createRedisIntakeStore(client(), { prefix, rememberSeconds });

intakeStoreContract('what the intake keeps in Redis', () => {
  const prefix = freshPrefix('cx');
  const halts = createRedisLaneHalts(client(), intakePrefix(prefix));
  return Promise.resolve({ store: open(prefix), decide: (halt, decision) => halts.decide(0, halt, decision), end: () => Promise.resolve() });
});

const commit = { base: 0, topics: new Map(), seq: 1, lastWait: 1, outbox: { firstSeq: 1, lastSeq: 1, records: Buffer.from('records') }, values: [{ id: 'l:a', value: Buffer.from('a') }], waits: [{ number: 1, value: Buffer.from('one') }], released: [] };

test('rows and links are forgotten some time after they were told last, what waits is not', async () => {
  const prefix = freshPrefix('cx');
  const store = open(prefix, 1_000);
  await store.commit({ ...commit, token: (await store.claim()).token });
  const left = await client().ttl(`{${intakePrefix(prefix)}:0}:k:l:a`);
  expect(left).toBeGreaterThan(990);
  expect(left).toBeLessThanOrEqual(1_000);
  expect(await client().ttl(`{${intakePrefix(prefix)}:0}:waits`)).toBe(-1);
});

test('state of a newer format is left to the newer version', async () => {
  const prefix = freshPrefix('cx');
  const store = open(prefix);
  const { token } = await store.claim();
  await client().hset(`{${intakePrefix(prefix)}:0}:lane`, 'format', '99');
  await expect(store.claim()).rejects.toThrow('was written in format 99, this version knows formats up to 1: run the newer version again');
  expect(await store.held()).toEqual({ token, version: 0 });
});

/** A script that fails in the middle keeps what it wrote before: a step that is half applied would be applied twice. */
test.each(['outbox', 'waits'])('a commit that meets a key of another type (%s) changes nothing', async (key) => {
  const prefix = freshPrefix('cx');
  const store = open(prefix);
  const { token } = await store.claim();
  await client().set(`{${intakePrefix(prefix)}:0}:${key}`, 'of another type');
  await expect(store.commit({ ...commit, token })).rejects.toThrow('WRONGTYPE');
  expect([await store.held(), await store.load(['l:a'])]).toEqual([{ token, version: 0 }, [null]]);
});
