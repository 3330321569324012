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

/**
 * @param ms after so long without a word
 * @param silent is called, once
 */
export function watchForSilence(ms: number, silent: () => void, repeat: Repeat = byInterval): SilenceWatch {
  let looks = 0;
  const end = repeat(() => {
    looks += 1;
    if (looks <= LOOKS) return;
    end();
    silent();
  }, ms / LOOKS);
  return { heard: () => { looks = 0; }, end };
}
