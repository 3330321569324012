/** One at a time goes on, in the order in which they asked. */
export interface Turns {
  /** Resolves when it is the asker's turn, which lasts until the answer is called. */
  take(): Promise<() => void>;
}

/** Of the long steps of all lanes of a thread: two at a time hold what they decoded and read, where all would grow old with it. */
export interface StepTurns {
  /** One lane decodes its records and reads its orders, until it comes to its other turn. */
  readonly preparing: Turns;
  /** One lane works its step. */
  readonly working: Turns;
}

export const createStepTurns = (): StepTurns => ({ preparing: createTurns(), working: createTurns() });

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
