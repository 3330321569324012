import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { repositoryRoot } from '../support/services/places.js';

const folder = mkdtempSync(join(tmpdir(), 'wrong-input-'));
writeFileSync(join(folder, 'empty'), '');
mkdirSync(join(folder, 'out/measures.json'), { recursive: true });
for (const name of ['one.yaml', 'two.yaml']) writeFileSync(join(folder, name), 'mapp: x\n');
const MAP = join(repositoryRoot, 'maps/csv-shop/shop.yaml');

/** Runs the built product in that folder. */
function touchpoint(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const { status, stderr } = spawnSync(process.execPath, [join(repositoryRoot, 'dist/main.js'), ...args], { cwd: folder, env: { PATH: process.env['PATH'] ?? '', ...env }, encoding: 'utf8' });
  return { code: status, stderr };
}

describe('what a person gets wrong is told in words, with exit code 2', () => {
  test.each([
    [['check-config', 'none'], 'none: there is no such file'],
    [['check-config', '.'], '.: is a folder, where a file is expected'],
    [['map', 'check', 'none'], 'none: there is no such file'],
    [['map', 'try', MAP, '.'], '.: is a folder, where a file is expected'],
    [['map', 'run', '--map', MAP, 'none'], 'Ended early: none: there is no such file'],
    [['backtest', '--rules', '.', 'empty'], '.: is a folder, where a file is expected'],
    [['produce', 'none'], 'none: there is no such file'],
    [['produce', '.'], '.: is a folder, where a file is expected'],
    [['simulate', '--seconds', '3000000'], '--seconds 3000000: expected seconds, more than 0 and at most 2147483'],
    [['token', ''], 'the name "" cannot be used: expected 1 to 64 letters, digits, dots, _ and -'],
    [['topics', '--print', '--cluster', ''], '--cluster : expected the name of a Kafka resource: small letters, digits, dots and -'],
  ])('%j', (args, message) => {
    expect(touchpoint(args)).toEqual({ code: 2, stderr: `${message}\n` });
  });

  // Beside what the work itself would end with: it has not begun.
  test.each([
    [['tell', '--json', 'none/x', 'none'], '--json none/x cannot be written: there is no folder none'],
    [['tell', '--json', 'empty/x', 'none'], '--json empty/x cannot be written: there is no folder empty'],
    [['verify', '--json', '.'], '--json . cannot be written: it is a folder, where a file is expected'],
    [['backtest', '--rules', 'none', '--json', 'none/x', 'none'], '--json none/x cannot be written: there is no folder none'],
    [['backtest', '--rules', 'none', '--out', '.', 'none'], '--out . cannot be written: it is a folder, where a file is expected'],
    [['replay', '--out', 'out', 'none'], '--out out cannot be used: measures.json: it is a folder, where a file is expected'],
  ])('before the work, where what it finds could not be written: %j', (args, message) => {
    expect(touchpoint(args)).toEqual({ code: 2, stderr: `${message}\n` });
    expect(readdirSync(join(folder, 'out'))).toEqual(['measures.json']);
  });

  test('of several maps all at once', () => {
    const { code, stderr } = touchpoint(['map', 'check', 'one.yaml', 'two.yaml']);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^The maps cannot be used:\none\.yaml:[^]*\ntwo\.yaml:/)]);
  });

  test('a Kafka that does not answer', () => {
    expect(touchpoint(['tell', '--from-kafka'], { KAFKA_BROKERS: '127.0.0.1:1' })).toEqual({
      code: 1, stderr: 'Kafka at 127.0.0.1:1 does not answer: connect ECONNREFUSED 127.0.0.1:1. Check KAFKA_BROKERS, and KAFKA_SSL and KAFKA_SASL_* if the brokers want them.\n',
    });
  }, 60_000);

  test('a Redis that does not answer a verification', () => {
    expect(touchpoint(['verify'], { KAFKA_BROKERS: '127.0.0.1:1', REDIS_URL: 'redis://127.0.0.1:1' }))
      .toEqual({ code: 2, stderr: 'The verification ended early, and says nothing: Redis does not answer: connect ECONNREFUSED 127.0.0.1:1. Check REDIS_URL\n' });
  });
});
