/** One partition in memory: offsets never change, the oldest entries may be dropped. */
export interface PartitionLog<T> {
  /** The oldest offset still there. */
  readonly start: number;
  /** The offset that the next entry will get. */
  readonly end: number;
  append(make: (offset: number) => T): number;
  at(offset: number): T | null;
  /** Entries of [from, to) that are still there. */
  slice(from: number, to: number): T[];
  /** Drops everything below this offset. */
  trim(below: number): void;
}

export const createPartitionLog = <T>(): PartitionLog<T> => {
  let entries: T[] = [];
  /** Entries before this index are dropped already; the array is cut only now and then, so that trimming stays cheap. */
  let dropped = 0;
  let base = 0;
  return {
    get start() {
      return base + dropped;
    },
    get end() {
      return base + entries.length;
    },
    append(make) {
      const offset = base + entries.length;
      entries.push(make(offset));
      return offset;
    },
    at(offset) {
      return offset < base + dropped ? null : (entries[offset - base] ?? null);
    },
    slice(from, to) {
      return entries.slice(Math.max(from - base, dropped), Math.max(to - base, dropped));
    },
    trim(below) {
      dropped = Math.max(dropped, Math.min(below - base, entries.length));
      if (dropped < 1024 || dropped * 2 < entries.length) return;
      entries = entries.slice(dropped);
      base += dropped;
      dropped = 0;
    },
  };
};
