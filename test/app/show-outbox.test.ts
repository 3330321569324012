import { expect, test } from '@jest/globals';
import { showOutbox } from '../../src/app/service.js';

test('what waits of a lane that was lost while it was looked for is its new owner\'s to show', async () => {
  const shown: number[] = [];
  let own = [0, 1];
  const reader = {
    async lanes() {
      own = [0];
      return [0, 1].map((lane) => ({ lane, outbox: 5 }));
    },
  };
  await showOutbox({ ground: { reader }, telemetry: { outboxPending: (lane) => { shown.push(lane); } } }, { lanes: () => own.map((lane) => ({ lane })) });
  expect(shown).toEqual([0]);
});
