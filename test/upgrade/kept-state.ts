import { readFileSync, writeFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { Redis } from 'ioredis';
import kafkajs, { type KafkaMessage } from 'kafkajs';
import { createTopics } from '../../src/adapters/kafka/topics.js';
import { OUTPUT_TOPICS, SOURCE_TOPICS } from '../../src/contracts/names.js';
import { readAll } from '../support/touchpoint.js';

/** What an installation stands on, as files keep it: every key of Redis, every record of its topics, and what its sources have yet to say. */
export interface KeptState {
  readonly keys: Readonly<Record<string, KeptKey>>;
  /** Of each topic the records of each partition, in order, without a gap from offset 0 on. */
  readonly topics: Readonly<Record<string, readonly (readonly KeptRecord[])[]>>;
  /** Lines of NDJSON that are in the topics. */
  readonly told: readonly string[];
  /** Lines that the company's systems tell later. */
  readonly untold: readonly string[];
}

/** Bytes are in base64. */
type KeptKey =
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'list'; readonly values: readonly string[] }
  | { readonly type: 'set'; readonly values: readonly string[] }
  | { readonly type: 'hash'; readonly pairs: readonly (readonly [string, string])[] }
  | { readonly type: 'zset'; readonly pairs: readonly (readonly [string, string])[] };

interface KeptRecord {
  readonly key: string | null;
  readonly value: string | null;
  readonly timestamp: string;
  readonly headers: readonly (readonly [string, string])[];
}

export interface Servers {
  readonly brokers: readonly string[];
  readonly redisUrl: string;
}

const TOPICS = [...SOURCE_TOPICS, ...OUTPUT_TOPICS];
const base64 = (bytes: Buffer | null): string => (bytes ?? Buffer.alloc(0)).toString('base64');
const bytesOf = (text: string): Buffer => Buffer.from(text, 'base64');

export const readState = (file: URL): KeptState => JSON.parse(gunzipSync(readFileSync(file)).toString()) as KeptState;
export const writeState = (file: URL, state: KeptState): void => { writeFileSync(file, gzipSync(JSON.stringify(state), { level: 9 })); };

/** Takes everything from servers that only one installation of these partitions uses, and that stands still. */
export async function takeState({ brokers, redisUrl }: Servers, partitions: number): Promise<Pick<KeptState, 'keys' | 'topics'>> {
  // Pairs come flat, whatever they are of.
  const redis = new Redis(redisUrl, { protocol: 2 });
  const keys: Record<string, KeptKey> = {};
  for (const key of (await redis.keys('*')).sort()) keys[key] = await takeKey(redis, key);
  redis.disconnect();
  const topics: Record<string, KeptRecord[][]> = {};
  for (const topic of TOPICS) {
    const records = await readAll(brokers, topic);
    topics[topic] = Array.from({ length: partitions }, (_, partition) => records.filter((record) => record.partition === partition).map(recordOf));
  }
  return { keys, topics };
}

async function takeKey(redis: Redis, key: string): Promise<KeptKey> {
  const type = await redis.type(key);
  if (type === 'string') return { type, value: base64(await redis.getBuffer(key)) };
  if (type === 'list') return { type, values: (await redis.lrangeBuffer(key, 0, -1)).map(base64) };
  if (type === 'set') return { type, values: (await redis.smembersBuffer(key)).map(base64) };
  if (type !== 'hash' && type !== 'zset') throw new Error(`${key} is of the type ${type}, which is not kept`);
  const flat = (await (type === 'hash' ? redis.callBuffer('HGETALL', key) : redis.callBuffer('ZRANGE', key, '0', '-1', 'WITHSCORES'))) as Buffer[];
  return { type, pairs: flat.flatMap((first, at) => (at % 2 === 0 ? [[base64(first), base64(flat[at + 1] ?? null)] as const] : [])) };
}

function recordOf({ key, value, timestamp, headers = {} }: KafkaMessage): KeptRecord {
  return {
    key: key === null ? null : base64(key), value: value === null ? null : base64(value), timestamp,
    headers: Object.entries(headers).map(([name, held]) => [name, base64(Buffer.from(held as Buffer | string))]),
  };
}

/** Puts it all back on empty servers, where it was. */
export async function putBack({ keys, topics }: KeptState, { brokers, redisUrl }: Servers): Promise<void> {
  const redis = new Redis(redisUrl);
  for (const [key, kept] of Object.entries(keys)) await putKey(redis, key, kept);
  redis.disconnect();
  const kafka = new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  const named = <T extends string>(names: readonly T[]): ReadonlyMap<T, T> => new Map(names.map((name) => [name, name]));
  await createTopics(admin, {
    sources: named(SOURCE_TOPICS), outputs: named(OUTPUT_TOPICS), partitions: topics['orders']?.length ?? 0, replication: 1,
    // By their time these records would be removed at once, once this state is old enough.
    sourceRetentionMs: -1, outputRetentionMs: -1,
  });
  await admin.disconnect();
  const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner, idempotent: true, maxInFlightRequests: 1 });
  await producer.connect();
  for (const [topic, partitions] of Object.entries(topics)) for (const [partition, records] of partitions.entries()) {
    const messages = records.map(({ key, value, timestamp, headers }) => ({
      key: key === null ? null : bytesOf(key), value: value === null ? null : bytesOf(value), timestamp, partition,
      headers: Object.fromEntries(headers.map(([name, held]) => [name, bytesOf(held)])),
    }));
    for (let at = 0; at < messages.length; at += 500) await producer.send({ topic, acks: -1, messages: messages.slice(at, at + 500) });
  }
  await producer.disconnect();
}

async function putKey(redis: Redis, key: string, kept: KeptKey): Promise<void> {
  if (kept.type === 'string') await redis.set(key, bytesOf(kept.value));
  else if (kept.type === 'list') await redis.rpush(key, ...kept.values.map(bytesOf));
  else if (kept.type === 'set') await redis.sadd(key, ...kept.values.map(bytesOf));
  else if (kept.type === 'hash') await redis.hset(key, ...kept.pairs.flat().map(bytesOf));
  else for (const [member, score] of kept.pairs) await redis.zadd(key, bytesOf(score).toString(), bytesOf(member));
}
