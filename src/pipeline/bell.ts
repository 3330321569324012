/** Lets a loop rest until something happens. */
export function createBell() {
  const waiting: (() => void)[] = [];
  return {
    ring(): void {
      for (const resolve of waiting.splice(0)) resolve();
    },
    /** Resolves at the next `ring`, or after this long. */
    rest: (ms: number): Promise<void> =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, ms);
        waiting.push(() => {
          clearTimeout(timer);
          resolve();
        });
      }),
  };
}
