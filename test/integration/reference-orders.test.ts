import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { MeasureRow, Measures } from '../../src/contracts/measures.js';
import { type Comparison, compareMeasures } from '../golden/reference-measures.js';
import { createStage, metric, type Stage, touchpoint, until, USUAL_THREADS } from '../support/touchpoint.js';

/**
 * Three thousand real orders, judged by an independent reference, through a service of two workers of which one is killed. They are not
 * part of the repository: they are in the folder that TOUCHPOINT_ACCEPTANCE_DATA names, or beside it. serve-equals-replay.test.ts does the
 * same with orders that are made up.
 */

const root = join(import.meta.dirname, '..', '..');
const data = resolve(root, process.env['TOUCHPOINT_ACCEPTANCE_DATA'] ?? '../shared/data');
const present = existsSync(join(data, 'olist-expected.json'));

const PLACES = ['region', 'team', 'location'] as const;

/** Customers' deviations are added up in the order in which they are met. */
const roundedDeviation = (row: MeasureRow): MeasureRow => (row.measure === 'within_customer_sd_seconds' && row.value !== null ? { ...row, value: Number(row.value.toPrecision(12)) } : row);

if (present) describe('the reference orders', throughAService);
else {
  test(`the reference orders: not present at ${data}`, () => {
    console.warn(`The reference orders are not present at ${data}, so a service's measures were not compared with them; TOUCHPOINT_ACCEPTANCE_DATA names their folder.`);
    expect(existsSync(join(import.meta.dirname, 'serve-equals-replay.test.ts'))).toBe(true);
  });
}

function throughAService(): void {
  const reference = JSON.parse(readFileSync(join(data, 'olist-expected.json'), 'utf8')) as { readonly read: number; readonly orders: number; readonly asOf: string; readonly sources: readonly string[]; readonly measures: readonly Record<string, unknown>[] };
  const directory = mkdtempSync(join(tmpdir(), 'touchpoint-'));
  const input = join(directory, 'events.ndjson');
  let stage: Stage;
  let urls: readonly string[] = [];
  let replayed: Measures;

  beforeAll(async () => {
    writeFileSync(input, gunzipSync(readFileSync(join(data, 'olist-events.ndjson.gz'))));
    const all = ['orders', 'logistics', 'billing', 'notifications', 'contacts', 'feedback', 'incidents', 'audits', 'refunds'];
    stage = await createStage({ config: {
      sources: { notCountedOn: all.filter((source) => !reference.sources.includes(source)) },
      // The orders are years old, and each has more sellers than are usually told apart.
      retention: { settledOrders: null }, measures: { mostValues: 2_000 }, time: { settleReplaying: '3s' },
    } });
    const [first, second] = await Promise.all([stage.worker(USUAL_THREADS), stage.worker()]);
    const producing = stage.run(['produce', input, '--rate', '2000']);
    await until('work under way on the first worker', 60_000, async () => (await metric(first.url, 'cx_events_total')) > reference.read / 8);
    await first.kill('SIGKILL');
    const third = await stage.worker();
    expect((await producing).code).toBe(0);
    urls = [second.url, third.url];
    const out = await touchpoint(['replay', input, '--out', directory, ...PLACES.flatMap((key) => ['--by', key])], { TOUCHPOINT_CONFIG: stage.env['TOUCHPOINT_CONFIG'] ?? '' });
    expect([out.code, out.stderr]).toEqual([0, '']);
    replayed = JSON.parse(readFileSync(join(directory, 'measures.json'), 'utf8')) as Measures;
    await until('every record applied', 90_000, async () => Object.values(await stage.counts()).reduce((sum, { applied }) => sum + applied, 0) === reference.read);
  }, 300_000);
  afterAll(async () => { await stage.close(); });

  const measuresOf = async (url: string, by = ''): Promise<Measures> => (await (await fetch(`${url}/v1/measures?window=all${by === '' ? '' : `&by=${by}`}`)).json()) as Measures;
  const told = (what: string, { figures, exact, differences }: Comparison): void => void process.stdout.write(`${what}: ${figures} figures of the reference compared, ${exact} of them exactly, ${differences.length} differ\n`);

  test('a replay has every figure of the reference', () => {
    const comparison = compareMeasures(replayed, reference.measures);
    told('replay', comparison);
    expect(comparison.differences).toEqual([]);
    expect(comparison.figures).toBeGreaterThan(100);
  });

  test('so has the service, from any worker, after a worker was killed', async () => {
    for (const url of urls) {
      // Deadlines that passed in silence are judged once the lanes have reached the present.
      const comparison = await until('the figures of the reference', 90_000, async () => {
        const found = compareMeasures(await measuresOf(url), reference.measures);
        return found.differences.length === 0 ? found : null;
      }).catch(async () => compareMeasures(await measuresOf(url), reference.measures));
      told('serve', comparison);
      expect(comparison.differences).toEqual([]);
    }
    expect(await metric(urls[0] ?? '', 'cx_events_total')).toBeLessThan(reference.read);
  }, 200_000);

  test.each(PLACES)('by %s it says what a replay says', async (key) => {
    const expected = replayed.filter(({ by }) => by === undefined || key in by).map(roundedDeviation);
    for (const url of urls) expect((await measuresOf(url, key)).map(roundedDeviation)).toEqual(expected);
    process.stdout.write(`by ${key}: ${expected.length} rows equal those of a replay\n`);
  }, 60_000);
}
