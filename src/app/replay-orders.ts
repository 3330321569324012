import type { Fact } from '../core/fact.js';
import type { CoverableSource } from '../contracts/names.js';
import type { Assessment } from '../core/assessment.js';
import type { JourneyFacts } from '../core/journey.js';
import type { LiveOrder, TakenIn } from '../pipeline/live-order.js';

/** The orders of a replay, from the first event to the end of the input. */
export interface ReplayOrders {
  /**
   * Takes in an event that was read when the time reached was `reached`, ms, and says what becomes of it.
   * @param isNews it matters at once whether its order takes it; of others `applied` may turn out to be `duplicate`
   */
  take(orderId: string, fact: Fact, reached: number, isNews: boolean): TakenIn;
  /** All that was read is taken in, and the time has come to this, ms. */
  reach(time: number): void;
  /** Every order, by id. Each is to be used before the next is asked for; nothing may be taken in any more. */
  ended(): Iterable<LiveOrder>;
}

export interface OrdersParts {
  /** Facts that an order takes. */
  readonly maxFacts: number;
  /** Told of each event that its order took in or knew already, sooner or later. */
  readonly took: (fact: Fact, outcome: 'applied' | 'duplicate') => void;
}

/** An order of which everything is read. */
export interface EndedOrder {
  /** Facts in their places. */
  readonly journey: JourneyFacts;
  /** The time reached at which it is judged, ms. */
  readonly at: number;
  /** The sources whose silence is an answer. */
  readonly covered: ReadonlySet<CoverableSource>;
}

/** Called for every order that was read; it is to be used at once. */
export type SeeOrder = (assessment: Assessment, order: EndedOrder) => void;
