import { getOrInsert } from '../../core/get-or-insert.js';
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
  /** `dropped`: those who have waited longest, and must make room. */
  | { readonly kind: 'waits'; readonly dropped: readonly Asked<W>[] };

/** Shares by order, of a link's key. */
export type KnownOrders = ReadonlyMap<string, number>;

/** Where links are kept; `name`: see `linkName`. Each is set whenever it is told. */
export interface LinkMemory {
  get(name: string): KnownOrders | undefined;
  set(name: string, orders: KnownOrders): unknown;
}

export interface LinkSettings<W> {
  /** That many may wait at once. */
  readonly maxWaiting: number;
  /** And so much room may they take, told by `sizeOf`; bytes. */
  readonly maxBytes?: number;
  readonly sizeOf?: (waiter: W) => number;
  readonly memory?: LinkMemory;
}

/** Which orders shipments, invoices and other things belong to, as records tell it, and those who wait to know. */
export interface Links<W> {
  /** Takes in what one record tells, all of it at once. Hands back those who waited for it, in the order in which they came. */
  learn(links: readonly LearnedLink[]): readonly { readonly waiter: W; readonly orders: readonly LinkedOrder[] }[];
  /** The orders; or the asker waits. `at`: the time reached when it asked, ms. */
  find(asked: Asked<W>, at: number): Found<W>;
  /** One who waited already, for those who go on from a former state: in the order in which they came. */
  restore(asked: Asked<W>, at: number): void;
  /** Those who asked before this time, and wait no longer; only the first of them where they would be more, or take more room, than this. */
  expire(before: number, most?: { readonly records: number; readonly bytes: number }): readonly Asked<W>[];
  readonly waiting: number;
  /** No one who waits asked before this time. */
  readonly oldest: number;
}

interface Waiting<W> extends Asked<W> {
  readonly at: number;
  /** Rises with each: the order in which they came. */
  readonly number: number;
  readonly size: number;
}

export function createLinks<W>({ maxWaiting, maxBytes = Infinity, sizeOf = () => 0, memory: known = new Map<string, KnownOrders>() }: LinkSettings<W>): Links<W> {
  /** By what they wait for, and all of them in the order in which they came. */
  const byKey = new Map<string, Set<Waiting<W>>>();
  const queue = new Set<Waiting<W>>();
  let number = 0;
  let bytes = 0;
  /** None of those who wait asked before. */
  let oldest = Infinity;
  const enter = (asked: Asked<W>, at: number): void => {
    const one: Waiting<W> = { ...asked, at, number: number++, size: sizeOf(asked.waiter) };
    queue.add(one);
    bytes += one.size;
    oldest = Math.min(oldest, at);
    const name = linkName(one);
    byKey.set(name, (byKey.get(name) ?? new Set<Waiting<W>>()).add(one));
  };
  const leave = (one: Waiting<W>): void => {
    queue.delete(one);
    bytes -= one.size;
    const name = linkName(one);
    const others = byKey.get(name);
    others?.delete(one);
    if (others?.size === 0) byKey.delete(name);
  };
  return {
    learn(links) {
      const told = sharesTold(links);
      for (const [name, shares] of told) {
        // Also where nothing of it is new: it is remembered from when it was told last.
        known.set(name, new Map([...(known.get(name) ?? []), ...shares]));
      }
      const released = [...told.keys()].flatMap((name) => [...(byKey.get(name) ?? [])]).sort((a, b) => a.number - b.number);
      for (const one of released) leave(one);
      return released.map((one) => ({ waiter: one.waiter, orders: ordersOf(known.get(linkName(one))) }));
    },
    find(asked, at) {
      const orders = known.get(linkName(asked));
      if (orders !== undefined) return { kind: 'orders', orders: ordersOf(orders) };
      enter(asked, at);
      const dropped: Asked<W>[] = [];
      for (const first of queue) {
        if (queue.size <= maxWaiting && bytes <= maxBytes) break;
        leave(first);
        dropped.push(first);
      }
      return { kind: 'waits', dropped };
    },
    restore: enter,
    expire(before, most = { records: Infinity, bytes: Infinity }) {
      if (oldest >= before) return [];
      const gone: Waiting<W>[] = [];
      let room = most.bytes;
      for (const one of queue) {
        if (gone.length >= most.records || room <= 0) break;
        if (one.at >= before) continue;
        gone.push(one);
        room -= one.size;
      }
      for (const one of gone) leave(one);
      oldest = [...queue].reduce((least, { at }) => Math.min(least, at), Infinity);
      return gone;
    },
    get waiting() { return queue.size; },
    get oldest() { return oldest; },
  };
}

/** A link and its key, as one text. */
export const linkName = ({ link, key }: { readonly link: string; readonly key: string }): string => `${link}\u0000${key}`;

/** By key and order; an order that a record names several times has all of its shares. */
function sharesTold(links: readonly LearnedLink[]): Map<string, Map<string, number>> {
  const told = new Map<string, Map<string, number>>();
  for (const link of links) {
    const shares = getOrInsert(told, linkName(link), () => new Map<string, number>());
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
