import { expect, test } from '@jest/globals';
import { createTurns } from '../../src/pipeline/turns.js';

test('one at a time goes on, in the order in which they asked', async () => {
  const turns = createTurns();
  const under: string[] = [];
  const work = async (name: string): Promise<void> => {
    const end = await turns.take();
    under.push(`${name} begins`);
    await new Promise((resolve) => { setImmediate(resolve); });
    under.push(`${name} ends`);
    end();
  };
  await Promise.all(['a', 'b', 'c'].map(work));
  await work('d');
  expect(under).toEqual(['a', 'b', 'c', 'd'].flatMap((name) => [`${name} begins`, `${name} ends`]));
});
