import { expect, test } from '@jest/globals';
import { unpackFacts } from '../../src/core/facts-codec.js';
import { newOrder, openOrder, takeIn, writeOf } from '../../src/pipeline/live-order.js';
import { FEW_BYTES } from '../../src/pipeline/order-write.js';
import { fact } from '../support/facts.js';

const MOST_FACTS = 1_000;
const NO_BYTES = Buffer.alloc(0);

/** An order gets a fact a commit; before some commits it is read again from what a store that only appends keeps. */
function grown(commits: number, isReadAgain: (commit: number) => boolean) {
  let order = newOrder('order-1');
  let appended = NO_BYTES;
  const writes = Array.from({ length: commits }, (_, commit) => {
    takeIn(order, fact('notification.sent', '05-02 08:00', { notificationId: `n${String(commit)}` }), MOST_FACTS);
    const write = writeOf(order);
    appended = Buffer.concat([appended, write.facts ?? NO_BYTES]);
    if (isReadAgain(commit)) order = openOrder('order-1', { facts: appended, state: write.state });
    return { allFacts: write.allFacts, appended };
  });
  return { order, writes, appended };
}

test.each([
  ['always the same in memory', () => false], ['read again before each commit', () => true], ['read again now and then', (commit: number) => commit % 3 === 1],
] as const)('few facts are those that were appended, all of them; once they are many, none are given: an order %s', (_how, isReadAgain) => {
  const { order, writes, appended } = grown(100, isReadAgain);
  for (const write of writes) expect(write.allFacts).toEqual(write.appended.length > FEW_BYTES ? null : write.appended);
  const given = writes.filter(({ allFacts }) => allFacts !== null);
  expect([given.length > 5, given.length < writes.length]).toEqual([true, true]);
  expect(unpackFacts(appended)).toEqual(order.journey.facts);
});

test('an order without new facts gives none', () => {
  const { order } = grown(2, () => false);
  expect(writeOf(order)).toMatchObject({ facts: null, allFacts: null });
});
