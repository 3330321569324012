/** What comes in bursts, for a log that must not drown in it: the first of a kind at once, then how many more came. */

export interface DigestTold<Kind, Note> {
  first(kind: Kind, note: Note): void;
  /** `count` more since the last line about this kind; `latest` is one of them. */
  more(kind: Kind, count: number, latest: Note): void;
}

export const DIGEST_EVERY_MS = 10_000;

/** Calls back after `ms`, once; gives a function that calls it off. */
export type Schedule = (run: () => void, ms: number) => () => void;

export function createDigest<Kind, Note>(told: DigestTold<Kind, Note>, schedule: Schedule) {
  const windows = new Map<Kind, { count: number; latest: Note }>();
  let callOff: (() => void) | null = null;

  const sumUp = (): void => {
    for (const [kind, window] of windows) {
      // A quiet stretch ends the window: the next one is news again.
      if (window.count === 0) windows.delete(kind);
      else told.more(kind, window.count, window.latest);
      window.count = 0;
    }
    callOff = windows.size === 0 ? null : schedule(sumUp, DIGEST_EVERY_MS);
  };

  return {
    note(kind: Kind, note: Note): void {
      const window = windows.get(kind);
      if (window !== undefined) {
        window.count += 1;
        window.latest = note;
        return;
      }
      windows.set(kind, { count: 0, latest: note });
      told.first(kind, note);
      callOff ??= schedule(sumUp, DIGEST_EVERY_MS);
    },
    /** Says what is still unsaid, and nothing after it. */
    close(): void {
      callOff?.();
      callOff = null;
      for (const [kind, { count, latest }] of windows) if (count > 0) told.more(kind, count, latest);
      windows.clear();
    },
  };
}
