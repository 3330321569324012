import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { deflateRawSync } from 'node:zlib';
import { Redis } from 'ioredis';
import type * as LaneStores from '../src/adapters/redis/lane-store.js';
import type * as Keys from '../src/adapters/redis/keys.js';
import type * as Shop from '../src/adapters/simulator/file.js';
import type * as Names from '../src/contracts/names.js';
import type * as Alerts from '../src/core/alert-rules.js';
import type { Fact } from '../src/core/fact.js';
import type * as Index from '../src/core/index-keys.js';
import type * as Rules from '../src/core/rules.js';
import type * as Decode from '../src/pipeline/decode.js';
import type * as Judge from '../src/pipeline/judge.js';
import type * as Book from '../src/pipeline/live-order.js';
import type { LaneStore, OrderWrite, Telemetry } from '../src/pipeline/ports.js';
import type * as Render from '../src/pipeline/render.js';
import type * as Measures from '../src/pipeline/step-measures.js';

/**
 * How much Redis memory an order takes: open ones (what is known an hour before they end), settled ones, and those that were given up. Starts a
 * `redis-server` of its own, writes a simulated shop's orders through the lane store, and reads `INFO memory` before and after. Also says what
 * deflating facts would bring. `npm run bench:memory`, optionally with the number of orders (50,000).
 */
const from = async <T>(path: string): Promise<T> => (await import(new URL(`../dist/${path}`, import.meta.url).href)) as T;
const { createRedisLaneStore } = await from<typeof LaneStores>('adapters/redis/lane-store.js');
const { keyNames } = await from<typeof Keys>('adapters/redis/keys.js');
const { simulateNdjson } = await from<typeof Shop>('adapters/simulator/file.js');
const { COVERABLE_SOURCES, SOURCE_TOPICS } = await from<typeof Names>('contracts/names.js');
const { DEFAULT_ALERT_RULES } = await from<typeof Alerts>('core/alert-rules.js');
const { customerIn, indexKeys } = await from<typeof Index>('core/index-keys.js');
const { DEFAULT_RULES } = await from<typeof Rules>('core/rules.js');
const { createLineDecoder } = await from<typeof Decode>('pipeline/decode.js');
const { createJudge, noOutputs } = await from<typeof Judge>('pipeline/judge.js');
const { newOrder, packLiveOrder, takeIn } = await from<typeof Book>('pipeline/live-order.js');
const { createRenderer } = await from<typeof Render>('pipeline/render.js');
const { createStepMeasures } = await from<typeof Measures>('pipeline/step-measures.js');

const ORDERS = Number(process.argv[2] ?? 50_000);
const LANE = 0;
const PORT = 16_399;
const HOUR = 3_600_000;
const ENDS: ReadonlySet<string> = new Set(['delivery.completed', 'order.cancelled']);

const silent = new Proxy({}, { get: () => () => undefined }) as Telemetry;
const topicNames = Object.fromEntries(SOURCE_TOPICS.map((topic) => [topic, topic])) as Record<Names.SourceTopic, string>;
const judge = createJudge({
  lane: LANE, telemetry: silent, catalogue: 'bench', alertRules: DEFAULT_ALERT_RULES, context: () => ({ rules: DEFAULT_RULES, covered: new Set(COVERABLE_SOURCES) }),
  renderer: createRenderer({ topicNames, source: 'bench', rulesVersion: '1', alertMaxAgeMs: 1 }, () => 0),
});

const measures = createStepMeasures((_, error) => { throw error; }, () => Date.now());

/** Every order's facts in the order of their times. */
function shopsOrders(): ReadonlyMap<string, readonly Fact[]> {
  const decode = createLineDecoder({ now: () => Date.now(), maxValueBytes: 1_048_576, maxAheadMs: HOUR });
  const orders = new Map<string, Fact[]>();
  let offset = 0;
  for (const line of simulateNdjson({ seed: 'memory', start: Date.UTC(2025, 0, 1), orders: ORDERS })) {
    const decoded = decode(line, null, offset++);
    if (decoded.kind !== 'event' || decoded.orderId === null) continue;
    const facts = orders.get(decoded.orderId) ?? [];
    orders.set(decoded.orderId, facts);
    facts.push(decoded.fact);
  }
  return orders;
}

function writeOf(orderId: string, facts: readonly Fact[], at: number): OrderWrite {
  const order = newOrder(orderId);
  for (const fact of facts) takeIn(order, fact, 5_000);
  order.assessment = judge(order, at, { fact: null, at }, noOutputs(0));
  measures.count(order);
  measures.take();
  const packed = packLiveOrder(order);
  return {
    orderId, ...packed, allFacts: packed.facts, due: order.state.due, rests: order.state.rests, indexAdd: indexKeys(order.state.said, order.customerId), indexRemove: [], dirty: false,
    customers: order.told == null ? [] : [order.told],
  };
}

const openWrite = ([orderId, facts]: [string, readonly Fact[]]): OrderWrite | null => {
  const end = facts.find(({ type }) => ENDS.has(type))?.at;
  const known = end === undefined ? facts : facts.filter(({ at }) => at < end);
  return known.length === 0 ? null : writeOf(orderId, known, end === undefined ? known.at(-1)?.at ?? 0 : end - HOUR);
};
const settledWrite = ([orderId, facts]: [string, readonly Fact[]]): OrderWrite | null => {
  const write = writeOf(orderId, facts, Math.max(...facts.map(({ at }) => at)) + 400 * 24 * HOUR);
  return write.rests === null ? null : write;
};

