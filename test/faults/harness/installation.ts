import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import type { Kafka } from 'kafkajs';
import { stringify } from 'yaml';
import { OUTPUT_TOPICS, SOURCE_TOPICS } from '../../../src/contracts/names.js';
import { freshPrefix } from '../../support/real-services.js';
import { type Finished, touchpoint } from '../../support/touchpoint.js';
import { type Load, startLoad } from './load.js';
import { plainKafka } from './topics.js';
import { type Defect, startWorker, type Worker } from './worker-process.js';

/** How long a worker of the suite may be silent before it loses its lanes; ms. */
export const SESSION_MS = 2_000;

export interface Ground {
  /** The address at which the harness itself reaches Kafka and Redis. */
  readonly brokers: readonly string[];
  readonly redisUrl: string;
  /** Where the workers find them, when there is something in between. */
  readonly forWorkers?: { readonly brokers?: readonly string[]; readonly redisUrl?: string };
}

export interface InstallationOptions {
  readonly ground: Ground;
  readonly seed: string;
  readonly partitions?: number;
  readonly replication?: number;
  /** Records a second; 0: no load. */
  readonly rate?: number;
  /** Further settings of the configuration file. */
  readonly config?: Readonly<Record<string, unknown>>;
}

/** Topics, a group and keys of its own on Kafka and Redis, workers on them, and producers at work. */
export interface Installation {
  readonly ground: Ground;
  readonly kafka: Kafka;
  readonly env: Readonly<Record<string, string>>;
  readonly prefix: string;
  readonly partitions: number;
  readonly sources: readonly string[];
  readonly topicName: (topic: string) => string;
  readonly load: Load;
  /** Those that were started and have not ended. */
  workers(): readonly Worker[];
  /** Those that have ended too. */
  everyWorker(): readonly Worker[];
  start(defect?: Defect, env?: Readonly<Record<string, string>>): Promise<Worker>;
  /** How many are not ready yet. */
  starting(): number;
  run(args: readonly string[]): Promise<Finished>;
  /** A connection of the harness's own; the caller ends it. */
  redis(): Redis;
  /** From now on the harness finds Redis there. */
  redisIsAt(url: string): void;
  close(): Promise<void>;
}

const NO_LOAD: Load = { sent: () => 0, hold: async () => undefined, go: () => undefined, stop: async () => undefined };

/** The load's calendar runs through months in minutes: nothing is given up, so that every order can be compared. */
const KEPT = { retention: { settledOrders: null } };

/** Quick settling, so that a round takes seconds; else the defaults. */
const QUICK = { time: { settle: '300ms', settleReplaying: '1s', allowedLateness: '0s' }, kafka: { sessionTimeout: `${SESSION_MS}ms` } };

export async function install(options: InstallationOptions): Promise<Installation> {
  const { ground, partitions = 4, rate = 200 } = options;
  const prefix = freshPrefix('ft');
  let { redisUrl } = ground;
  const topicName = (topic: string): string => `${prefix}.${topic}`;
  const names = (topics: readonly string[]): Record<string, string> => Object.fromEntries(topics.map((t) => [t, topicName(t)]));
  const file = join(mkdtempSync(join(tmpdir(), 'touchpoint-faults-')), 'touchpoint.yaml');
  writeFileSync(file, stringify({ topics: { sources: names(SOURCE_TOPICS), outputs: names(OUTPUT_TOPICS) }, redis: { prefix }, ...QUICK, ...KEPT, ...options.config }));
  const direct = { KAFKA_BROKERS: ground.brokers.join(','), REDIS_URL: ground.redisUrl, KAFKA_GROUP_ID: prefix, TOUCHPOINT_CONFIG: file, HTTP_PORT: '0' };
  const env = {
    ...direct, KAFKA_BROKERS: (ground.forWorkers?.brokers ?? ground.brokers).join(','), REDIS_URL: ground.forWorkers?.redisUrl ?? ground.redisUrl,
  };
  const run = (args: readonly string[]): Promise<Finished> => touchpoint(args, { ...direct, REDIS_URL: redisUrl });
  const created = await run(['topics', '--create', '--partitions', String(partitions), '--replication', String(options.replication ?? 1)]);
  if (created.code !== 0) throw new Error(`topics --create: ${created.stderr}${created.stdout}`);
  const load = rate === 0 ? NO_LOAD : await startLoad({ brokers: ground.brokers, topicName, partitions, seed: options.seed, rate });
  const started: Worker[] = [];
  const starting = new Set<Promise<unknown>>();
  const workers = (): Worker[] => started.filter((worker) => !worker.ended());
  return {
    ground, kafka: plainKafka(ground.brokers), env, prefix, partitions, topicName, load, run, workers,
    everyWorker: () => started,
    sources: SOURCE_TOPICS.map(topicName),
    async start(defect, more = {}) {
      // Every other one works its lanes by threads; a defect is in the main one.
      const threads = started.length % 2 === 1 && defect === undefined ? { LANE_THREADS: '2' } : { LANE_THREADS: '1' };
      const start = startWorker({ ...env, ...threads, ...more }, defect);
      starting.add(start);
      const worker = await start.finally(() => starting.delete(start));
      started.push(worker);
      return worker;
    },
    starting: () => starting.size,
    redis() {
      const client = new Redis(redisUrl, { maxRetriesPerRequest: 20 });
      client.on('error', () => undefined);
      return client;
    },
    redisIsAt(url) {
      redisUrl = url;
    },
    async close() {
      // One that is still starting when a case fails would be left behind.
      await Promise.allSettled(starting);
      await Promise.all(workers().map((worker) => worker.kill()));
      await Promise.race([load.stop(), new Promise((done) => { setTimeout(done, 5_000).unref(); })]);
    },
  };
}
