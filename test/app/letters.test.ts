import { describe, expect, test } from '@jest/globals';
import { accountSentences } from '../../src/app/letters/choose.js';
import { createLetterTally, renderList, rowJson } from '../../src/app/letters/list.js';
import { hexDump, renderLetter } from '../../src/app/letters/show.js';
import { keyText, printable } from '../../src/app/letters/words.js';
import type { Letter } from '../../src/pipeline/letter.js';

const T0 = Date.parse('2026-03-06T10:00:00Z');
const letter = (offset: number, more: Partial<Letter> = {}): Letter => ({
  partition: 3, offset, place: `3:${offset}`, timestamp: T0 + offset * 1_000, key: Buffer.from(`O-${offset}`), value: Buffer.from('{"customerId":"C-7"}'), headers: {},
  reason: 'schema_invalid', message: 'occurredAt: found nothing', source: { topic: 'orders', partition: 3, offset: 100 + offset }, redriven: null, ...more,
});
const account = (meant: number) => ({ meant, repeats: 0, sentBackSince: 0, foreign: 0 });

describe('the list', () => {
  test('shows the latest rows whatever the order of reading, and counts all', () => {
    const tally = createLetterTally(3);
    for (const offset of [5, 1, 9, 2, 7]) tally.add(letter(offset, offset === 7 ? { reason: 'tombstone', redriven: '3:1' } : {}));
    expect(tally.latest().map(({ offset }) => offset)).toEqual([5, 7, 9]);
    expect(tally.groups()).toMatchObject([
      { reason: 'schema_invalid', topic: 'orders', count: 4, redriven: 0, first: T0 + 1_000, last: T0 + 9_000, example: { place: '3:9' } },
      { reason: 'tombstone', count: 1, redriven: 1 },
    ]);
    const text = renderList('cx.dead-letters', tally, account(5));
    expect(text).toContain('The latest 3 of 5 dead letters');
    expect(text).toContain('tombstone (again): occurredAt');
    expect(text).toContain('1 refused again');
    expect(text).not.toContain('C-7');
    expect(rowJson(letter(1))).not.toContain('C-7');
  });

  test('without rows gives the counts alone; without letters says so', () => {
    const tally = createLetterTally(0);
    tally.add(letter(1));
    expect(renderList('x', tally, account(1))).not.toContain('O-1');
    expect(renderList('x', createLetterTally(3), { ...account(0), foreign: 2 })).toBe('No such dead letter lies in x.\n2 records of the topic are no dead letters of this service and were left alone.\n');
  });
});

describe('what is left out of it', () => {
  test.each([
    [1, ['1 repeat of the same record is counted once.', '1 was sent back since and refused again: only the last refusal of each record counts.', '1 record of the topic is no dead letter of this service and was left alone.']],
    [1_200, ['1,200 repeats of the same record are counted once.', '1,200 were sent back since and refused again: only the last refusal of each record counts.', '1,200 records of the topic are no dead letters of this service and were left alone.']],
    [0, []],
  ])('is told in words: %d', (n, sentences) => {
    expect(accountSentences({ meant: 7, repeats: n, sentBackSince: n, foreign: n })).toEqual(sentences);
  });
});

describe('what anybody may have written', () => {
  test('steers no terminal', () => {
    const shown = renderLetter(
      letter(1, { key: Buffer.from('\u001b[2Jk'), value: Buffer.from('a\u001b]0;x\u0007\nb\u202e'), headers: { '\u001bh': Buffer.from('\r\n') }, message: '\u009b' }),
      { kind: 'stays', reason: 'not_json', message: 'the value is UTF-8 but not JSON' },
    );
    expect(shown.replaceAll('\n', '')).toBe(printable(shown.replaceAll('\n', '')));
    expect(shown).toContain('a\\u001b]0;x\\u0007\nb\\u202e');
  });

  test('is bounded on the screen', () => {
    const long = letter(1, { value: Buffer.alloc(50_000, 'x'), headers: { h: Buffer.alloc(9_000, 'y') } });
    const shown = renderLetter(long, { kind: 'stays', reason: 'not_json', message: '' });
    expect(shown.length).toBeLessThan(18_000);
    expect(shown).toContain('(33616 bytes more: --raw writes all of it)');
    expect(keyText(Buffer.alloc(300, 'k')).length).toBe(48);
  });

  test('is shown byte by byte where it is no text', () => {
    expect(hexDump(Buffer.from('7b22ff000a', 'hex'))).toEqual([`    00000000  7b 22 ff 00 0a${' '.repeat(33)}  |{"...|`]);
    expect([keyText(Buffer.from([0xff])), keyText(null)]).toEqual(['(1 bytes, not UTF-8)', '(no key)']);
  });
});
