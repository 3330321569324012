import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { BILLING_REASONS, DEAD_LETTER_REASONS, GOOD_TOUCHPOINTS, SIGNALS, VERDICTS } from '../../src/contracts/names.js';
import { ALERT_DIGEST_EXAMPLE } from '../../src/contracts/alert-digest.js';
import { MEASURES, MEASURE_UNITS, measureRow } from '../../src/contracts/measures.js';
import { SOURCES, SOURCE_EVENT_TYPES } from '../../src/contracts/sources.js';
import { DEFAULT_RULES } from '../../src/core/rules.js';
import { SIGNAL_RULES } from '../../src/core/signals/catalogue.js';

const page = (name: string): string => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8');

/** Text under each heading of the third level that is a name in code. */
const sections = (text: string): ReadonlyMap<string, string> =>
  new Map(text.split(/^### /m).slice(1).map((part): [string, string] => {
    const [heading = '', ...rest] = part.split('\n');
    return [heading.replaceAll('`', ''), rest.join('\n').split(/^## /m)[0] ?? ''];
  }));
/** First cells of table rows that are a name in code. */
const named = (text: string): string[] => [...text.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name]) => name ?? '');
const row = (text: string, name: string): string => text.split('\n').find((line) => line.startsWith(`| \`${name}\` |`)) ?? '';

const ENVELOPE = ['id', 'type', 'orderId', 'occurredAt', 'customerId', 'accountId', 'place'];

describe('docs/events.md', () => {
  const text = page('events.md');
  const types = sections(text);

  test('has every event type, in the order of the contract', () => expect([...types.keys()]).toEqual([...SOURCE_EVENT_TYPES]));

  test.each([...SOURCE_EVENT_TYPES])('%s: its example is valid and its table lists exactly its fields', (type) => {
    const section = types.get(type) ?? '';
    const source = SOURCES.get(type);
    const example: unknown = JSON.parse(/```json\n(.*?)```/s.exec(section)?.[1] ?? 'null');
    expect(source?.schema.safeParse(example)).toMatchObject({ success: true, data: { type } });
    const shape = (source?.schema as unknown as { shape: object }).shape;
    expect(named(section).sort()).toEqual(Object.keys(shape).filter((field) => !ENVELOPE.includes(field)).sort());
  });

  test('names every reason for a dead letter', () => {
    expect(named(text.slice(text.indexOf('## What happens to events'))).sort()).toEqual([...DEAD_LETTER_REASONS].sort());
  });
});

describe('docs/measures.md', () => {
  const text = page('measures.md');
  const table = text.slice(text.indexOf('## The measures'));

  test('has every measure, with its unit', () => {
    expect(named(table)).toEqual([...MEASURES]);
    for (const measure of MEASURES) expect(MEASURE_UNITS).toContain(row(table, measure).split(' | ')[1]);
  });

  test('shows a valid row', () => {
    expect(measureRow.safeParse(JSON.parse(/```json\n(.*?)```/s.exec(text)?.[1] ?? 'null')).error).toBeUndefined();
  });
});

describe('docs/signals.md', () => {
  const text = page('signals.md');
  const table = text.slice(text.indexOf('## Signals'), text.indexOf('### `late_delivery`'));

  test('has every signal, with its area, stage and severity', () => {
    expect([...sections(text).keys()]).toEqual([...SIGNALS]);
    expect(named(table)).toEqual([...SIGNALS]);
    for (const { signal, area, stage } of SIGNAL_RULES) {
      expect(row(table, signal)).toContain(`| ${area} | ${stage} | ${String(DEFAULT_RULES.severities[signal])}`);
    }
  });

  test('gives each an example', () => {
    for (const [signal, section] of sections(text)) expect([signal, section.includes('*Example*')]).toEqual([signal, true]);
  });

  test('has every pattern with its severity, every good touchpoint, reason and verdict', () => {
    const patterns = text.slice(text.indexOf('## Patterns'), text.indexOf('## Verdicts'));
    expect(named(patterns)).toEqual(DEFAULT_RULES.patterns.map(({ pattern }) => pattern));
    for (const { pattern, severity } of DEFAULT_RULES.patterns) expect(row(patterns, pattern)).toContain(`| ${severity} |`);
    expect(named(text.slice(text.indexOf('## Touchpoints'), text.indexOf('## Patterns')))).toEqual([...GOOD_TOUCHPOINTS]);
    expect(named(text.slice(text.indexOf('## Verdicts')))).toEqual([...VERDICTS]);
    expect(named(sections(text).get('billing_error') ?? '')).toEqual([...BILLING_REASONS]);
  });
});

test('docs/alerts.md shows the digest of the contract', () => {
  const bodies = [...page('alerts.md').matchAll(/```json\n(.*?)```/gs)].map(([, json]) => JSON.parse(json ?? 'null') as { readonly type: string });
  expect(bodies.filter(({ type }) => type === 'alert.digest')).toEqual([{ type: 'alert.digest', timestamp: ALERT_DIGEST_EXAMPLE.until, data: ALERT_DIGEST_EXAMPLE }]);
});
