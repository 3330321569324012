import { asError } from '../core/as-error.js';
import type { Fact } from '../core/fact.js';
import { caseOf } from '../core/assess.js';
import { contribute, contributionOfOrderless } from '../core/measures/contribution.js';
import { startOfCell } from '../core/measures/cells.js';
import { customerOrder } from '../core/measures/customers.js';
import type { MeasuredOrder } from '../core/measures/family.js';
import { createIncrements, difference, keep, kept, negative, type Kept } from '../core/measures/increments.js';
import { packAmounts, packPlaces, unpackAmounts } from '../core/measures/packed.js';
import { packCustomerOrder } from '../core/measures/packed-customer.js';
import { isSamePlace } from '../core/place.js';
import type { Place, SourceTopic } from '../contracts/names.js';
import type { LiveOrder } from './live-order.js';
import type { CustomerWrite } from './ports.js';

/** What a step adds to the measures. */
export interface StepMeasures {
  /** Takes away what the order added before, and adds what it adds as it was judged last. */
  count(order: LiveOrder): void;
  /** An event without order, met for the first time. */
  orderless(fact: Fact): void;
  /** All of it, packed for the store; null: nothing. Empties it. */
  take(): Buffer | null;
}

/**
 * @param failed told of an order that could not be measured; what it added before stays
 * @param now the wall clock, ms: what lies long back is added up for longer stretches
 * @param measuredTo per topic, the offset before which events without order were measured when they were read first
 */
export function createStepMeasures(failed: (orderId: string, error: Error) => void, now: () => number, measuredTo: Readonly<Partial<Record<SourceTopic, number>>> = {}): StepMeasures {
  const increments = createIncrements(() => startOfCell(now()));
  const move = (order: LiveOrder, assessment: NonNullable<LiveOrder['assessment']>): void => {
    const { state } = order;
    const measured = caseOf(assessment);
    const amounts: Kept[] = [];
    const placed = contribute(measured, assessment, (quantity, at, amount, of) => { amounts.push(kept(quantity, at, amount, of)); });
    const { place } = measured;
    const now = keep(amounts);
    order.told = toldBy(placed, place);
    const packed = packAmounts(now);
    const counted = String(state.counted[0] ?? '');
    const isSame = isSamePlace(place, order.countedPlace);
    if (isSame && packed === counted) return;
    const before = unpackAmounts(counted);
    if (isSame) increments.add(place, difference(before, now));
    else {
      increments.add(order.countedPlace, before.map(negative));
      increments.add(place, now);
    }
    state.counted = now.length === 0 ? [] : [packed];
    order.countedPlace = place;
  };
  return {
    count(order) {
      const { assessment, state } = order;
      if (assessment === null || state.unassessed) {
        keepPlace(order);
        return;
      }
      try {
        move(order, assessment);
      } catch (error) {
        keepPlace(order);
        failed(order.orderId, asError(error));
      }
    },
    orderless(fact) {
      if (fact.offset < (measuredTo[fact.topic] ?? 0)) return;
      const answer = contributionOfOrderless(fact);
      if (answer !== null) increments.add(answer.place, keep(answer.amounts.map(({ quantity, at, amount, of }) => kept(quantity, at, amount, of))));
    },
    take() {
      const places = increments.take();
      return places.length === 0 ? null : Buffer.from(packPlaces(places));
    },
  };
}

function toldBy(measured: MeasuredOrder | null, place: Place): CustomerWrite | null {
  const told = measured === null ? null : customerOrder(measured);
  return told === null ? null : { customerId: told.customerId, told: packCustomerOrder(told, place) };
}

/** Facts that weren't measured may have changed the order's place, which is read from them unless it stands here. */
function keepPlace({ state, countedPlace }: LiveOrder): void {
  const [counted] = state.counted;
  if (counted !== undefined) state.counted = [counted, JSON.stringify(countedPlace)];
}
