import type { Fact } from '../core/fact.js';
import { printOf } from '../core/journey.js';
import type { Judge } from '../pipeline/judge.js';
import { takeIn, type TakenIn } from '../pipeline/live-order.js';
import type { OutputRecord } from '../pipeline/ports.js';
import { createSayings, fireDue, type Firing } from '../pipeline/sayings.js';
import { type BookedOrder, createReplayBook, type ReplayBook } from './replay-book.js';
import type { OrdersParts, ReplayOrders } from './replay-orders.js';

/**
 * Orders that are judged after each of their events and at each of their deadlines, as the service does it.
 *
 * A stretch of the input is applied order by order. What an order lives through depends on its own events and on the time
 * reached before each of them, on no other order; so an order's events of a stretch are applied together, each at its own
 * time reached, while all that is known of the order is at hand in the processor's caches. What is said leaves in the order in
 * which one event after the other would have said it.
 */
export function createJudgedOrders(parts: JudgedOrdersParts): ReplayOrders {
  const book = createReplayBook();
  let took: TakenIn = 'applied';
  const window = createWindow(book, {
    ...parts,
    took(fact, outcome) {
      took = outcome;
      if (outcome !== 'full') parts.took(fact, outcome);
    },
  });
  return {
    take(orderId, fact, reached, isNews) {
      const order = book.of(orderId);
      const print = printOf(fact.id);
      // It may be too many for its order, or known to it: only when all before it is applied, is it known what becomes of it.
      const isInDoubt = order.expected >= parts.maxFacts || (isNews && order.prints.includes(print));
      if (isInDoubt) window.run(reached);
      window.add(order, fact, reached);
      order.prints.push(print);
      if (isInDoubt || window.size >= WINDOW) window.run(reached);
      return isInDoubt ? took : 'applied';
    },
    reach: (time) => { window.run(time); },
    ended: () => book.ended(),
  };
}

export interface JudgedOrdersParts extends OrdersParts {
  readonly judge: Judge;
  readonly say: (record: OutputRecord) => void;
}

type WindowParts = Omit<JudgedOrdersParts, 'took'> & { readonly took: (fact: Fact, outcome: TakenIn) => void };

/** Events applied together: as many as keep several of each busy order side by side. */
const WINDOW = 65_536;

interface Window {
  readonly size: number;
  /** An event, read when the time reached was `reached`, ms. */
  add(order: BookedOrder, fact: Fact, reached: number): void;
  /** Applies all that was added, and every deadline before `until`, the time reached after it; then the window is empty. */
  run(until: number): void;
}

function createWindow(book: ReplayBook, parts: WindowParts): Window {
  const { judge } = parts;
  let facts: Fact[] = [];
  /** The time reached before each event, and at last the one after all. */
  let reached: number[] = [];
  /** Where the order's next event waits; -1: nowhere. */
  let next: number[] = [];
  let orders: BookedOrder[] = [];
  let sayings = createSayings(0);

  const apply = (booked: BookedOrder, until: number, firing: Firing): void => {
    const order = book.open(booked);
    const { outputs } = sayings;
    let last = -1;
    for (let i = booked.first; i >= 0; i = next[i] ?? -1) {
      const fact = facts[i];
      const time = reached[i];
      if (fact === undefined || time === undefined) break;
      fireDue(firing, order, time, last);
      last = i;
      const outcome = takeIn(order, fact, parts.maxFacts);
      parts.took(fact, outcome);
      if (outcome !== 'applied') continue;
      const from = outputs.records.length;
      judge(order, time, { fact, at: fact.at }, outputs);
      sayings.note(from, i, -Infinity, order.orderId);
    }
    fireDue(firing, order, until, last);
    booked.first = booked.last = -1;
    booked.expected = order.journey.facts.length;
    book.close(booked);
  };
  const tell = (): void => {
    for (const record of sayings.inTurn()) parts.say(record);
    sayings = createSayings(sayings.outputs.seq);
  };
  return {
    get size() { return facts.length; },
    add(order, fact, time) {
      const at = facts.length;
      facts.push(fact);
      reached.push(time);
      next.push(-1);
      if (order.last >= 0) next[order.last] = at;
      else {
        order.first = at;
        orders.push(order);
      }
      order.last = at;
      order.expected += 1;
    },
    run(until) {
      reached.push(until);
      const { outputs } = sayings;
      const firing: Firing = { sayings, reached, judge: (order, due) => { judge(order, due + 1, { fact: null, at: due }, outputs); }, mayFire: () => true };
      for (const order of orders) apply(order, until, firing);
      for (let due = book.firstDue(); due !== null && due.due < until; due = book.firstDue()) apply(due, until, firing);
      tell();
      facts = [];
      reached = [];
      next = [];
      orders = [];
      book.settle();
    },
  };
}
