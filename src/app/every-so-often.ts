import { asError } from '../core/as-error.js';

/**
 * Does something again and again, never twice at once; a failure waits for the next time.
 * @param failed told of each; by default it is told of nowhere, for work that tells of its own
 */
export function everySoOften(ms: number, work: () => Promise<void>, failed: (error: Error) => void = () => undefined): { stop(): void } {
  let busy = false;
  const turn = (): void => {
    if (busy) return;
    busy = true;
    work()
      .catch((error: unknown) => { failed(asError(error)); })
      .finally(() => { busy = false; });
  };
  const timer = setInterval(turn, ms);
  turn();
  return { stop: () => { clearInterval(timer); } };
}
