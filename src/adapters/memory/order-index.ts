import { byBytes } from '../../pipeline/byte-order.js';

/** Which orders stand under which name, for one lane. */
export interface OrderIndex {
  add(name: string, orderId: string): void;
  remove(name: string, orderId: string): void;
  has(name: string, orderId: string): boolean;
  /** At most `limit` ids under `name` that come after `after` (null: from the start), in byte order. */
  list(name: string, after: string | null, limit: number): string[];
}

/**
 * Most names (a customer's) hold a single order, so a lone member is kept as it is and a set only from the second on.
 * Listing sorts when asked, and remembers the last listing until that name changes: pages of one query sort once.
 */
export const createOrderIndex = (): OrderIndex => {
  const members = new Map<string, string | Set<string>>();
  let listed: { readonly name: string; readonly ids: readonly string[] } | null = null;

  const changed = (name: string): void => {
    if (listed?.name === name) listed = null;
  };
  const sorted = (name: string): readonly string[] => {
    if (listed?.name === name) return listed.ids;
    const held = members.get(name);
    const ids = held === undefined ? [] : typeof held === 'string' ? [held] : [...held].sort(byBytes);
    listed = { name, ids };
    return ids;
  };

  return {
    add(name, orderId) {
      const held = members.get(name);
      if (held === undefined) members.set(name, orderId);
      else if (typeof held === 'string') {
        if (held === orderId) return;
        members.set(name, new Set([held, orderId]));
      } else held.add(orderId);
      changed(name);
    },
    remove(name, orderId) {
      const held = members.get(name);
      if (held === orderId || (held instanceof Set && held.delete(orderId) && held.size === 0)) members.delete(name);
      changed(name);
    },
    has(name, orderId) {
      const held = members.get(name);
      return held === orderId || (held instanceof Set && held.has(orderId));
    },
    list(name, after, limit) {
      const ids = sorted(name);
      const from = after === null ? 0 : firstAfter(ids, after);
      return ids.slice(from, from + limit);
    },
  };
};

/** Index of the first id greater than `after` in a sorted list. */
export const firstAfter = (ids: readonly string[], after: string): number => {
  let low = 0;
  let high = ids.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const id = ids[middle];
    if (id !== undefined && byBytes(id, after) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
};
