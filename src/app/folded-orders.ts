import { takeIn } from '../pipeline/live-order.js';
import { createReplayBook } from './replay-book.js';
import type { OrdersParts, ReplayOrders } from './replay-orders.js';

/** Events after which it is asked whether orders must be packed. */
const TURN = 65_536;

/**
 * Orders whose facts are only kept until the input ends. Where nobody wants to know what changed on the way, that is enough:
 * an assessment is a function of the facts and of the time reached, so judging every order once, at the end, says the same.
 */
export function createFoldedOrders({ maxFacts, took }: OrdersParts): ReplayOrders {
  const book = createReplayBook();
  let events = 0;
  return {
    take(orderId, fact) {
      const outcome = takeIn(book.open(book.of(orderId)), fact, maxFacts);
      if (outcome !== 'full') took(fact, outcome);
      if (++events % TURN === 0) book.settle();
      return outcome;
    },
    reach: () => undefined,
    ended: () => book.ended(),
  };
}
