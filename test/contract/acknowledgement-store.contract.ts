import { describe, expect, test } from '@jest/globals';
import type { Acknowledgement, AcknowledgementStore } from '../../src/pipeline/acknowledgements.js';

/** What every keeper of acknowledgements does. @param open a store that holds none */
export function acknowledgementStoreContract(name: string, open: () => AcknowledgementStore): void {
  describe(`the acknowledgements in ${name}`, () => {
    const ina: Acknowledgement = { at: 1_000, by: 'Ina', note: 'calls the carrier; "soon"' };
    const nobody: Acknowledgement = { at: 2_000, by: null, note: null };

    test('keep the first of each alert', async () => {
      const store = open();
      expect(await store.of(['a', 'b'])).toEqual([null, null]);
      expect(await store.add('a', ina)).toEqual({ kept: ina, isFirst: true });
      expect(await store.add('a', nobody)).toEqual({ kept: ina, isFirst: false });
      expect(await store.add('b', nobody)).toEqual({ kept: nobody, isFirst: true });
      expect(await store.of(['b', 'c', 'a'])).toEqual([nobody, null, ina]);
      expect(await store.of([])).toEqual([]);
    });

    test('keep one of several that come at once', async () => {
      const store = open();
      const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => store.add('a', { at: n, by: `p-${n}`, note: null })));
      expect(answers.filter(({ isFirst }) => isFirst)).toHaveLength(1);
      expect(new Set(answers.map(({ kept }) => kept.by)).size).toBe(1);
      expect(await store.of(['a'])).toEqual([answers[0]?.kept]);
    });
  });
}
