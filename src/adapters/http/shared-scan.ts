/** Whoever looks on while all of something is looked at. */
export interface Onlooker<T> {
  see(one: T): void;
  /** Whether it still waits for the end. */
  isThere(): boolean;
}

/** Looks at everything, and calls `see` with each; may end early once nobody `isThere`. */
export type Scan<T> = (audience: Onlooker<T>) => Promise<void>;

/**
 * One scan for all who ask while another one runs: however many ask at the same time, no more than one runs, and one waits. Each sees a
 * scan that begins after it asked, and so what it has just changed. @returns rejects when the scan does
 */
export function createSharedScan<T>(scan: Scan<T>): (onlooker: Onlooker<T>) => Promise<void> {
  let last: Promise<unknown> = Promise.resolve();
  let next: { readonly onlookers: Onlooker<T>[]; readonly done: Promise<void> } | null = null;
  const start = (): { readonly onlookers: Onlooker<T>[]; readonly done: Promise<void> } => {
    const onlookers: Onlooker<T>[] = [];
    const done = last.then(() => {
      next = null;
      return scan({ see: (one) => { for (const onlooker of onlookers) onlooker.see(one); }, isThere: () => onlookers.some((onlooker) => onlooker.isThere()) });
    });
    last = done.catch(() => undefined);
    return { onlookers, done };
  };
  return (onlooker) => {
    next ??= start();
    next.onlookers.push(onlooker);
    return next.done;
  };
}
