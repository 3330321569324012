import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../support/services/places.js';

interface Breakage {
  readonly how: string;
  readonly file: string;
  readonly edits: readonly (readonly [whole: string, broken: string])[];
}

// npm run test:broken takes long and is not run each time: code that it can't break any more shall be noticed before.
test('what npm run test:broken breaks still stands in the code, each once', async () => {
  const { BREAKAGES } = (await import(join(repositoryRoot, 'test', 'broken', 'breakages.mjs'))) as { readonly BREAKAGES: readonly Breakage[] };
  const missed = BREAKAGES.filter(({ file, edits }) => {
    const text = readFileSync(join(repositoryRoot, 'src', file), 'utf8');
    return edits.some(([whole]) => text.split(whole).length !== 2);
  });
  expect(missed.map(({ how }) => how)).toEqual([]);
  expect(BREAKAGES.length).toBeGreaterThan(20);
});
