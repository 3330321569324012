import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isDate, isPromise, parseInstant } from '../../src/contracts/instant.js';
import { isTimeZone } from '../../src/contracts/time-zone.js';

const YEAR_0 = -62_167_219_200_000;
const YEAR_9999_END = 253_402_300_799_999;

describe('parseInstant', () => {
  test.each([
    ['2026-03-01T10:00:00Z', Date.UTC(2026, 2, 1, 10)],
    ['2026-03-01t10:00:00z', Date.UTC(2026, 2, 1, 10)],
    ['2026-03-01T10:00:00+01:30', Date.UTC(2026, 2, 1, 8, 30)],
    ['2026-03-01T10:00:00-00:00', Date.UTC(2026, 2, 1, 10)],
    ['2026-03-01T00:00:00+23:59', Date.UTC(2026, 1, 28, 0, 1)],
    ['2026-03-01T10:00:00.1Z', Date.UTC(2026, 2, 1, 10, 0, 0, 100)],
    ['2026-03-01T10:00:00.9999Z', Date.UTC(2026, 2, 1, 10, 0, 0, 999)],
    ['1969-12-31T23:59:59.99999Z', -1],
    ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
    ['2000-02-29T00:00:00Z', Date.UTC(2000, 1, 29)],
    ['0000-01-01T00:00:00Z', YEAR_0],
    ['9999-12-31T23:59:59.999Z', YEAR_9999_END],
    // A leap second counts as the last millisecond of its day.
    ['2016-12-31T23:59:60Z', Date.UTC(2016, 11, 31, 23, 59, 59, 999)],
    ['2015-07-01T01:59:60.5+02:00', Date.UTC(2015, 5, 30, 23, 59, 59, 999)],
  ])('%s', (text, expected) => {
    expect(parseInstant(text)).toBe(expected);
  });

  test.each([
    '', '2026-03-01', '2026-03-01T10:00:00', '2026-03-01 10:00:00Z', '2026-02-29T00:00:00Z', '1900-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z', '2026-00-01T00:00:00Z', '2026-04-31T00:00:00Z', '2026-03-00T00:00:00Z',
    '2026-03-01T24:00:00Z', '2026-03-01T10:60:00Z', '2026-03-01T10:00:61Z', '2026-03-01T10:00:60Z', '2016-12-30T23:59:60Z',
    '2026-03-01T10:00:00.Z', '2026-03-01T10:00Z', '2026-03-01T10:00:00+0100', '2026-03-01T10:00:00+24:00', '2026-03-01T10:00:00+01:60',
    '2026-03-01T10:00:00ZZ', '2026-03-01T10:00:00Z ', ' 2026-03-01T10:00:00Z', '+002026-03-01T10:00:00Z', '2026-3-1T10:00:00Z',
    '２026-03-01T10:00:00Z', `2026-03-01T10:00:00.${'1'.repeat(60)}Z`, 'now', '2026/03/01T10:00:00Z', '2026-03-01T10.00.00Z',
  ])('refuses %j', (text) => {
    expect(parseInstant(text)).toBeNaN();
  });

  test('reads back every millisecond of the years 0 to 9999', () => {
    fc.assert(fc.property(fc.integer({ min: YEAR_0, max: YEAR_9999_END }), (ms) => parseInstant(new Date(ms).toISOString()) === ms));
  });
});

describe('promises', () => {
  test.each(['2026-03-01', '2024-02-29', '2026-03-01T10:00:00Z'])('%s is one', (text) => {
    expect(isPromise(text)).toBe(true);
  });
  test.each(['', 'soon', '2026-02-30', '2026-3-1', '20260301', '2026-03-01T', '2026-03-01T10:00:00'])('%j is none', (text) => {
    expect(isPromise(text)).toBe(false);
  });
  test('a date is ten characters and nothing more', () => {
    expect(isDate('2026-03-01Z')).toBe(false);
  });
});

describe('time zones', () => {
  test.each(['UTC', 'Europe/Berlin', 'Asia/Calcutta', 'Asia/Kolkata', 'Etc/GMT+5', 'US/Pacific', 'EST5EDT'])('%s is one', (name) => {
    expect(isTimeZone(name)).toBe(true);
  });
  test.each(['', '+02:00', '-0530', 'Z', 'Mars/Olympus', 'PST', 'IST', 'SystemV/AST4', 'GMT+1', 'Europe/Berlin ', 'x'.repeat(10_000)])('%j is none', (name) => {
    expect(isTimeZone(name)).toBe(false);
  });
});
