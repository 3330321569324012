/** A time to wait by a clock. */
export interface Pause {
  /** True where none was begun. @param more so many ms longer @param at by default now */
  isOver(more?: number, at?: number): boolean;
  /** Lasts so many ms from `from` on, ms of the clock; by default from now. It takes the place of the one before. */
  begin(ms: number, from?: number): void;
  end(): void;
}

/**
 * A clock that was set back since the pause began ends it: nothing may rest for as long as a clock goes back, which happens where the
 * place of Redis is taken by another whose date is right.
 * @param now the clock, ms
 */
export function createPause(now: () => number): Pause {
  let begun = -Infinity;
  let until = -Infinity;
  return {
    isOver: (more = 0, at = now()) => at >= until + more || at < begun,
    begin(ms, from = now()) {
      begun = from;
      until = from + ms;
    },
    end() {
      until = -Infinity;
    },
  };
}
