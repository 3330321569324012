/** Watches whether somebody still says something. */
export interface SilenceWatch {
  heard(): void;
  end(): void;
}

/** Looks between a word that is missed and the alarm; so many, for whoever watches may have stood still as well, and finds several of them due at once. */
const LOOKS = 10;

/** Runs something again and again, as setInterval does, until the returned function is called. */
export type Repeat = (run: () => void, ms: number) => () => void;

const byInterval: Repeat = (run, ms) => {
  const timer = setInterval(run, ms);
  return () => { clearInterval(timer); };
};

/** How long somebody may be silent, ms. */
export interface SilenceLimits {
  /** Before the first word. */
  readonly firstMs: number;
  /** After any word; no longer than `firstMs`. */
  readonly ms: number;
}

/** @param silent is called, once, with how long that was, ms */
export function watchForSilence({ firstMs, ms }: SilenceLimits, silent: (ms: number) => void, repeat: Repeat = byInterval): SilenceWatch {
  const everyMs = ms / LOOKS;
  let limit = firstMs;
  let looks = 0;
  const end = repeat(() => {
    looks += 1;
    if (looks * everyMs <= limit) return;
    end();
    silent(limit);
  }, everyMs);
  return {
    heard: () => {
      looks = 0;
      limit = ms;
    },
    end,
  };
}
