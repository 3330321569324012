import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { commandLine } from '../../bench/serve/command-line.js';
import { shownFinding } from '../../bench/serve/growth-report.js';
import { drainedOf, foundOf } from '../../bench/serve/peer-output.js';
import { findingOf, type PeerRun } from '../../bench/serve/peers-report.js';
import { repositoryRoot } from '../support/services/places.js';

const ended = (said: object | string, code = 0) => ({ code, stdout: `${typeof said === 'string' ? said : JSON.stringify(said)}\n`, stderr: '' });
const run = (eventsPerSecond: number, steadyEventsPerSecond: number, more: Partial<PeerRun> = {}): PeerRun => ({
  eventsPerSecond, steadyEventsPerSecond, cpu: { program: 20, redis: null, broker: 3 }, rssBytes: 900e6, otherCores: 0.01, differences: [], ...more,
});

describe('what is shown beside Kafka Streams', () => {
  const measured = { orders: 60_000, runs: 3, events: 620_675, bytes: 425, kafkaStreams: '4.1.1 (Java 17.0.15)' };
  const limit = { name: 'parse limit', runs: [100_000, 250_000, 200_000].map((eventsPerSecond) => ({ eventsPerSecond, cpu: { program: 4, redis: null, broker: 1 }, rssBytes: 400e6 })) };
  const finding = findingOf(limit, [
    { name: 'Kafka Streams, one thread', runs: [run(40_000, 60_000), run(10_000, 20_000), run(90_000, 99_000)] },
    { name: 'one worker of one thread', runs: [run(20_000, 15_000), run(26_000, 30_000), run(30_000, 31_000)].map((one) => ({ ...one, otherCores: 0.125, differences: ['billing_error: 3, expected 4'] })) },
    { name: 'Kafka Streams, 2 threads', runs: [run(40_000, 50_000)] },
    { name: 'one worker of 2 threads', runs: [run(30_000, 20_000)] },
  ], measured);
  const lines = shownFinding(finding).split('\n');

  test('are ratios of medians first: over the whole run with what they are to be, then of the second half', () => {
    expect(lines.slice(0, 7)).toEqual([
      '- one worker of one thread / Kafka Streams, one thread: 0.65 (at least 0.7: not kept; better 1: not reached)',
      '- one worker of 2 threads / Kafka Streams, 2 threads: 0.75 (at least 0.7; better 1: not reached)',
      '- one worker of one thread / Kafka Streams, one thread, second half alone: 0.50',
      '- one worker of 2 threads / Kafka Streams, 2 threads, second half alone: 0.40',
      '- one worker of one thread / parse limit: 0.13 (at least 0.15: not kept; better 0.25: not reached)',
      '- one worker of 2 threads / parse limit: 0.15 (at least 0.15; better 0.25: not reached)',
      '',
    ]);
  });

  test('is what each took, and in what it differs', () => {
    expect(lines).toContain('| parse limit | 200.0 k (100.0 k to 250.0 k) |  | 4.0 |  | 1.0 | 400 |');
    expect(lines).toContain('| one worker of one thread | 26.0 k (20.0 k to 30.0 k) | 30.0 k (15.0 k to 31.0 k) | 20.0 |  | 3.0 | 900 |');
    expect(finding.note).toContain('60,000 orders, 620,675 events of 425 bytes, 3 runs of each in turn. Other programs took at most 0.13 of a core');
    expect(finding.note).toMatch(/billing_error: 3, expected 4\.$/);
  });
});

describe('what the comparison bench says', () => {
  const drained = { eventsPerSecond: 100, steadyEventsPerSecond: 90, otherCpuShare: 0.05, cpuSecondsPerMillion: 30, brokerCpuSecondsPerMillion: 0 };

  test('is its last line; a broker that it can not see took nothing that is known', () => {
    expect(drainedOf(ended(`{"not": "this"}\n${JSON.stringify(drained)}\nbye`))).toEqual({
      eventsPerSecond: 100, steadyEventsPerSecond: 90, otherCores: 0.1, cpu: { program: 30, redis: null, broker: null },
    });
    expect(drainedOf(ended({ ...drained, redisCpuSecondsPerMillion: 4 })).cpu.redis).toBe(4);
  });

  test('is refused where it is no measure of a run', () => {
    expect(() => drainedOf(ended({ ...drained, steadyEventsPerSecond: null }))).toThrow('more orders');
    expect(() => drainedOf(ended({ eventsPerSecond: 1 }))).toThrow('tells no steadyEventsPerSecond');
    expect(() => drainedOf(ended({ name: 'x', error: 'did not finish' }, 1))).toThrow('did not finish');
    expect(() => drainedOf(ended('nothing'))).toThrow('failed (0): nothing');
  });

  test('of an answer that differs is what differs', () => {
    expect([foundOf(ended({ wrong: ['a: 1, expected 2'] }, 1)), foundOf(ended({ wrong: [] }))]).toEqual([['a: 1, expected 2'], []]);
    expect(() => foundOf(ended('TypeError', 2))).toThrow('TypeError');
  });
});

test('the command is shown as it could be given anywhere', () => {
  expect(commandLine('bench:peers', ['--peer'], ['--peer', '/somewhere', '--runs', '1', '--peer=/else'])).toBe('npm run bench:peers -- --peer DIR --runs 1 --peer=DIR');
  expect([commandLine('bench', [], []), commandLine('bench', [], ['--short'])]).toEqual(['npm run bench', 'npm run bench -- --short']);
});

describe('npm run bench:peers', () => {
  const called = (args: readonly string[], env: NodeJS.ProcessEnv = {}) => {
    const { status, stderr } = spawnSync(process.execPath, ['--import', './bench/serve/built.mjs', 'bench/serve/peers.ts', ...args], { cwd: repositoryRoot, env: { PATH: process.env['PATH'], ...env }, encoding: 'utf8' });
    return [status, stderr];
  };
  const standIn = join(repositoryRoot, 'test', 'bench', 'stand-in-peer');

  test.each([
    [[], {}, 'give its folder by --peer DIR or in BENCH_PEER'],
    [['--peer', join(repositoryRoot, 'docs')], {}, 'cx1/generate.mjs, peer-kafka-streams/run.sh, measure/drain.mjs, measure/check.mjs: missing; give the folder'],
    [[], { BENCH_PEER: standIn }, 'target/peer-kafka-streams-1.jar, peer-kafka-streams/target/lib: missing; run `mvn -q package`'],
    [['--peer', standIn, '--runs', 'many'], {}, '--runs many: expected a number'],
  ])('called as %j with %j says what is missing', (args, env, why) => {
    expect(called(args, env)).toEqual([2, expect.stringContaining(why)]);
  });
});
