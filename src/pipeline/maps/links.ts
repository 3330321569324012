import type { LearnedLink } from './compile-map.js';

/** An order that a key belongs to, and what counts for it when an amount is shared out. */
export interface LinkedOrder {
  readonly orderId: string;
  readonly share: number;
}

/** What was asked for by a link. `waiter`: who asked; it is handed back when the link comes, or when it waited too long. */
export interface Asked<W> {
  readonly link: string;
  readonly key: string;
  readonly waiter: W;
}

export type Found<W> =
  | { readonly kind: 'orders'; readonly orders: readonly LinkedOrder[] }
  /** `dropped`: who has waited longest, and must make room; null: there was room. */
  | { readonly kind: 'waits'; readonly dropped: Asked<W> | null };

/** Which orders shipments, invoices and other things belong to, as records tell it, and those who wait to know. */
export interface Links<W> {
  /** Takes in what one record tells, all of it at once. Hands back those who waited for it, in the order in which they came. */
  learn(links: readonly LearnedLink[]): readonly { readonly waiter: W; readonly orders: readonly LinkedOrder[] }[];
  /** The orders; or the asker waits. `at`: the time reached when it asked, ms. */
  find(asked: Asked<W>, at: number): Found<W>;
  /** Those who asked before this time, and wait no longer. */
  expire(before: number): readonly Asked<W>[];
  readonly waiting: number;
}

interface Waiting<W> extends Asked<W> {
  readonly at: number;
  /** Rises with each: the order in which they came. */
  readonly number: number;
}

/** `maxWaiting`: that many may wait at once. */
export function createLinks<W>(maxWaiting: number): Links<W> {
  const known = new Map<string, Map<string, number>>();
  /** By what they wait for, and all of them in the order in which they came. */
  const byKey = new Map<string, Set<Waiting<W>>>();
  const queue = new Set<Waiting<W>>();
  let number = 0;
  const leave = (one: Waiting<W>): void => {
    queue.delete(one);
    const name = nameOf(one);
    const others = byKey.get(name);
    others?.delete(one);
    if (others?.size === 0) byKey.delete(name);
  };
  return {
    learn(links) {
      const told = sharesTold(links);
      for (const [name, shares] of told) {
        const orders = known.get(name);
        if (orders === undefined) known.set(name, shares);
        else for (const [orderId, share] of shares) orders.set(orderId, share);
      }
      const released = [...told.keys()].flatMap((name) => [...(byKey.get(name) ?? [])]).sort((a, b) => a.number - b.number);
      for (const one of released) leave(one);
      return released.map((one) => ({ waiter: one.waiter, orders: ordersOf(known.get(nameOf(one))) }));
    },
    find(asked, at) {
      const name = nameOf(asked);
      const orders = known.get(name);
      if (orders !== undefined) return { kind: 'orders', orders: ordersOf(orders) };
      const one: Waiting<W> = { ...asked, at, number: number++ };
      queue.add(one);
      byKey.set(name, (byKey.get(name) ?? new Set<Waiting<W>>()).add(one));
      if (queue.size <= maxWaiting) return { kind: 'waits', dropped: null };
      const [first = one] = queue;
      leave(first);
      return { kind: 'waits', dropped: first };
    },
    expire(before) {
      const gone = [...queue].filter(({ at }) => at < before);
      for (const one of gone) leave(one);
      return gone;
    },
    get waiting() { return queue.size; },
  };
}

const nameOf = ({ link, key }: { readonly link: string; readonly key: string }): string => `${link}\u0000${key}`;

/** By key and order; an order that a record names several times has all of its shares. */
function sharesTold(links: readonly LearnedLink[]): Map<string, Map<string, number>> {
  const told = new Map<string, Map<string, number>>();
  for (const link of links) {
    const name = nameOf(link);
    let shares = told.get(name);
    if (shares === undefined) told.set(name, (shares = new Map<string, number>()));
    shares.set(link.orderId, (shares.get(link.orderId) ?? 0) + link.share);
  }
  return told;
}

const ordersOf = (orders: ReadonlyMap<string, number> | undefined): readonly LinkedOrder[] => [...(orders ?? [])].map(([orderId, share]) => ({ orderId, share }));

/**
 * Shares a whole number out, so that the parts are whole and add up to it: each gets its part by the shares, and what is left goes one
 * by one to those who lost most by the cut. Without any share all get alike.
 */
export function shareOut(total: number, shares: readonly number[]): readonly number[] {
  const sum = shares.reduce((all, share) => all + share, 0);
  const exact = shares.map((share) => (sum === 0 ? total / shares.length : (total * share) / sum));
  const parts = exact.map(Math.trunc);
  const left = total - parts.reduce((all, part) => all + part, 0);
  const neediest = exact.map((value, i) => ({ i, lost: Math.abs(value - Math.trunc(value)) })).sort((a, b) => b.lost - a.lost || a.i - b.i);
  for (let n = 0; n < Math.abs(left); n++) {
    const next = neediest[n % neediest.length];
    if (next !== undefined) parts[next.i] = (parts[next.i] ?? 0) + Math.sign(left);
  }
  return parts;
}
