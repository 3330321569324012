import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { COVERABLE_SOURCES } from '../../src/contracts/names.js';
import { assess } from '../../src/core/assess.js';
import { DEFAULT_RULES } from '../../src/core/rules.js';
import { readJourneys, summaryOf } from './read-journeys.js';

/**
 * Eight orders with a story each, and what was found of them when a person last looked. Where a rule is changed on
 * purpose, RECORD=1 writes journeys.expected.json anew: read the difference before committing it.
 */
const file = (name: string) => join(import.meta.dirname, name);

test('recorded orders are judged as they were', () => {
  const { journeys, asOf } = readJourneys(readFileSync(file('journeys.ndjson')));
  const covered = new Set(COVERABLE_SOURCES);
  const found = [...journeys.values()].map((journey) => summaryOf(assess(journey, asOf, { rules: DEFAULT_RULES, covered }), journey));
  if (process.env['RECORD'] === '1') writeFileSync(file('journeys.expected.json'), `${JSON.stringify(found, null, 1)}\n`);
  expect(found).toEqual(JSON.parse(readFileSync(file('journeys.expected.json'), 'utf8')));
  expect(found).toHaveLength(8);
});
