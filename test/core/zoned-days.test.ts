import { describe, expect, test } from '@jest/globals';
import { daysIn } from '../../src/core/zoned-days.js';

const endOf = (zone: string, date: string) => new Date(daysIn(zone).endOf(date)).toISOString();

describe('the end of a day', () => {
  test.each([
    ['UTC', '2025-05-10', '2025-05-10T23:59:59.999Z'],
    ['Europe/Berlin', '2025-01-10', '2025-01-10T22:59:59.999Z'],
    ['Europe/Berlin', '2025-07-10', '2025-07-10T21:59:59.999Z'],
    // Clocks go forward at 2:00 and back at 3:00: the day before keeps the old offset, the day itself has the new one.
    ['Europe/Berlin', '2025-03-29', '2025-03-29T22:59:59.999Z'],
    ['Europe/Berlin', '2025-03-30', '2025-03-30T21:59:59.999Z'],
    ['America/New_York', '2025-11-02', '2025-11-03T04:59:59.999Z'],
    ['Asia/Kolkata', '2025-05-10', '2025-05-10T18:29:59.999Z'],
    ['Pacific/Auckland', '2025-01-01', '2025-01-01T10:59:59.999Z'],
    // Midnight is put back an hour: 23:59:59.999 comes twice, and the day ends with the second.
    ['Asia/Beirut', '2024-10-26', '2024-10-26T21:59:59.999Z'],
    // Midnight itself is left out: 0:00 was 1:00.
    ['America/Sao_Paulo', '2018-11-03', '2018-11-04T02:59:59.999Z'],
    // The whole 30th of December was left out: it ends where the 29th ended.
    ['Pacific/Apia', '2011-12-29', '2011-12-30T09:59:59.999Z'],
    ['Pacific/Apia', '2011-12-30', '2011-12-30T09:59:59.999Z'],
    ['Pacific/Apia', '2011-12-31', '2011-12-31T09:59:59.999Z'],
    // What some systems write for no date, before zones were agreed upon: the sun's time.
    ['Europe/Berlin', '0001-01-01', '0001-01-01T23:06:31.999Z'],
    ['America/New_York', '0099-12-31', '0100-01-01T04:56:01.999Z'],
    // The year before the year 1 is called 1, too, but before Christ.
    ['Europe/Berlin', '0000-01-01', '0000-01-01T23:06:31.999Z'],
  ])('%s %s', (zone, date, end) => {
    expect(endOf(zone, date)).toBe(end);
  });

  test('a day holds its first and last ms and not those beside them', () => {
    const berlin = daysIn('Europe/Berlin');
    const isOn = (instant: string) => berlin.isOn('2025-05-10', Date.parse(instant));
    expect([isOn('2025-05-09T21:59:59.999Z'), isOn('2025-05-09T22:00:00.000Z'), isOn('2025-05-10T21:59:59.999Z'), isOn('2025-05-10T22:00:00.000Z')])
      .toEqual([false, true, true, false]);
  });

  test('an unknown zone is refused', () => {
    expect(() => daysIn('Mars/Base').endOf('2025-05-10')).toThrow(RangeError);
  });
});
