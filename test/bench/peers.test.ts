import { spawn, type ChildProcess } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { peakBytesOf } from '../../bench/serve/processes.js';
import { askAdmin } from '../../src/adapters/kafka/ask-admin.js';
import { createKafkaClient } from '../../src/adapters/kafka/connection.js';
import { createRedis } from '../../src/adapters/redis/create-redis.js';
import { ownKafka, ownRedis } from '../support/real-services.js';
import { repositoryRoot } from '../support/services/places.js';
import { until } from '../support/services/readiness.js';

/** Within the repository, whose packages it uses. */
const FOLDERS = join(repositoryRoot, '.cache');
const JAVA_PROGRAM = 'peer-kafka-streams';
const START_MS = 60_000;

/** A stand-in for the comparison bench, as it is once it is built. */
function standIn(): string {
  mkdirSync(FOLDERS, { recursive: true });
  const folder = mkdtempSync(join(FOLDERS, 'stand-in-peer-'));
  cpSync(join(repositoryRoot, 'test', 'bench', 'stand-in-peer'), folder, { recursive: true });
  mkdirSync(join(folder, JAVA_PROGRAM, 'target', 'lib'), { recursive: true });
  for (const jar of ['peer-kafka-streams-1.jar', join('lib', 'kafka-streams-4.1.1.jar')]) writeFileSync(join(folder, JAVA_PROGRAM, 'target', jar), '');
  return folder;
}

/** As `npm run bench:peers -- --peer FOLDER`, of what was built. */
function benchPeers(folder: string, args: readonly string[], env: NodeJS.ProcessEnv): { readonly child: ChildProcess; readonly ended: Promise<{ code: number | null; stdout: string; stderr: string }> } {
  // Nothing of the stand-in needs Java: any program that tells a version will do.
  const child = spawn(process.execPath, ['--import', './bench/serve/built.mjs', 'bench/serve/peers.ts', '--peer', folder, ...args], {
    cwd: repositoryRoot, env: { PATH: process.env['PATH'], JAVA: process.execPath, ...env }, stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) child[name]?.on('data', (bytes: Buffer) => { said[name] += bytes.toString(); });
  return { child, ended: new Promise((resolve) => child.once('close', (code) => { resolve({ code, ...said }); })) };
}

describe('npm run bench:peers', () => {
  const folder = standIn();
  // Their own: other tests of benchmarks look as well for what was left.
  let kafka: Awaited<ReturnType<typeof ownKafka>>;
  let redis: Awaited<ReturnType<typeof ownRedis>>;

  beforeAll(async () => { [kafka, redis] = await Promise.all([ownKafka(), ownRedis()]); });
  afterAll(async () => {
    await Promise.all([kafka.stop(), redis.stop()]);
    rmSync(folder, { recursive: true, force: true });
  });
  const servers = (): NodeJS.ProcessEnv => ({ KAFKA_BROKERS: kafka.brokers.join(','), REDIS_URL: redis.url });

  async function leftOnServers(): Promise<readonly string[]> {
    const client = createKafkaClient({ brokers: kafka.brokers, clientId: 'test', ssl: false, sasl: null }, () => undefined);
    const topics = await askAdmin(client, (admin) => admin.listTopics());
    const keeper = createRedis({ url: redis.url });
    const keys = await keeper.keys('*');
    keeper.disconnect();
    return [...topics.filter((topic) => !topic.startsWith('__')), ...keys];
  }
  /** A broker lists topics for a moment after they were deleted. */
  async function expectServersEmpty(): Promise<void> {
    let left: readonly string[] = [];
    await until(async () => (left = await leftOnServers()).length === 0, { what: 'waiting for empty servers', timeoutMs: 15_000 }).catch(() => undefined);
    expect(left).toEqual([]);
  }

  test('has both work in turn, puts ratios first, tells what differs, and leaves nothing on the servers', async () => {
    const { code, stdout, stderr } = await benchPeers(folder, ['--orders', '40', '--runs', '2', '--json'], servers()).ended;
    expect([code, stderr]).toEqual([0, expect.stringContaining('run 2 of 2: one worker of 2 threads')]);
    const result = JSON.parse(stdout) as { readonly ratios: readonly { readonly name: string; readonly value: number }[]; readonly command: string; readonly events: number; readonly contestants: readonly object[] };
    expect(result.ratios).toEqual([
      { name: 'one worker of one thread / Kafka Streams, one thread', value: 0.7, least: 0.7, better: 1 },
      { name: 'one worker of 2 threads / Kafka Streams, 2 threads', value: 0.7, least: 0.7, better: 1 },
      { name: 'one worker of one thread / Kafka Streams, one thread, second half alone', value: 0.4 },
      { name: 'one worker of 2 threads / Kafka Streams, 2 threads, second half alone', value: 0.4 },
      ...['one thread', '2 threads'].map((threads) => ({ name: `one worker of ${threads} / parse limit`, value: expect.any(Number), least: 0.15, better: 0.25 })),
    ]);
    expect([result.events, result.command]).toEqual([40, 'npm run bench:peers -- --peer DIR --orders 40 --runs 2 --json']);
    const worker = { eventsPerSecond: 1_400, cpu: { program: 30, redis: 5, broker: null }, rssBytes: expect.any(Number), differences: ['late_delivery: 0, expected 1'] };
    expect(result.contestants[1]).toEqual({ name: 'one worker of one thread', runs: [expect.objectContaining(worker), expect.objectContaining(worker)] });
    await expectServersEmpty();
  });

  test('interrupted, takes along what it started, and leaves nothing on the servers', async () => {
    const pidFile = join(folder, 'pid');
    const { child, ended } = benchPeers(folder, ['--orders', '40'], { ...servers(), STAND_IN_HANGS: pidFile });
    await until(async () => existsSync(pidFile) && readFileSync(pidFile, 'utf8') !== '', { what: 'waiting for the stand-in', timeoutMs: START_MS });
    const pid = Number(readFileSync(pidFile, 'utf8'));
    expect(peakBytesOf(pid)).not.toBeNull();
    child.kill('SIGINT');
    expect((await ended).code).toBe(130);
    // A process that was killed but not yet reaped holds no memory any more.
    expect(peakBytesOf(pid)).toBeNull();
    await expectServersEmpty();
  });
});
