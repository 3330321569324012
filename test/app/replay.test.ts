import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { simulateNdjson } from '../../src/adapters/simulator/file.js';
import { type Config, defaultConfig } from '../../src/app/config.js';
import { quietTelemetry } from '../../src/app/quiet-telemetry.js';
import { createReplayBook } from '../../src/app/replay-book.js';
import { createOutputFiles, nowhere, type ReplaySink } from '../../src/app/replay-output.js';
import { replay } from '../../src/app/replay.js';
import { measures as measuresSchema } from '../../src/contracts/measures.js';
import { everythingOf } from '../../src/core/assess.js';
import type { Assessment } from '../../src/core/assessment.js';
import type { Fact } from '../../src/core/fact.js';
import { gather } from '../../src/core/measures/gather.js';
import { takeIn } from '../../src/pipeline/live-order.js';
import { fact } from '../support/facts.js';

const folder = mkdtempSync(join(tmpdir(), 'replay-'));
afterAll(() => { rmSync(folder, { recursive: true }); });

const lines = [...simulateNdjson({ orders: 150, seed: 'replay', start: Date.parse('2026-01-05T00:00:00Z') })]
  .flatMap((line, i) => (i % 50 === 0 ? [line, line, '{"type":"order.placed"}\n'] : [line]));
const file = join(folder, 'events.ndjson');
writeFileSync(file, lines.join(''));

async function run(sink: ReplaySink, config: Config, asOf: number | null, input = file) {
  const orders: { assessment: Assessment; facts: readonly Fact[] }[] = [];
  const measures = gather({ by: ['carrier'], mostValues: 100, customers: true, patterns: config.rules.patterns.map(({ pattern }) => pattern) });
  const result = await replay({ files: [input], asOf, covered: null }, {
    config, sink, measures, wallClock: () => Date.parse('2040-01-01T00:00:00Z'), progress: () => undefined,
    telemetry: quietTelemetry((_, error) => { throw error; }),
    order: (assessment, { journey }) => { orders.push({ assessment: everythingOf(assessment), facts: [...journey.facts] }); },
  });
  await sink.close(result.account, measures.rows());
  return { orders, measures: measures.rows(), topics: result.account.topics(), refused: [...result.account.reasons], covered: [...result.covered], asOf: result.asOf };
}

function keepOutputs() {
  const outputs: string[] = [];
  const journeys: string[] = [];
  const sink: ReplaySink = { ...nowhere, outputs: true, output: ({ value }) => { outputs.push(String(value)); }, journey: (text) => { journeys.push(text()); } };
  return { outputs, journeys, sink };
}

describe('a replay', () => {
  const whole = defaultConfig();
  const short: Config = { ...whole, limits: { ...whole.limits, maxJourneyEvents: 6 } };
  test.each([
    ['to the end', whole, null],
    ['as of the middle', whole, Date.parse((JSON.parse(lines[lines.length >> 1]!) as { occurredAt: string }).occurredAt)],
    ['with orders that are full', short, null],
  ])('%s says the same of every order whether its outputs are wanted or not', async (_, config, asOf) => {
    const wanted = keepOutputs();
    const judged = await run(wanted.sink, config, asOf);
    expect(await run(nowhere, config, asOf)).toEqual(judged);
    expect(judged.orders.length).toBe(150);
    expect(wanted.journeys.length).toBe(150);
    expect(wanted.outputs.length).toBeGreaterThan(150);
    expect(judged.refused.map(([reason]) => reason)).toEqual(config === short ? ['schema_invalid', 'journey_too_long'] : ['schema_invalid']);
    for (const { read, applied, duplicate, deadLetter } of Object.values(judged.topics)) expect(applied + duplicate + deadLetter).toBe(read);
  });
});

