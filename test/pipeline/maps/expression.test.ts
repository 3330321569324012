import { expect, test } from '@jest/globals';
import { createVocabulary } from '../../../src/pipeline/maps/expression.js';

test.each([
  ["either(record.?note, 'none')", {}, 'none'],
  ["either(record.?note, 'none')", { note: null }, 'none'],
  ["either(record.?note, 'none')", { note: 'x' }, 'x'],
  ['text(record.?note)', {}, null],
  ['text(record.?note)', { note: 7 }, '7'],
  ['money(record.?note)', {}, null],
  ['money(record.?note)', { note: '7.5' }, 750],
  ["date(record.?note, 'DD.MM.YYYY')", { note: '05.03.2026' }, '2026-03-05'],
  ["either(text(record.?note), 'none')", {}, 'none'],
])('what may be missing may be given to every function that takes nothing for an answer: %s of %j', (text, record, expected) => {
  const compiled = createVocabulary({ zone: 'UTC', currency: 'EUR', decimal: '.' }).with('record', 'dyn').compile(text);
  if (compiled.kind === 'fault') throw new Error(compiled.fault.message);
  const found = compiled.expression.evaluate({ record });
  expect(typeof found === 'bigint' ? Number(found) : found).toBe(expected);
});