async function startRedis(): Promise<{ redis: Redis; stop: () => Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'touchpoint-memory-'));
  const server = spawn('redis-server', ['--port', String(PORT), '--save', '', '--appendonly', 'no', '--dir', folder], { stdio: 'ignore' });
  const redis = new Redis({ port: PORT, protocol: 2 });
  redis.on('error', () => undefined);
  await redis.ping();
  return {
    redis,
    async stop() {
      redis.disconnect();
      server.kill();
      await delay(200);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const used = async (redis: Redis): Promise<number> => Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1]);

/** Commits, and the memory that each order took. */
async function measure(redis: Redis, writes: readonly OrderWrite[], name: string): Promise<LaneStore> {
  await redis.flushall();
  const store = createRedisLaneStore(redis, { prefix: 'bench' });
  const { token } = await store.claim(LANE, 1);
  await store.forgotten(LANE, ['warm']);
  const before = await used(redis);
  for (let base = 0, i = 0; i < writes.length; base += 1, i += 250) {
    await store.commit(LANE, { token, base, orders: writes.slice(i, i + 250), forget: [], calendar: 0, topics: new Map(), seq: 0, outbox: null });
  }
  const per = (await used(redis) - before) / writes.length;
  const mean = (of: (write: OrderWrite) => number): string => (writes.reduce((sum, write) => sum + of(write), 0) / writes.length).toFixed(0);
  console.log(`${name}: ${writes.length} orders, ${per.toFixed(0)} bytes each (packed facts ${mean((w) => w.facts?.length ?? 0)}, state ${mean((w) => w.state.length)}, index entries ${(writes.reduce((n, w) => n + w.indexAdd.length, 0) / writes.length).toFixed(1)}, deadlines ${(writes.filter(({ due }) => due !== null).length / writes.length).toFixed(2)})`);
  return store;
}

async function breakdown(redis: Redis, writes: readonly OrderWrite[]): Promise<void> {
  const keys = keyNames('bench').lane(LANE);
  const sample = writes.filter((_, i) => i % Math.ceil(writes.length / 500) === 0);
  const usage = async (key: string): Promise<number> => (await redis.memory('USAGE', key, 'SAMPLES', 0)) ?? 0;
  const mean = async (of: (write: OrderWrite) => string[]): Promise<string> => {
    let sum = 0;
    for (const write of sample) for (const key of of(write)) sum += await usage(key);
    return (sum / sample.length).toFixed(0);
  };
  const share = async (...beginnings: string[]): Promise<string> => {
    let sum = 0;
    for (const beginning of beginnings) for (const key of await redis.keys(`${beginning}*`)) sum += await usage(key);
    return (sum / writes.length).toFixed(0);
  };
  console.log(`  of which the key of the order ${await mean((w) => [keys.orderOf + w.orderId])}, that of many facts ${await mean((w) => [keys.factsOf + w.orderId])}, `
    + `the list of all orders and their deadlines ${await share(keys.orders.names, keys.orders.first)}, index entries ${await share(keys.index.names)}`);
}

function deflated(writes: readonly OrderWrite[]): void {
  const before = process.cpuUsage();
  let [plain, small] = [0, 0];
  for (const { facts } of writes) {
    if (facts === null) continue;
    plain += facts.length;
    small += Math.min(facts.length, deflateRawSync(facts).length);
  }
  const { user, system } = process.cpuUsage(before);
  console.log(`  deflating the facts of a settled order: ${(plain / writes.length).toFixed(0)} to ${(small / writes.length).toFixed(0)} bytes, ${((user + system) / writes.length).toFixed(0)} microseconds`);
}

const orders = [...shopsOrders()];
const { redis, stop } = await startRedis();
try {
  const open = orders.flatMap((order) => openWrite(order) ?? []);
  await measure(redis, open, 'open');
  await breakdown(redis, open);
  const settled = orders.flatMap((order) => settledWrite(order) ?? []);
  const store = await measure(redis, settled, 'settled');
  await breakdown(redis, settled);
  deflated(settled);
  const empty = await used(redis);
  const { token, version } = await store.claim(LANE, 1);
  for (let base = version, i = 0; i < settled.length; base += 1, i += 250) {
    const forget = settled.slice(i, i + 250).map(({ orderId, indexAdd }) => ({ orderId, indexes: indexAdd, customerId: customerIn(indexAdd) }));
    await store.commit(LANE, { token, base, orders: [], forget, calendar: 0, topics: new Map(), seq: 0, outbox: null });
  }
  await delay(500);
  console.log(`given up: ${((empty - await used(redis)) / settled.length).toFixed(0)} bytes less each`);
  const traces = await redis.keys('{bench:0}:g:*');
  let left = 0;
  for (const key of traces) left += Number(await redis.memory('USAGE', key));
  console.log(`  what is left of them: ${(left / settled.length).toFixed(0)} bytes each, in ${traces.length} keys`);
} finally {
  await stop();
}
