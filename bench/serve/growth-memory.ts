import type { RedisClient } from '../../src/adapters/redis/script.js';
import { say } from './ending.js';
import { writeEvents } from './fill.js';
import { eventsOf } from './growth-orders.js';
import { tableOfRows, type Finding } from './growth-report.js';
import { install } from './installation.js';
import { redisInfo } from './redis-info.js';
import { untilSaid, untilShown, workOff } from './runs.js';
import type { Servers } from './servers.js';
import { startWorker } from './worker.js';

const ORDERS = 100_000;
const FACTS = 10;
const LINES = 3;
/** Of the keys that each order has, so many are looked at. */
const SAMPLE = 2_000;
const SCAN_COUNT = 5_000;
/** In bytes, which are megabytes for a million orders. */
const MOST = 900;
const ORDER_KEY = /\}:o:/;
const PARTS: readonly (readonly [string, RegExp, 'each' | 'sample'])[] = [
  ['orders, with their keys', ORDER_KEY, 'sample'], ['list of all orders and their deadlines', /\}:o[ld](?::|$)/, 'each'], ['index entries', /\}:il(?::|$)/, 'each'], ['what orders tell of their customers', /\}:c:/, 'each'], ['measures and their journal', /\}:mj?(?::|$)/, 'each'],
];

/** Redis memory of open orders that a worker read from Kafka, everything included, and what it consists of. */
export async function memory(servers: Servers): Promise<Finding> {
  const installation = await install(servers);
  const { redis } = installation;
  const before = (await redisInfo(redis)).usedBytes;
  say(`loading ${ORDERS.toLocaleString('en')} open orders of ${FACTS} facts`);
  const { events } = await writeEvents(installation, eventsOf({ name: 'order', count: ORDERS, facts: FACTS, lines: LINES }));
  const worker = await startWorker(installation);
  await workOff(servers, installation, [worker], { events });
  await untilSaid([worker]);
  say('  journeys are shown');
  await untilShown(installation);
  await worker.stop();
  const all = ((await redisInfo(redis)).usedBytes - before) / ORDERS;
  const keys = await keysOf(redis, `*{${installation.config.redisPrefix}:*`);
  const parts: { readonly name: string; readonly each: number }[] = [];
  for (const [name, pattern, how] of PARTS) parts.push({ name, each: await bytesOf(redis, keys.filter((key) => pattern.test(key)), how) / ORDERS });
  const known = parts.reduce((sum, { each }) => sum + each, 0);
  const content = await contentOf(redis, keys.filter((key) => ORDER_KEY.test(key)));
  const rows = [...parts, { name: 'the table of keys and all else', each: all - known }, { name: 'everything', each: all }].map(({ name, each }) => [name, each.toFixed(0)]);
  return {
    ratios: [{ name: `Redis for a million open orders of ${FACTS} facts`, value: all, most: MOST, unit: 'MB' }], table: tableOfRows([['part', 'bytes an order'], ...rows]),
    note: `${ORDERS.toLocaleString('en')} orders of ${LINES} lines, by \`INFO memory\` before and after, parts by \`MEMORY USAGE\`. An order's facts and state themselves are ${content.toFixed(0)} bytes.`,
  };
}

async function keysOf(redis: RedisClient, pattern: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const node of 'nodes' in redis ? redis.nodes('master') : [redis]) {
    for (let cursor = '0', first = true; first || cursor !== '0'; first = false) {
      const [next, keys] = await node.scan(cursor, 'MATCH', pattern, 'COUNT', SCAN_COUNT);
      found.push(...keys);
      cursor = next;
    }
  }
  return found;
}

const sampleOf = (keys: readonly string[]): readonly string[] => keys.filter((_, n) => n % Math.max(1, Math.floor(keys.length / SAMPLE)) === 0);

/** The mean length of what is kept under them, bytes. */
async function contentOf(redis: RedisClient, keys: readonly string[]): Promise<number> {
  const looked = sampleOf(keys);
  const lengths = await Promise.all(looked.map((key) => redis.strlen(key)));
  return lengths.reduce((sum, length) => sum + length, 0) / looked.length;
}

async function bytesOf(redis: RedisClient, keys: readonly string[], how: 'each' | 'sample'): Promise<number> {
  const looked = how === 'each' ? keys : sampleOf(keys);
  const usages = await Promise.all(looked.map((key) => redis.memory('USAGE', key, 'SAMPLES', how === 'each' ? 0 : 1)));
  const sum = usages.reduce<number>((all, usage) => all + (usage ?? 0), 0);
  return looked.length === 0 ? 0 : sum * keys.length / looked.length;
}
