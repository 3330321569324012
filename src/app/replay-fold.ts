import { takeIn } from '../pipeline/order-book.js';
import type { ReplayWindow, WindowParts } from './replay-window.js';

/**
 * Only puts facts in their places. Where nobody wants to know what changed on the way, that is enough: an assessment is a
 * function of the facts and of the time reached, so judging every order once, at the end, says the same of it.
 */
export function createReplayFold({ book, maxFacts, took }: Omit<WindowParts, 'judge' | 'say'>): ReplayWindow {
  let size = 0;
  return {
    get size() { return size; },
    add(booked, fact) {
      const order = book.open(booked);
      took(fact, takeIn(order, fact, maxFacts));
      booked.expected = order.journey.facts.length;
      size += 1;
    },
    run() {
      book.settle();
      size = 0;
    },
  };
}
