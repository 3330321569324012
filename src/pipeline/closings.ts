import { asError } from '../core/as-error.js';
import { alertIdOf } from './alert-id.js';
import type { AlertHandlingStore, AlertPlace, WaitingClosure } from './alert-handling.js';
import { type JudgeParts, sayClosed, type StepOutputs } from './judge.js';
import type { LiveOrder } from './live-order.js';
import type { OrderBook } from './order-book.js';
import { createPause } from './pause.js';

/**
 * Says of the lane's alerts that people closed them. Any worker may have taken that in: it waits in a list of the lane, which its owner
 * looks at now and then. That costs a look a second, and nothing an event; a word from worker to worker would be sooner by that
 * second, and would need the list all the same, for when nobody hears it.
 */
export interface Closings {
  /** Is it time to look? */
  isDue(): boolean;
  /** What waits, with its orders in memory. Never rejects: what can't be read now is looked for again, and holds up nothing else. */
  next(): Promise<readonly WaitingClosure[]>;
  /** Ends the alerts. Returns those that wait no more once this is committed: also of alerts that are not open, of which nothing is to be said. */
  run(waiting: readonly WaitingClosure[], outputs: StepOutputs): readonly WaitingClosure[];
  /** That is committed. Never rejects: those that wait on all the same are found to be said the next time. */
  said(closures: readonly WaitingClosure[]): Promise<void>;
  /** The open alerts of these orders, which are in memory. */
  openOf(orderIds: readonly string[]): readonly AlertPlace[];
  /** Orders were judged anew, and these alerts are open by that: those that people closed in a state that is lost wait to be said again. */
  recall(alerts: readonly AlertPlace[]): Promise<void>;
}

export interface ClosingsParts {
  readonly lane: number;
  /** Absent: nobody closes alerts. */
  readonly handling: Pick<AlertHandlingStore, 'waiting' | 'said' | 'of' | 'close'> | undefined;
  readonly book: Pick<OrderBook, 'prepare' | 'get' | 'touch'>;
  readonly judge: JudgeParts;
  /** The wall clock, ms. */
  readonly now: () => number;
}

/** Closures said together. */
const AT_ONCE = 100;
/** Between two looks, and after a fault; ms of the wall clock. */
const PAUSE_MS = 1_000;
const AGAIN_MS = 5_000;

export function createClosings({ lane, handling, book, judge, now }: ClosingsParts): Closings {
  const pause = createPause(now);
  const told = (what: string) => (error: unknown): void => {
    pause.begin(AGAIN_MS);
    judge.telemetry.retrying(lane, what, asError(error), AGAIN_MS);
  };
  const look = async (): Promise<readonly WaitingClosure[]> => {
    const waiting = (await handling?.waiting(lane, AT_ONCE)) ?? [];
    await book.prepare(new Set(waiting.map(({ orderId }) => orderId)));
    return waiting;
  };
  return {
    isDue: () => handling !== undefined && pause.isOver(),
    async next() {
      pause.begin(PAUSE_MS);
      return (await look().catch(told('look for alerts that people closed'))) ?? [];
    },
    run: (waiting, outputs) => waiting.filter((closure) => settle(judge, book, closure, outputs)),
    said: async (closures) => handling?.said(lane, closures).catch(told('keep that closed alerts were said')),
    openOf: (orderIds) => orderIds.flatMap((orderId) => {
      const alertId = openAlertId(book.get(orderId));
      return alertId === null ? [] : [{ lane, orderId, alertId }];
    }),
    async recall(alerts) {
      if (handling === undefined || alerts.length === 0) return;
      const handled = await handling.of(alerts.map(({ alertId }) => alertId));
      for (const [i, alert] of alerts.entries()) {
        const closed = handled[i]?.closed ?? null;
        if (closed !== null) await handling.close(alert, closed);
      }
    },
  };
}

/** False: the closure has to wait on. */
function settle(judge: JudgeParts, book: ClosingsParts['book'], { orderId, alertId, closure }: WaitingClosure, outputs: StepOutputs): boolean {
  const order = book.get(orderId);
  if (openAlertId(order) !== alertId) return true;
  // What it would say of its order can't be told before that is judged.
  if (order.state.unassessed) return false;
  try {
    sayClosed(judge, order, closure, outputs);
  } catch (error) {
    judge.telemetry.unassessed(judge.lane, orderId, asError(error));
    return false;
  }
  book.touch(order, false);
  return true;
}

const openAlertId = ({ orderId, state: { said: { alert } } }: LiveOrder): string | null => (alert?.state === 'open' ? alertIdOf(orderId, alert.episode) : null);
