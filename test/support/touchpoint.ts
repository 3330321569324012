import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import kafkajs, { type KafkaMessage } from 'kafkajs';
import { stringify } from 'yaml';
import { OUTPUT_TOPICS, type OutputTopic, SOURCE_TOPICS, type SourceTopic } from '../../src/contracts/names.js';
import { keyNames } from '../../src/adapters/redis/keys.js';
import { readProgress, topicField } from '../../src/adapters/redis/lane-fields.js';
import type { TopicCount } from '../../src/pipeline/ports.js';
import { freshPrefix, realKafka, realRedis } from './real-services.js';

/** The built product, driven as a stranger would: processes, their environment, what they print, and the topics they write. */

const MAIN = resolve(import.meta.dirname, '../../dist/main.js');

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end. @param main another version's program */
export async function touchpoint(args: readonly string[], env: Readonly<Record<string, string>> = {}, main = MAIN): Promise<Finished> {
  const child = spawn(process.execPath, [main, ...args], { env: { ...cleanEnvironment(), ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = collect(child);
  const code = await new Promise<number | null>((done) => child.once('close', (exit) => { done(exit); }));
  return { code, stdout: output.stdout(), stderr: output.stderr() };
}

/** The machine's own settings must not reach the product under test. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(KAFKA_|REDIS_|SCHEMA_|HTTP_|TOUCHPOINT_|LANE_|LOG_LEVEL|NODE_OPTIONS)/.test(name)));
}

function collect(child: ChildProcess) {
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (data: Buffer) => { stdout += data.toString(); });
  child.stderr?.on('data', (data: Buffer) => { stderr += data.toString(); });
  return { stdout: () => stdout, stderr: () => stderr };
}

/** Waits for a condition on a real system. */
export async function until<T>(what: string, withinMs: number, look: () => Promise<T | null | undefined | false>): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== null && found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`${what}: not within ${withinMs} ms`);
    await delay(100);
  }
}

export interface WorkerProcess {
  readonly url: string;
  readonly child: ChildProcess;
  readonly log: () => string;
  kill(signal: NodeJS.Signals): Promise<number | null>;
}

