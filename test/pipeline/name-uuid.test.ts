import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { v5 } from 'uuid';
import { nameUuid } from '../../src/pipeline/name-uuid.js';

test('is version 5 as the usual library makes it, in a namespace that never changes', () => {
  const namespace = '6f1e8f3b-52a4-5c0e-9d0f-7b8a4b7f7c21';
  fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (name) => {
    expect(nameUuid(name)).toBe(v5(name, namespace));
  }));
  expect(nameUuid('["signal:late_delivery","o-1",1,0]')).toBe(v5('["signal:late_delivery","o-1",1,0]', namespace));
});
