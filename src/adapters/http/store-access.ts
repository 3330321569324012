import { type Lacks, lacksOf, NOT_KNOWN } from './lacks.js';
import type { HttpPorts, HttpSettings, OrderView } from './ports.js';
import { HttpProblem } from './problems.js';
import { sharedAnswer } from './shared-answer.js';

/** Reading orders for a request: bounded in time, and a store that is away is a 503, not a fault of ours. */
export interface StoreAccess {
  /** null: no event of this order was ever applied. */
  view(orderId: string): Promise<OrderView | null>;
  /** As `view`, of an order that is asked for by its id. @throws HttpProblem 404 where none is known, and 503 where that can't be told */
  known(orderId: string): Promise<OrderView>;
  /** Those of these orders of which it can be told what became of them: not of one that is being read again. */
  views(orderIds: readonly string[]): Promise<readonly OrderView[]>;
  /** What answers over many orders may lack, as found within the last second. */
  lacks(): Promise<Lacks>;
  /** Any other question to the store. */
  bounded<T>(answer: Promise<T>): Promise<T>;
  page(index: string | null, cursor: string | null, limit: number): Promise<{ readonly orderIds: readonly string[]; readonly cursor: string | null }>;
}

/** However many ask, lanes are looked at this often at the most; ms. */
const LACKS_LAST_MS = 1_000;

export function createStoreAccess(ports: HttpPorts, settings: HttpSettings): StoreAccess {
  const bounded = <T>(answer: Promise<T>): Promise<T> => withinTime(answer, settings.storeTimeoutMs);
  const view = async (orderId: string): Promise<OrderView | null> => {
    const lane = ports.laneOf(orderId);
    const stored = await bounded(ports.orders.order(lane, orderId));
    return stored === null ? null : { ...ports.assessStored(orderId, stored), lane };
  };
  return {
    bounded, view,
    views: async (orderIds) => (await Promise.all(orderIds.map(view))).flatMap((found) => (found?.isJudged === true ? [found] : [])),
    lacks: sharedAnswer(() => bounded(ports.orders.lanes()).then(lacksOf, () => NOT_KNOWN), LACKS_LAST_MS, () => ports.clock.now()),
    async known(orderId) {
      const found = await view(orderId);
      if (found?.isJudged === true) return found;
      const lane = ports.laneOf(orderId);
      const { halt, renewal } = (found === null ? await bounded(ports.orders.lanes()) : []).find((each) => each.lane === lane) ?? { halt: null, renewal: null };
      if (found !== null || (halt === null && renewal === 'read_again')) throw new HttpProblem(503, 'The partition of this order is being read again; what became of the order is told once that is done.');
      if (halt !== null) throw new HttpProblem(503, `The partition of this order stands still (${halt.name}); whether the order is known can't be told. The log, /readyz and touchpoint lanes list say what to do.`);
      throw new HttpProblem(404, 'No event of this order has been read.');
    },
    page: (index, cursor, limit) => bounded(ports.orders.list(index, cursor, limit)),
  };
}

function withinTime<T>(answer: Promise<T>, ms: number): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => reject(new HttpProblem(503, 'The store of orders did not answer in time.')), ms);
    answer
      .then(resolve, (cause: unknown) => reject(new HttpProblem(503, 'The store of orders cannot be read at present.', { cause })))
      .finally(() => clearTimeout(timer));
  });
}
