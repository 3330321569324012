import { expect, test } from '@jest/globals';
import { unpackFacts } from '../../src/core/facts-codec.js';
import { newOrder, openOrder, takeIn, writeOf } from '../../src/pipeline/live-order.js';
import { FEW_BYTES } from '../../src/pipeline/order-write.js';
import { fact } from '../support/facts.js';

const MOST_FACTS = 1_000;
const NO_BYTES = Buffer.alloc(0);

/** An order gets so many facts a commit, and is read again before the next from what a store that only appends keeps. */
function grown(commits: number, factsOf: (commit: number) => number) {
  let order = newOrder('order-1');
  let appended = NO_BYTES;
  const writes = Array.from({ length: commits }, (_, commit) => {
    for (let n = 0; n < factsOf(commit); n += 1) {
      takeIn(order, fact('notification.sent', '05-02 08:00', { notificationId: `n${String(commit)}-${String(n)}` }), MOST_FACTS);
    }
    const write = writeOf(order);
    appended = Buffer.concat([appended, write.facts ?? NO_BYTES]);
    order = openOrder('order-1', { facts: appended, state: write.state });
    return { facts: write.facts, allFacts: write.allFacts, appended };
  });
  return { order, writes, appended };
}

test('few facts are those that were appended, all of them; once they are many, none are given', () => {
  const { order, writes, appended } = grown(100, () => 1);
  for (const write of writes) expect(write.allFacts).toEqual(write.appended.length > FEW_BYTES ? null : write.appended);
  const given = writes.filter(({ allFacts }) => allFacts !== null);
  expect([given.length > 5, given.length < writes.length]).toEqual([true, true]);
  expect(unpackFacts(appended)).toEqual(order.journey.facts);
  expect(order.journey.facts).toHaveLength(100);
});

test('an order without new facts gives none', () => {
  const { writes } = grown(2, (commit) => 1 - commit);
  expect(writes[1]).toMatchObject({ facts: null, allFacts: null });
});
