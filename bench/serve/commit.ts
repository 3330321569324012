import { createRedis } from '../../src/adapters/redis/create-redis.js';
import { createRedisLaneStore } from '../../src/adapters/redis/lane-store.js';
import type { RedisClient } from '../../src/adapters/redis/script.js';
import type { LaneStore, OrderWrite } from '../../src/pipeline/ports.js';
import { atEnd, runToEnd } from './ending.js';
import { tableOfRows } from './growth-report.js';
import { amount, options } from './options.js';
import { redisInfo } from './redis-info.js';
import { writeSection } from './results.js';
import { redisAddress } from './servers.js';

const HELP = `npm run bench:commit -- [options]

What reading orders, and writing them in one commit, costs Redis (appendfsync always) and the client, by how many orders a commit holds. Each
order gets ten facts, one a commit. Redis is started for it, unless REDIS_URL names one.

  --orders N     orders (default 10000)
  --write-docs   results into docs/benchmarks.md

Examples:
  npm run bench:commit
  npm run bench:commit -- --orders 2000
`;
const FACTS = 10;
/** As UUIDs as ids make them; bytes. */
const FACT_BYTES = 42;
const STATE_BYTES = 110;
/** Orders in a commit: of a quiet lane, of one at 500 events a second, of one with a backlog. */
const SIZES = [1, 14, 1_000];
const LANES = SIZES.length;

const given = options(HELP, { 'orders': { type: 'string' }, 'write-docs': { type: 'boolean', default: false } });
const orders = amount('orders', given.orders ?? '10000');

runToEnd(async () => {
  const redis = createRedis({ url: await redisAddress() });
  atEnd(() => { redis.disconnect(); });
  const store = createRedisLaneStore(redis, { prefix: `bench-commit-${process.pid}` });
  const rows: string[][] = [];
  for (const [lane, size] of SIZES.entries()) rows.push([size.toLocaleString('en'), ...(await cost(redis, store, lane, size))]);
  const table = tableOfRows([['orders in a commit', 'Redis, us of CPU an order', 'client, us of CPU an order', 'a read and a commit, ms'], ...rows]);
  const { version } = await redisInfo(redis);
  const shown = `${table}\n\n${orders.toLocaleString('en')} orders of up to ${FACTS} facts, each with one more in a commit; Redis ${version}, appendfsync always. \`npm run bench:commit\`.`;
  process.stdout.write(`${shown}\n`);
  if (given['write-docs']) writeSection('bench:commit', shown);
  return 0;
});

/** Gives every order its facts, `size` orders a commit. */
async function cost(redis: RedisClient, store: LaneStore, lane: number, size: number): Promise<string[]> {
  const { token, version } = await store.claim(lane, LANES);
  const ids = Array.from({ length: orders }, (_, n) => `00000000-0000-4000-8000-${String(n * 7_919 % 1_000_000_007).padStart(12, '0')}`);
  let base = version;
  let commits = 0;
  const [redisBefore, before, began] = [(await redisInfo(redis)).cpuSeconds, process.cpuUsage(), performance.now()];
  for (let fact = 0; fact < FACTS; fact += 1) {
    for (let from = 0; from < ids.length; from += size) {
      const some = ids.slice(from, from + size);
      const known = await store.load(lane, some);
      const writes = some.map((orderId, i) => writeOf(orderId, fact, known[i]?.facts ?? Buffer.alloc(0)));
      await store.commit(lane, { token, base, orders: writes, forget: [], calendar: fact, topics: new Map(), seq: 0, outbox: null });
      base += 1;
      commits += 1;
    }
  }
  const { user, system } = process.cpuUsage(before);
  const took = performance.now() - began;
  const redisTook = (await redisInfo(redis)).cpuSeconds - redisBefore;
  const written = orders * FACTS;
  return [(redisTook * 1e6 / written).toFixed(1), ((user + system) / written).toFixed(1), (took / commits).toFixed(2)];
}

function writeOf(orderId: string, fact: number, known: Buffer): OrderWrite {
  const facts = Buffer.alloc(FACT_BYTES, fact + 1);
  return {
    orderId, facts, allFacts: Buffer.concat([known, facts]), state: Buffer.alloc(STATE_BYTES, fact + 1), due: fact + orderId.length, rests: null,
    indexAdd: fact === 0 ? ['verdict:good'] : [], indexRemove: [], dirty: true, customers: [],
  };
}