describe('time passes, and sources are shown, by what was applied alone:', () => {
  const at = (when: string, id: string, type: string, rest: object = {}): string => JSON.stringify({ id, type, orderId: 'o', occurredAt: `2026-05-${when}T00:00:00Z`, ...rest });
  const placed = at('01', 'a', 'order.placed', { customerId: 'c', promisedDeliveryAt: '2026-05-03T00:00:00Z', lines: [] });
  const failed = at('02', 'b', 'payment.failed', { paymentId: 'p', amountMinor: 1 });
  const survey = { surveyId: 's', metric: 'csat', score: 5, scaleMin: 1, scaleMax: 5, orderId: undefined };
  test.each([
    ['not by a duplicate that says otherwise', [at('12', 'b', 'shipment.dispatched', { shipmentId: 's' })], 9],
    ['not by one without an order', [at('02', 'f', 'feedback.received', survey), at('12', 'f', 'feedback.received', survey)], 9],
    ['not by what is too many', [at('12', 'n', 'shipment.dispatched', { shipmentId: 's' })], 2],
  ])('%s', async (_, more, maxJourneyEvents) => {
    const input = join(folder, 'applied.ndjson');
    writeFileSync(input, [placed, failed, ...more].join('\n'));
    const config: Config = { ...defaultConfig(), limits: { ...defaultConfig().limits, maxJourneyEvents } };
    for (const sink of [nowhere, keepOutputs().sink]) {
      const { asOf, covered, orders } = await run(sink, config, null, input);
      expect([asOf, covered.includes('logistics'), orders[0]?.assessment.signals.map(({ signal }) => signal)]).toEqual([Date.parse('2026-05-02T00:00:00Z'), false, ['payment_failed']]);
    }
  });
});

test('a year before 1970 raises no false alarm', async () => {
  const input = join(folder, 'old.ndjson');
  const at = (when: string, id: string, type: string, rest: object): string => JSON.stringify({ id, type, orderId: 'o', occurredAt: `1969-${when}T00:00:00Z`, ...rest });
  writeFileSync(input, [
    at('01-01', 'a', 'order.placed', { customerId: 'c', promisedDeliveryAt: '1969-06-01', dispatchBy: '1969-03-01', lines: [] }),
    at('01-02', 'b', 'shipment.dispatched', { shipmentId: 's' }),
  ].join('\n'));
  for (const asOf of [null, Date.parse('1969-05-01T00:00:00Z')]) {
    const wanted = keepOutputs();
    expect((await run(wanted.sink, defaultConfig(), asOf, input)).orders.map(({ assessment }) => assessment.verdict)).toEqual(['on_course']);
    expect(wanted.outputs).toEqual([]);
  }
});

test('every change names what proves it, also where time alone made it', async () => {
  const wanted = keepOutputs();
  await run(wanted.sink, defaultConfig(), Date.parse('2027-01-01T00:00:00Z'));
  const changes = wanted.outputs.map((text) => JSON.parse(text) as { type: string; evidence?: unknown[] }).filter(({ evidence }) => evidence !== undefined);
  expect(changes.filter(({ type }) => type === 'verdict.changed').length).toBeGreaterThan(0);
  expect(changes.filter(({ evidence }) => evidence?.length === 0)).toEqual([]);
});

test('the measures are written as their schema says', async () => {
  const out = join(folder, 'out');
  const { measures } = await run(createOutputFiles(out), defaultConfig(), null);
  const written: unknown = JSON.parse(readFileSync(join(out, 'measures.json'), 'utf8'));
  expect(measuresSchema.parse(written)).toEqual(JSON.parse(JSON.stringify(measures)));
  expect(measures.find(({ measure, by }) => measure === 'orders_placed' && by === undefined)?.value).toBe(150);
});

describe('the book of a replay', () => {
  test('gives back every order as it was, packed or not', () => {
    const facts = [fact('order.placed', '05-01 09:00'), fact('shipment.dispatched', '05-02'), fact('notification.sent', '05-03'), fact('delivery.completed', '05-04')];
    const [first, ...rest] = facts;
    const book = createReplayBook(() => true, 2);
    const ids = ['a', 'b', 'c', 'd', 'e'];
    for (const id of ids) expect(takeIn(book.open(book.of(id)), first!, 100)).toBe('applied');
    book.settle();
    for (const next of rest) {
      for (const id of ids) expect(takeIn(book.open(book.of(id)), next, 100)).toBe('applied');
      book.settle();
    }
    expect(takeIn(book.open(book.of('a')), first!, 100)).toBe('duplicate');
    expect([...book.ended()].map(({ orderId, journey }) => [orderId, journey.facts])).toEqual(ids.map((id) => [id, facts]));
  });
});
