import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { dateIn, dateOf, instantOf } from '../../../src/pipeline/maps/local-time.js';

const iso = (text: string, format: string | null, zone: string | null): string => new Date(instantOf(text, format, zone)).toISOString();

describe('a time as text', () => {
  test.each([
    ['2026-03-01T09:30:00Z', null, null, '2026-03-01T09:30:00.000Z'],
    ['2026-03-01T09:30:00+02:00', null, 'Asia/Tokyo', '2026-03-01T07:30:00.000Z'],
    ['2026-03-01 09:30:00', null, 'UTC', '2026-03-01T09:30:00.000Z'],
    ['2026-03-01 09:30', null, 'Europe/Berlin', '2026-03-01T08:30:00.000Z'],
    ['2026-07-01 09:30:00.250', null, 'Europe/Berlin', '2026-07-01T07:30:00.250Z'],
    ['2026-03-01', null, 'America/Sao_Paulo', '2026-03-01T03:00:00.000Z'],
    ['01.03.2026 09:30', 'DD.MM.YYYY HH:mm', 'Europe/Berlin', '2026-03-01T08:30:00.000Z'],
    ['3/1/2026 9:05 PM', 'M/D/YYYY h:mm A', 'America/New_York', '2026-03-02T02:05:00.000Z'],
    ['12/31/2025 12:00 AM', 'M/D/YYYY h:mm A', 'UTC', '2025-12-31T00:00:00.000Z'],
    ['20260301T093000+0100', 'YYYYMMDDTHHmmssZ', null, '2026-03-01T08:30:00.000Z'],
  ])('%s (%s, %s) is %s', (text, format, zone, expected) => expect(iso(text, format, zone)).toBe(expected));

  test('that clocks show twice is the first, one that they leap over goes by the offset before', () => {
    expect(iso('2026-10-25 02:30', null, 'Europe/Berlin')).toBe('2026-10-25T00:30:00.000Z');
    expect(iso('2026-03-29 02:30', null, 'Europe/Berlin')).toBe('2026-03-29T01:30:00.000Z');
  });

  test.each([
    ['2026-03-01 09:30', null, null, 'names no `zone`'], ['yesterday', null, 'UTC', 'is no time such as'], ['2026-02-30 10:00', null, 'UTC', 'is no time'],
    ['2026-03-01 25:00', null, 'UTC', 'is no time'], ['1.3.2026', 'DD.MM.YYYY', 'UTC', 'is no time of the form DD.MM.YYYY'], ['x', 'MM/DD', 'UTC', 'it has no YYYY'],
  ])('%s (%s, %s) is refused: %s', (text, format, zone, why) => expect(() => instantOf(text, format, zone)).toThrow(why));

  test.each(['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata', 'America/Sao_Paulo'])('in %s is the instant at which its clocks show it', (zone) => {
    const clock = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' });
    fc.assert(fc.property(fc.integer({ min: Date.UTC(2015, 0), max: Date.UTC(2030, 0) }), (at) => {
      const shown = clock.format(at);
      const found = instantOf(shown, null, zone);
      expect(clock.format(found)).toBe(shown);
      expect(found).toBeLessThanOrEqual(at);
      expect(dateIn(found, zone)).toBe(shown.slice(0, 10));
    }));
  });
});

test('dates are read from times, and in their own form', () => {
  expect([dateOf('2026-03-01 09:30:00', null), dateOf('2026-03-01', null), dateOf('01.03.26'.replace('26', '2026'), 'DD.MM.YYYY')]).toEqual(['2026-03-01', '2026-03-01', '2026-03-01']);
  expect(() => dateOf('soon', null)).toThrow('is no date');
});
