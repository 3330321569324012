import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { simulateNdjson } from '../../src/adapters/simulator/file.js';
import { createStage, touchpoint } from '../support/touchpoint.js';

const directory = mkdtempSync(join(tmpdir(), 'backtest-'));
const write = (name: string, text: string): string => {
  const file = join(directory, name);
  writeFileSync(file, text);
  return file;
};
const rules = write('rules.yaml', 'thresholds: { deliveryTolerance: 24h }\npatterns: { silent_change: { enabled: false } }\n');
const events = write('events.ndjson', [...simulateNdjson({ seed: 'backtest', start: Date.UTC(2025, 0, 1), orders: 120 })].join(''));
const json = (name: string) => join(directory, `${name}.json`);
const result = (name: string) => JSON.parse(readFileSync(json(name), 'utf8')) as { orders: number; differing: number; settings: object; rules: object };
/** A day on which all is over, and sources of which silence is an answer: topics and files alike. */
const alike = ['--as-of', '2025-12-01T00:00:00Z', '--sources', 'orders,logistics,billing,notifications,contacts,feedback,refunds', '--rules', rules];

test('a backtest of topics says the same as one of the file that they were filled from', async () => {
  const stage = await createStage({ partitions: 3 });
  try {
    expect((await stage.run(['produce', events])).code).toBe(0);
    const ofTopics = await stage.run(['backtest', ...alike, '--from-kafka', '--json', json('topics'), '--examples', '1000', '--out', join(directory, 'differing.ndjson'), '--fail-on-change']);
    const ofFile = await touchpoint(['backtest', ...alike, events, '--json', json('file'), '--examples', '1000']);
    expect([ofTopics.stderr, ofTopics.code, ofFile.stderr, ofFile.code]).toEqual(['', 1, '', 0]);
    const [topics, file] = [result('topics'), result('file')];
    expect(topics.orders).toBe(120);
    expect(topics.differing).toBeGreaterThan(5);
    // A stage's topics have names of their own, and it comes lane by lane.
    expect(inOrder(topics)).toEqual(inOrder({ ...file, settings: topics.settings }));
    expect(readFileSync(join(directory, 'differing.ndjson'), 'utf8').trimEnd().split('\n').length).toBe(topics.differing);
    expect(ofTopics.stdout).toContain('120 orders, judged by the present configuration (rules default-1) and by');
    expect((await stage.run(['backtest', ...alike, '--from-kafka', events])).code).toBe(2);
  } finally {
    await stage.close();
  }
}, 180_000);

/** Lists of examples, whatever order they came in. */
const inOrder = (value: unknown): unknown => JSON.parse(JSON.stringify(value), (_, inner: unknown) =>
  (Array.isArray(inner) && inner.every((one) => typeof one === 'string') ? [...inner].sort() : inner));

test('what a backtest was given wrong is told, with exit code 2', async () => {
  const broken = write('broken.yaml', 'severities: { lost: 4 }\n');
  const wrong = await touchpoint(['backtest', '--rules', broken, events]);
  expect([wrong.code, wrong.stdout]).toEqual([2, '']);
  expect(wrong.stderr).toContain(`${broken}:1: severities.lost: expected a severity`);
  const missing = await touchpoint(['backtest', '--rules', join(directory, 'none.yaml'), events]);
  expect([missing.code, missing.stderr]).toEqual([2, `${join(directory, 'none.yaml')}: there is no such file\n`]);
  expect((await touchpoint(['backtest', '--rules', rules, events, '--examples', 'many'])).code).toBe(2);
  expect((await touchpoint(['backtest', '--rules', rules])).code).toBe(2);
  expect((await touchpoint(['backtest', events])).code).toBe(2);
  const unwritable = await touchpoint(['backtest', '--rules', rules, events, '--out', join(directory, 'none', 'out.ndjson')]);
  expect([unwritable.code, unwritable.stderr]).toEqual([2, expect.stringContaining('cannot be written: there is no folder')]);
}, 60_000);

test('a configuration differs in nothing from itself', async () => {
  const same = await touchpoint(['backtest', '--rules', rules, '--against', rules, events, '--fail-on-change']);
  expect([same.code, same.stderr]).toEqual([0, '']);
  expect(same.stdout).toContain('0 of 120 orders differ (0.0 %).');
}, 60_000);
