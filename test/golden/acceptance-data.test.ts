import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { assess } from '../../src/core/assess.js';
import type { Assessment } from '../../src/core/assessment.js';
import { DEFAULT_RULES } from '../../src/core/rules.js';
import { readJourneys, summaryOf, type Told } from './read-journeys.js';

/**
 * Orders judged by an independent reference, where they are at hand: in the folder that TOUCHPOINT_ACCEPTANCE_DATA names,
 * or beside the repository. They aren't part of it; recorded-journeys.test.ts holds without them.
 */

const root = join(import.meta.dirname, '..', '..');
const data = resolve(root, process.env['TOUCHPOINT_ACCEPTANCE_DATA'] ?? '../shared/data');
const read = (name: string) => readFileSync(join(data, name));
const present = existsSync(join(data, 'generated-orders.ndjson.gz'));

const assessAll = ({ journeys, covered, asOf }: Told) =>
  [...journeys.values()].map((journey) => ({ journey, assessment: assess(journey, asOf, { rules: DEFAULT_RULES, covered }) }));

interface ReferenceSignal {
  readonly signal: string;
  readonly detail: Readonly<Record<string, unknown>>;
}
interface ReferenceOrder {
  readonly orderId: string;
  readonly signals: readonly ReferenceSignal[];
}

if (present) describe('acceptance data', againstTheReference);
else {
  test(`acceptance data: not present at ${data}`, () => {
    console.warn(`Acceptance data not present at ${data}, so nothing was compared with the reference; TOUCHPOINT_ACCEPTANCE_DATA names its folder.`);
    expect(existsSync(join(import.meta.dirname, 'journeys.expected.json'))).toBe(true);
  });
}

function againstTheReference(): void {
  test('every generated order agrees with the reference', () => {
    const told = readJourneys(gunzipSync(read('generated-events.ndjson.gz')));
    const byOrder = new Map(assessAll(told).map(({ journey, assessment }) => [journey.orderId, summaryOf(assessment, journey)]));
    const lines = gunzipSync(read('generated-orders.ndjson.gz')).toString('utf8').trim().split('\n');
    expect(lines.length).toBe(byOrder.size);
    expect(lines.length).toBeGreaterThan(0);
    for (const text of lines) {
      const reference = JSON.parse(text) as ReferenceOrder;
      const mine = byOrder.get(reference.orderId);
      // Details say more here than the reference does, but a delay where it has none would be wrong.
      const signals = mine?.signals.map((state) => ({ ...state, detail: restrict(state.detail, reference, state.signal) }));
      expect({ ...mine, signals }).toEqual(reference);
    }
  });

  test('the real orders of Olist come to the reference’s counts', () => {
    const expected = JSON.parse(read('olist-expected.json').toString('utf8')) as Record<string, unknown>;
    const assessments = assessAll(readJourneys(gunzipSync(read('olist-events.ndjson.gz')))).map(({ assessment }) => assessment);
    for (const [name, counts] of Object.entries(countsOf(assessments))) expect({ [name]: counts }).toEqual({ [name]: expected[name] });
  });
}

function restrict(detail: Readonly<Record<string, unknown>>, reference: ReferenceOrder, signal: string): Record<string, unknown> {
  const told = reference.signals.find((state) => state.signal === signal)?.detail ?? {};
  return Object.fromEntries(Object.entries(detail).filter(([key]) => key in told || key === 'delaySeconds'));
}

function countsOf(assessments: readonly Assessment[]) {
  const count = (names: readonly string[]) => {
    const counts: Record<string, number> = {};
    for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
    return counts;
  };
  const signals = assessments.flatMap((assessment) => assessment.signals);
  return {
    orders: assessments.length,
    verdicts: count(assessments.map(({ verdict }) => verdict)),
    recordsVerdicts: count(assessments.map(({ recordsVerdict }) => recordsVerdict)),
    settled: assessments.filter(({ settled }) => settled).length,
    unknown: count(assessments.flatMap(({ unknown }) => unknown)),
    signals: count(signals.map(({ signal }) => signal)),
    signals_open: count(signals.filter(({ state }) => state === 'open').map(({ signal }) => signal)),
    patterns: count(assessments.flatMap(({ patterns }) => patterns.map(({ pattern }) => pattern))),
    goods: count(assessments.flatMap(({ goods }) => goods.map(({ type }) => type))),
  };
}
