import { PLACE_KEYS, type PlaceKey } from '../../contracts/names.js';
import type { Assessment } from '../assessment.js';
import type { Fact } from '../fact.js';
import { NEEDS, type NeedName } from './needs.js';
import { type Question, QUESTIONS } from './questions.js';
import { tells, toldBy, type OrderTold } from './told.js';

/** Whether the data can answer a question. */
export interface Answer {
  readonly question: Question;
  /** Orders that the question is about. */
  readonly concerned: number;
  /** Those of them of which the data tells it. */
  readonly told: number;
  /** What stands in the way; `orders`: of how many of the concerned orders it is missing, all of them where the data has none at all. */
  readonly missing: readonly { readonly need: NeedName; readonly orders: number }[];
}

/** What a set of orders can tell at all. */
export interface Tellability {
  /** Orders met, and those of them that are known to have been placed. */
  readonly orders: number;
  readonly placed: number;
  /** In the order of the catalogue. */
  readonly answers: readonly Answer[];
  /** Placed orders whose events name a place of this kind: by these, measures can be broken down. */
  readonly places: ReadonlyMap<PlaceKey, number>;
}

/** Looks at orders one by one; needs room only for each set of things that some of them tell. */
export interface TellabilityTally {
  add(assessment: Assessment, facts: readonly Fact[]): void;
  result(): Tellability;
}

/** Starts to look. An assessment is taken for its place and for whether a promised date was missed, and nothing else. */
export function createTellability(): TellabilityTally {
  /** How many orders tell the same. */
  const orders = new Map<OrderTold, number>();
  return {
    add({ place, signals }, facts) {
      const told = toldBy(facts, place, signals.some(({ signal }) => signal === 'late_delivery'));
      orders.set(told, (orders.get(told) ?? 0) + 1);
    },
    result() {
      const seen = new Set(NAMES.filter((name) => [...orders.keys()].some(NEEDS[name].has)));
      const countOf = (covers: (told: OrderTold) => boolean): number => [...orders].reduce((sum, [told, count]) => sum + (covers(told) ? count : 0), 0);
      return {
        orders: countOf(() => true),
        placed: countOf(NEEDS.placed.has),
        places: new Map(PLACE_KEYS.map((key) => [key, countOf((told) => tells(told, 'placed') && tells(told, key))])),
        answers: QUESTIONS.map((question) => answerOf(question, askedOf(question, orders), seen)),
      };
    },
  };
}

const NAMES = Object.keys(NEEDS) as NeedName[];

interface Asked {
  concerned: number;
  /** Orders that have all that each order must have. */
  whole: number;
  readonly lacking: Map<NeedName, number>;
}

function askedOf({ of, needs }: Question, orders: ReadonlyMap<OrderTold, number>): Asked {
  const asked: Asked = { concerned: 0, whole: 0, lacking: new Map() };
  for (const [told, count] of orders) {
    if (!of.covers(told)) continue;
    asked.concerned += count;
    const lacks = needs.filter((need) => NEEDS[need].of === 'order' && !NEEDS[need].has(told));
    if (lacks.length === 0) asked.whole += count;
    for (const need of lacks) asked.lacking.set(need, (asked.lacking.get(need) ?? 0) + count);
  }
  return asked;
}

function answerOf(question: Question, { concerned, whole, lacking }: Asked, seen: ReadonlySet<NeedName>): Answer {
  const unseen = question.needs.filter((need) => NEEDS[need].of === 'data' && !seen.has(need));
  const missing = [...unseen.map((need) => ({ need, orders: concerned })), ...[...lacking].map(([need, orders]) => ({ need, orders }))];
  return { question, concerned, told: unseen.length > 0 ? 0 : whole, missing };
}
