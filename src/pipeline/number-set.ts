/** Whole numbers from 0 on, a bit each; they may lie anywhere. */
export interface NumberSet {
  add(n: number): void;
  has(n: number): boolean;
  /** The numbers of [from, to] that are not in it. */
  missing(from: number, to: number): Iterable<number>;
}

const PAGE_BITS = 8_192;

export function createNumberSet(): NumberSet {
  const pages = new Map<number, Uint8Array>();
  const has = (n: number): boolean => {
    const page = pages.get(Math.floor(n / PAGE_BITS));
    const bit = n % PAGE_BITS;
    return page !== undefined && ((page[bit >>> 3] ?? 0) & (1 << (bit & 7))) !== 0;
  };
  return {
    add(n) {
      const number = Math.floor(n / PAGE_BITS);
      const page = pages.get(number) ?? new Uint8Array(PAGE_BITS / 8);
      pages.set(number, page);
      const bit = n % PAGE_BITS;
      page[bit >>> 3] = (page[bit >>> 3] ?? 0) | (1 << (bit & 7));
    },
    has,
    *missing(from, to) {
      for (let n = from; n <= to; n += 1) if (!has(n)) yield n;
    },
  };
}
