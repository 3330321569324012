import type { Assessment, SignalState } from './assessment.js';
import type { Fact, SourceType } from './fact.js';
import { leadingPlaced } from './journey.js';
import { currencyOf } from './story/ledger-words.js';
import { sentenceOfFact } from './story/fact-sentences.js';
import { sentenceOfGood, sentenceOfSignal } from './story/signal-sentences.js';
import { createWords, yearOf, type Words } from './story/words.js';

/** What an order's customer lived through, as sentences in the order of time. */

export interface StoryLine {
  /** Ms since the epoch. */
  readonly at: number;
  /** The same as text, in the order's zone. */
  readonly when: string;
  readonly kind: 'event' | 'signal' | 'good';
  readonly adverse: boolean;
  /** Event type, signal or good touchpoint. */
  readonly type: string;
  readonly text: string;
}

export interface StoryOptions {
  /** Dates of orders that name no zone are told in this one (IANA name). */
  readonly zone: string;
  /** `turns`: only the events that turn the story, as signals tell the rest; `all`: every event; default `turns`. */
  readonly events?: 'turns' | 'all';
  /** Good touchpoints too; default false. */
  readonly goods?: boolean;
}

/** Events that no signal speaks for. */
const TURNS: ReadonlySet<SourceType> = new Set<SourceType>([
  'order.placed', 'order.amended', 'shipment.dispatched', 'delivery.rescheduled', 'delivery.completed', 'order.cancelled', 'refund.issued',
]);
/** At one instant: what happened, then what was wrong with it, then what was right. */
const ORDER_OF_KINDS = { event: 0, signal: 1, good: 2 } as const;

/** The zone that an order's story is told in. @param zone of orders that name none (IANA) */
export const zoneOf = (facts: readonly Fact[], zone: string): string => leadingPlaced(facts)?.body.timeZone ?? zone;

/** The words that fit an order: its zone, its currency, and the year it began in left unsaid. */
export const wordsFor = (facts: readonly Fact[], zone: string): Words => {
  const ownZone = zoneOf(facts, zone);
  const first = leadingPlaced(facts) ?? facts[0];
  return createWords({ zone: ownZone, currency: currencyOf(facts), year: first === undefined ? null : yearOf(first.at, ownZone) });
};

const isTold = (fact: Fact, assessment: Assessment, { events = 'turns' }: StoryOptions): boolean => {
  if (events === 'all') return true;
  return TURNS.has(fact.type) && !assessment.signals.some((signal) => tellsOf(signal, fact));
};

/** Some signals say all that their event would. */
const tellsOf = ({ signal, evidence }: SignalState, fact: Fact): boolean =>
  ((signal === 'cancelled_by_company' && fact.type === 'order.cancelled')
    || (signal === 'reschedule_without_date' && fact.type === 'delivery.rescheduled' && fact.body.newDelivery === null))
  && evidence[0]?.id === fact.id;

/** Tells an order's story: `facts` are those that the assessment was made of. */
export const storyOf = (assessment: Assessment, facts: readonly Fact[], options: StoryOptions): readonly StoryLine[] => {
  const words = wordsFor(facts, options.zone);
  const lines: StoryLine[] = [];
  const add = (at: number, kind: StoryLine['kind'], adverse: boolean, type: string, text: string): void => {
    lines.push({ at, when: words.moment(at), kind, adverse, type, text });
  };
  for (const fact of facts) if (isTold(fact, assessment, options)) add(fact.at, 'event', false, fact.type, sentenceOfFact(fact, words));
  for (const signal of assessment.signals) add(signal.opensAt, 'signal', signal.severity > 0, signal.signal, sentenceOfSignal(signal, words, facts));
  if (options.goods === true) for (const good of assessment.goods) add(good.at, 'good', false, good.type, sentenceOfGood(good));
  return lines.sort((a, b) => a.at - b.at || ORDER_OF_KINDS[a.kind] - ORDER_OF_KINDS[b.kind]);
};
