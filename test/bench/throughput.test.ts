import { execFile } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import { askAdmin } from '../../src/adapters/kafka/ask-admin.js';
import { createKafkaClient } from '../../src/adapters/kafka/connection.js';
import { realKafka, realRedis } from '../support/real-services.js';
import { clientForTests } from '../support/redis-client.js';
import { repositoryRoot } from '../support/services/places.js';

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** As `npm run bench`, of what was built. */
function bench(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const script = ['--import', './bench/serve/built.mjs', 'bench/serve/throughput.ts', ...args];
  return new Promise((resolve) => {
    execFile(process.execPath, script, { cwd: repositoryRoot, env: { PATH: process.env['PATH'], ...env } }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

describe('npm run bench', () => {
  const redis = clientForTests();

  test('runs limit and worker on servers that are named, and leaves nothing on them', async () => {
    const [{ brokers }, { url }] = await Promise.all([realKafka(), realRedis()]);
    const { code, stdout, stderr } = await bench(['--orders', '600', '--runs', '1', '--workers', '1', '--json'], { KAFKA_BROKERS: brokers.join(','), REDIS_URL: url });
    expect([code, stderr]).toEqual([0, expect.stringContaining('verifying')]);
    const result = JSON.parse(stdout) as { readonly events: number; readonly ratios: readonly { readonly name: string; readonly value: number }[] };
    expect(result.events).toBeGreaterThan(4_000);
    expect(result.ratios.map(({ name }) => name)).toEqual([
      'one worker of one thread / parse limit', 'one worker of 2 threads / parse limit', 'one worker of 2 threads / one worker of one thread',
    ]);
    for (const { value } of result.ratios) expect(value).toBeGreaterThan(0);

    const client = createKafkaClient({ brokers, clientId: 'test', ssl: false, sasl: null }, () => undefined);
    const [topics, { groups }] = await askAdmin(client, (admin) => Promise.all([admin.listTopics(), admin.listGroups()]));
    const left = [...topics, ...groups.map(({ groupId }) => groupId), ...await redis().keys('*bench-*')];
    expect(left.filter((name) => name.includes('bench-'))).toEqual([]);
  });

  test.each([['--orders', 'many'], ['--run', '3']])('refuses %s %s, and says what is wrong', async (option, value) => {
    const { code, stderr } = await bench([option, value]);
    expect([code, stderr]).toEqual([2, expect.stringContaining(option)]);
  });
});
