import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { formatProblems } from '../../src/app/config/problems.js';
import { parseMap } from '../../src/app/maps/map-file.js';
import { openMappedRecords } from '../../src/app/maps/mapped-records.js';
import { assess } from '../../src/core/assess.js';
import { DEFAULT_RULES } from '../../src/core/rules.js';
import { createTellability } from '../../src/core/tellability/tellability.js';
import { createEventDecoder } from '../../src/pipeline/decode.js';
import { readJourneys } from './read-journeys.js';

/**
 * The maps of maps/olist on the data that they are for, which is not part of the repository: in the folder that TOUCHPOINT_ACCEPTANCE_DATA
 * names, or beside the repository. What they must give was made independently of them.
 */

const root = join(import.meta.dirname, '..', '..');
const data = resolve(root, process.env['TOUCHPOINT_ACCEPTANCE_DATA'] ?? '../shared/data');
const present = existsSync(join(data, 'olist'));

if (present) describe('the maps of Olist', onTheData);
else {
  test(`the maps of Olist: their data is not present at ${data}`, () => {
    console.warn(`The data of Olist is not present at ${data}, so its maps were only checked; TOUCHPOINT_ACCEPTANCE_DATA names its folder.`);
    expect(existsSync(join(root, 'maps', 'olist', 'olist.yaml'))).toBe(true);
  });
}

function onTheData(): void {
  const reference = gunzipSync(readFileSync(join(data, 'olist-events.ndjson.gz')));

  test('give every event of the reference, and no other', async () => {
    const maps = ['olist.yaml', 'olist-reviews.yaml'].map((name) => {
      const parsed = parseMap(readFileSync(join(root, 'maps', 'olist', name), 'utf8'), name);
      if (parsed.kind === 'problems') throw new Error(formatProblems(parsed.problems));
      return parsed.map;
    });
    const records = await openMappedRecords({ maps, files: [join(data, 'olist')], maxRecordBytes: 1e6 }, createEventDecoder({ now: () => Infinity, maxValueBytes: 1e6, maxAheadMs: 0 }));
    const given: string[] = [];
    for (let batch = await records.next(); batch !== null; batch = await records.next()) for (const { events } of batch) given.push(...events.map(({ event }) => inOrder(event)));
    const expected = reference.toString('utf8').trim().split('\n').map((text) => inOrder(JSON.parse(text) as object));
    expect(given.length).toBeGreaterThan(10_000);
    expect(given.sort()).toEqual(expected.sort());
    expect(records.accounts.map(({ refused }) => refused)).toEqual([0, 0]);
  });

  test('are of data that can not tell whether customers were told of delays, nor what deliveries held', () => {
    const { journeys, covered, asOf } = readJourneys(reference);
    const tellability = createTellability();
    for (const journey of journeys.values()) tellability.add(assess(journey, asOf, { rules: DEFAULT_RULES, covered }), journey.facts);
    const { answers } = tellability.result();
    const told = (asks: string): unknown[] => answers.filter(({ question }) => question.asks.startsWith(asks)).map((answer) => [answer.told, answer.concerned, answer.missing.map(({ need }) => need)]);
    expect(told('Were customers told')).toEqual([[0, 246, ['notices']]]);
    expect(told('Does all arrive')).toEqual([[0, 2904, ['deliveredLines']]]);
    expect(told('Do customers get their money back')).toEqual([[0, 41, ['refunds']]]);
    expect(told('Do deliveries keep')).toEqual([[2959, 2959, []]]);
  });
}

/** An event as text, whatever the order of its fields. */
const inOrder = (event: object): string => JSON.stringify(Object.fromEntries(Object.entries(event).sort(([a], [b]) => (a < b ? -1 : 1))));
