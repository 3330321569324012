import { z } from 'zod';

const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
type Unit = keyof typeof UNIT_MS;

const PATTERN = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)$/;
const EXPECTED = 'expected a duration: a number with ms, s, m, h or d, such as 30m or 2d, or a plain number of milliseconds';
/** A hundred years: beyond it, sums of instants would leave the range of dates. */
const LONGEST_MS = 36_525 * UNIT_MS.d;

/** Milliseconds of a text such as `1.5h`; null when it is none. A day is 24 hours. */
export function parseDuration(text: string): number | null {
  const [, amount, unit] = PATTERN.exec(text.trim()) ?? [];
  if (amount === undefined || unit === undefined) return null;
  return Math.round(Number(amount) * UNIT_MS[unit as Unit]);
}

/** The same the other way round, in the largest unit that leaves no fraction. */
export function formatDuration(ms: number): string {
  const units = (Object.entries(UNIT_MS) as [Unit, number][]).toReversed();
  const [unit, size] = units.find(([, size]) => ms !== 0 && ms % size === 0) ?? ['s', UNIT_MS.s];
  return `${ms / size}${unit}`;
}

/** A duration in a configuration file, in ms once read. */
export const duration = z
  .union([z.number(), z.string()], { error: EXPECTED })
  .transform((given, context): number => {
    const ms = typeof given === 'number' ? given : parseDuration(given);
    if (ms !== null && Number.isInteger(ms) && ms >= 0 && ms <= LONGEST_MS) return ms;
    context.addIssue({ code: 'custom', message: ms !== null && ms > LONGEST_MS ? 'expected a duration of at most 100 years' : EXPECTED });
    return z.NEVER;
  });
