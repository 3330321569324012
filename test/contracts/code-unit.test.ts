import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { codeUnitAt } from '../../src/contracts/code-unit.js';

test('a unit of a text is the one that its method gives, of any kind of text', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', minLength: 1 }), fc.string({ unit: 'binary' }), (text, more) => {
    for (const whole of [text, `${text}${more}`, `${more}${text}`.slice(more.length), JSON.parse(JSON.stringify(text)) as string]) {
      expect(Array.from({ length: whole.length }, (_, i) => codeUnitAt(whole, i))).toEqual(Array.from({ length: whole.length }, (_, i) => whole.charCodeAt(i)));
    }
  }));
});