export interface Stage {
  readonly env: Readonly<Record<string, string>>;
  readonly brokers: readonly string[];
  readonly redisUrl: string;
  readonly redisPrefix: string;
  readonly topicName: (topic: string) => string;
  worker(env?: Readonly<Record<string, string>>): Promise<WorkerProcess>;
  /** Another process that runs until it is stopped, such as `intake`. */
  process(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<WorkerProcess>;
  run(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Finished>;
  /** Everything that stands in a topic, per partition in order. */
  read(topic: OutputTopic | SourceTopic): Promise<readonly (KafkaMessage & { readonly partition: number })[]>;
  /** What became of the records, per source topic over all lanes, as the lanes' own state has it. */
  counts(): Promise<Readonly<Record<string, TopicCount>>>;
  close(): Promise<void>;
}

export interface StageOptions {
  readonly partitions?: number;
  /** Further settings of the configuration file. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Servers of the test's own in place of the shared ones. */
  readonly on?: StageServers;
}

/** Lanes worked by as many threads as suit the machine, as where nobody says. */
export const USUAL_THREADS = { LANE_THREADS: '' };

export interface StageServers {
  /** How the test itself comes to them, and whoever creates the topics. */
  readonly brokers: readonly string[];
  readonly redisUrl: string;
  /** How the product comes to them. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Topics, group and keys of a test's own on the real Kafka and Redis, and workers on them. */
export async function createStage({ partitions = 4, config = {}, on }: StageOptions = {}): Promise<Stage> {
  const { brokers, redisUrl, env: own = {} } = on ?? { brokers: (await realKafka()).brokers, redisUrl: (await realRedis()).url };
  const prefix = freshPrefix('tp');
  const topicName = (topic: string): string => `${prefix}.${topic}`;
  const names = (topics: readonly string[]): Record<string, string> => Object.fromEntries(topics.map((t) => [t, topicName(t)]));
  const directory = mkdtempSync(join(tmpdir(), 'touchpoint-'));
  const file = join(directory, 'touchpoint.yaml');
  writeFileSync(file, stringify({
    topics: { sources: names(SOURCE_TOPICS), outputs: names(OUTPUT_TOPICS) }, redis: { prefix }, ...config,
  }));
  // The same on every machine: other threads where a test asks for them.
  const env = { KAFKA_BROKERS: brokers.join(','), REDIS_URL: redisUrl, KAFKA_GROUP_ID: prefix, TOUCHPOINT_CONFIG: file, HTTP_PORT: '0', LANE_THREADS: '1', ...own };
  const workers: WorkerProcess[] = [];
  const run = (args: readonly string[], more: Readonly<Record<string, string>> = {}): Promise<Finished> => touchpoint(args, { ...env, ...more });
  const started = async (args: readonly string[], more: Readonly<Record<string, string>> = {}): Promise<WorkerProcess> => {
    const worker = await startProcess(args, { ...env, ...more });
    workers.push(worker);
    return worker;
  };
  const created = await run(['topics', '--create', '--partitions', String(partitions)], { KAFKA_BROKERS: brokers.join(','), KAFKA_SSL: 'false', ...Object.fromEntries(Object.keys(own).filter((name) => /^KAFKA_S(ASL|SL_)/.test(name)).map((name) => [name, ''])) });
  if (created.code !== 0) throw new Error(`topics --create: ${created.stderr}`);
  return {
    env, brokers, redisUrl, redisPrefix: prefix, topicName, run,
    process: started,
    worker: (more = {}) => started(['serve'], more),
    read: (topic) => readAll(brokers, topicName(topic)),
    counts: () => countsOf(redisUrl, prefix, partitions),
    async close() {
      await Promise.all(workers.map((worker) => worker.kill('SIGKILL')));
    },
  };
}

async function countsOf(url: string, prefix: string, partitions: number): Promise<Record<string, TopicCount>> {
  const redis = new Redis(url, { lazyConnect: true });
  await redis.connect();
  const sums: Record<string, TopicCount> = {};
  for (let lane = 0; lane < partitions; lane++) {
    const fields = await redis.hgetall(keyNames(prefix).lane(lane).lane);
    for (const topic of SOURCE_TOPICS) {
      const text = fields[topicField(topic)];
      if (text === undefined) continue;
      const { count } = readProgress(text);
      const sum = sums[topic] ?? { read: 0, applied: 0, duplicate: 0, deadLetter: 0 };
      sums[topic] = {
        read: sum.read + count.read, applied: sum.applied + count.applied,
        duplicate: sum.duplicate + count.duplicate, deadLetter: sum.deadLetter + count.deadLetter,
      };
    }
  }
  redis.disconnect();
  return sums;
}

/** Starts a command that runs until it is stopped, and waits until it listens. */
export async function startProcess(args: readonly string[], env: Readonly<Record<string, string>>, main = MAIN): Promise<WorkerProcess> {
  const child = spawn(process.execPath, [main, ...args], { env: { ...cleanEnvironment(), ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = collect(child);
  const exited = new Promise<number | null>((done) => child.once('exit', (code) => { done(code); }));
  const log = (): string => output.stdout() + output.stderr();
  const url = await until('a worker that is ready', 30_000, async () => {
    if (child.exitCode !== null) throw new Error(`the worker ended with ${child.exitCode}: ${log()}`);
    await Promise.resolve();
    return /"url":"([^"]+)"/.exec(output.stdout())?.[1];
  });
  return {
    url, child, log,
    kill(signal) {
      child.kill(signal);
      return exited;
    },
  };
}

/** Everything that stands in a topic, per partition in order. */
export async function readAll(brokers: readonly string[], topic: string): Promise<(KafkaMessage & { partition: number })[]> {
  const kafka = new kafkajs.Kafka({ brokers: [...brokers], clientId: 'touchpoint-test', logLevel: kafkajs.logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  const ends = await admin.fetchTopicOffsets(topic);
  await admin.disconnect();
  const missing = new Map(ends.filter((e) => Number(e.high) > Number(e.low)).map((e) => [e.partition, Number(e.high)]));
  const found: (KafkaMessage & { partition: number })[] = [];
  if (missing.size === 0) return found;
  const consumer = kafka.consumer({ groupId: freshPrefix('read') });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await new Promise<void>((done, failed) => {
    consumer.run({
      eachMessage: async ({ message, partition }) => {
        found.push({ ...message, partition });
        if (Number(message.offset) + 1 >= (missing.get(partition) ?? 0)) missing.delete(partition);
        if (missing.size === 0) done();
      },
    }).catch(failed);
  });
  await consumer.disconnect();
  return found;
}

/** The lines of an NDJSON file, parsed. */
export const ndjson = (file: string): Record<string, unknown>[] =>
  readFileSync(file, 'utf8').split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Record<string, unknown>);

/** The sum of a counter over its labels, as `/metrics` tells it now. */
export async function metric(url: string, name: string, labels: Readonly<Record<string, string>> = {}): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  let sum = 0;
  for (const line of text.split('\n')) {
    if (!line.startsWith(`${name}{`) && !line.startsWith(`${name} `)) continue;
    if (Object.entries(labels).every(([key, value]) => line.includes(`${key}="${value}"`))) sum += Number(line.split(' ').at(-1));
  }
  return sum;
}
