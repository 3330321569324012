import type { Assessment } from '../core/assessment.js';
import type { OrderState } from '../core/order-state.js';
import type { AssessmentContext } from '../core/rules.js';
import { journeyId } from './journey-renderer.js';
import type { Judge, StepOutputs } from './judge.js';
import { type LiveOrder, UNASSESSED } from './live-order.js';
import type { OrderBook } from './order-book.js';
import type { LaneStore, Telemetry } from './ports.js';
import { journeyOf } from './render.js';
import { wasAtRest } from './retention.js';
import type { Upkeep } from './upkeep.js';

export interface SweepParts {
  readonly lane: number;
  readonly store: LaneStore;
  readonly book: OrderBook;
  readonly judge: Judge;
  readonly telemetry: Telemetry;
  /** The present catalogue, and the rules and sources that it names. */
  readonly catalogue: string;
  readonly context: () => AssessmentContext;
  /** Nothing is said any more of an order that has, whether or not it was given up yet. */
  readonly hasExpired: (state: OrderState) => boolean;
}

type SweepState = Pick<Upkeep, 'judgedBy' | 'sweep'>;

/** Orders looked at between two steps: so many cost some milliseconds. */
const AT_ONCE = 100;

/**
 * Judges orders anew without news of them: those that were judged by another catalogue, read again in silence, or on which a rule
 * failed. They are taken in the order of their ids, some at a time between the steps of the lane, and what differs from what was
 * said is said. Where nothing of that kind is known of the lane, only the orders on which a rule failed are tried again, once.
 */
export function createSweep(parts: SweepParts, start: SweepState, isNew: boolean) {
  const { lane, catalogue } = parts;
  let state: SweepState = isNew ? { judgedBy: catalogue, sweep: null } : start;
  let all = state.judgedBy !== catalogue;
  let after: string | null = all && state.sweep?.catalogue === catalogue ? state.sweep.after : null;
  let done = isNew;
  let judged = 0;

  const isDue = ({ state, journey }: LiveOrder): boolean =>
    journey.facts.length > 0 && (state.judgedBy === null || state.unassessed || (state.judgedBy !== catalogue && !parts.hasExpired(state)));
  const idOf = ({ journey, state: { said } }: LiveOrder, assessment: Assessment): string =>
    journeyId(JSON.stringify(journeyOf(assessment, parts.context().rules.version)), journey.facts.length, said.sequence);
  const judgeAnew = (order: LiveOrder, at: number, outputs: StepOutputs): void => {
    const { published, rests: since } = order.state;
    const assessment = parts.judge(order, at, { fact: null, at: Math.max(at, order.state.judgedAt) }, outputs);
    // Its journey may stand on the topic as it is.
    const stale = assessment !== null && (published === null || idOf(order, assessment) !== published);
    // That it is looked at again is nothing that happened to it.
    if (since !== null && order.state.rests !== null && since < order.state.rests && wasAtRest(order.journey, since, parts.context())) order.state.rests = since;
    parts.book.touch(order, stale);
    judged += 1;
  };
  return {
    isDone: (): boolean => done,
    /** Once the lane has caught up: every order has to be looked at. */
    restart(): void {
      state = { judgedBy: null, sweep: null };
      [all, after, done, judged] = [true, null, false, 0];
    },
    /** Brings the next orders into memory. Changes nothing, so that it may be tried again after a fault. */
    async prepare(): Promise<readonly string[]> {
      const orderIds = await parts.store.orderIds(lane, all ? null : UNASSESSED, after, AT_ONCE);
      await parts.book.prepare(new Set(orderIds));
      return orderIds;
    },
    /** Judges the orders that `prepare` found, at this time reached, ms. */
    run(orderIds: readonly string[], at: number, outputs: StepOutputs): void {
      for (const order of orderIds.map((id) => parts.book.get(id))) if (isDue(order)) judgeAnew(order, at, outputs);
      after = orderIds.at(-1) ?? after;
      if (orderIds.length === AT_ONCE && after !== null) {
        if (all) state = { judgedBy: state.judgedBy, sweep: { catalogue, after } };
        return;
      }
      done = true;
      if (all) {
        state = { judgedBy: catalogue, sweep: null };
        parts.telemetry.judgedAnew(lane, judged);
      }
    },
    /** How far it came, to be kept with what it changed. */
    state: (): SweepState => state,
  };
}
export type Sweep = ReturnType<typeof createSweep>;
