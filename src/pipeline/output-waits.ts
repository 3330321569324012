import { asError } from '../core/as-error.js';
import type { WallClock } from './ports.js';

/** What was found waits to be published, as the log refuses it again and again. */
export interface OutputWait {
  /** Wall clock, ms. */
  readonly since: number;
  /** What the last try failed of. */
  readonly why: string;
}

/** Knows what a lane tries to publish in vain. */
export function createOutputWaits(wallClock: WallClock) {
  const waits = new Map<string, OutputWait>();
  return {
    /** A try to publish. `kind`: what goes to the log side by side waits apart. */
    async during<T>(kind: string, publish: () => Promise<T>): Promise<T> {
      try {
        const done = await publish();
        waits.delete(kind);
        return done;
      } catch (error) {
        waits.set(kind, { since: waits.get(kind)?.since ?? wallClock.now(), why: asError(error).message });
        throw error;
      }
    },
    list: (): readonly OutputWait[] => [...waits.values()],
  };
}
