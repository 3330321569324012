import { PLACE_KEYS, type PlaceKey } from '../../contracts/names.js';
import type { Assessment } from '../assessment.js';
import type { Fact } from '../fact.js';
import { NEEDS, type NeedName } from './needs.js';
import { type Question, QUESTIONS } from './questions.js';
import { toldBy } from './told.js';

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

/** Looks at orders one by one; needs no room for them. */
export interface TellabilityTally {
  add(assessment: Assessment, facts: readonly Fact[]): void;
  result(): Tellability;
}

interface Count {
  concerned: number;
  /** Orders that have all that each order must have. */
  whole: number;
  readonly lacking: Map<NeedName, number>;
}

/** Starts to look. An assessment is taken for whether a promised date was missed, and nothing else. */
export function createTellability(): TellabilityTally {
  const counts = QUESTIONS.map((): Count => ({ concerned: 0, whole: 0, lacking: new Map() }));
  const seen = new Set<NeedName>();
  const places = new Map<PlaceKey, number>(PLACE_KEYS.map((key) => [key, 0]));
  let orders = 0;
  let placed = 0;
  return {
    add(assessment, facts) {
      const told = toldBy(facts);
      const late = assessment.signals.some(({ signal }) => signal === 'late_delivery');
      orders += 1;
      if (told.placed) {
        placed += 1;
        for (const key of told.places) places.set(key, (places.get(key) ?? 0) + 1);
      }
      const has = new Set(NAMES.filter((name) => NEEDS[name].has(told)));
      for (const name of has) seen.add(name);
      QUESTIONS.forEach((question, i) => {
        const count = counts[i];
        if (count !== undefined && question.of.covers(told, late)) take(count, question, has);
      });
    },
    result: () => ({ orders, placed, places, answers: QUESTIONS.map((question, i) => answerOf(question, counts[i], seen)) }),
  };
}

const NAMES = Object.keys(NEEDS) as NeedName[];

function take(count: Count, { needs }: Question, has: ReadonlySet<NeedName>): void {
  count.concerned += 1;
  const lacks = needs.filter((need) => NEEDS[need].of === 'order' && !has.has(need));
  if (lacks.length === 0) count.whole += 1;
  for (const need of lacks) count.lacking.set(need, (count.lacking.get(need) ?? 0) + 1);
}

function answerOf(question: Question, count: Count | undefined, seen: ReadonlySet<NeedName>): Answer {
  const { concerned, whole, lacking } = count ?? { concerned: 0, whole: 0, lacking: new Map<NeedName, number>() };
  const unseen = question.needs.filter((need) => NEEDS[need].of === 'data' && !seen.has(need));
  const missing = [...unseen.map((need) => ({ need, orders: concerned })), ...[...lacking].map(([need, orders]) => ({ need, orders }))];
  return { question, concerned, told: unseen.length > 0 ? 0 : whole, missing };
}
