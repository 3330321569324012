/** One at a time goes on, in the order in which they asked. */
export interface Turns {
  /** Resolves when it is the asker's turn, which lasts until the answer is called. */
  take(): Promise<() => void>;
}

export function createTurns(): Turns {
  let last: Promise<void> = Promise.resolve();
  return {
    async take() {
      const before = last;
      let end: () => void = () => undefined;
      last = new Promise((resolve) => { end = resolve; });
      await before;
      return end;
    },
  };
}
