import type { HttpPorts, HttpSettings, OrderView } from './ports.js';
import { HttpProblem } from './problems.js';

/** Reading orders for a request: bounded in time, and a store that is away is a 503, not a fault of ours. */
export interface StoreAccess {
  /** null: no event of this order was ever applied. */
  view(orderId: string): Promise<OrderView | null>;
  /** Any other question to the store. */
  bounded<T>(answer: Promise<T>): Promise<T>;
  page(index: string | null, cursor: string | null, limit: number): Promise<{ readonly orderIds: readonly string[]; readonly cursor: string | null }>;
}

export function createStoreAccess(ports: HttpPorts, settings: HttpSettings): StoreAccess {
  const bounded = <T>(answer: Promise<T>): Promise<T> => withinTime(answer, settings.storeTimeoutMs);
  return {
    bounded,
    async view(orderId) {
      const lane = ports.laneOf(orderId);
      const stored = await bounded(ports.orders.order(lane, orderId));
      if (stored === null) return null;
      return { ...ports.assessStored(orderId, stored), lane };
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
