/** One at a time goes on, in the order in which they asked. */
export interface Turns {
  /** Resolves when it is the asker's turn, which lasts until the answer is called. */
  take(): Promise<() => void>;
}

/** Of the long steps of all lanes of a thread: what they hold until they are worked is all that the thread has of records decoded. */
export interface StepTurns {
  /** One lane decodes its records and reads its orders; until its step is worked. */
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
