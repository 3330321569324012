/**
 * Records as JSON whose whole numbers are what was sent: those beyond 2^53, which a number would round so that two ids become one,
 * are given as bigint. The language of expressions knows such numbers too.
 */
export const exactJson = (text: string): unknown => asSent(JSON.parse(text), () => text);

/** The same for a value that was parsed already. @param text what it was parsed from */
export const asSent = (value: unknown, text: () => string): unknown => (hasRounded(value, 0) ? JSON.parse(text(), wholeAsSent) : value);

/** The other way round, for what `exactJson` reads again. */
export function exactText(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    // Only now, since to be asked about every value takes several times as long.
    return JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? (JSON as WithRawText).rawJSON(String(each)) : each));
  }
}

/** What the language has and its types here don't. */
type WithRawText = JSON & { rawJSON(text: string): unknown };

/** No expression reaches further down, and values nested without end must not use up the stack. */
export const DEEPEST = 100;

/** Is it nested further down than so? */
export const isDeeper = (value: unknown, depth: number): boolean =>
  typeof value === 'object' && value !== null && (depth === 0 || Object.values(value).some((each) => isDeeper(each, depth - 1)));

function hasRounded(value: unknown, depth: number): boolean {
  if (typeof value === 'number') return Number.isInteger(value) && !Number.isSafeInteger(value);
  if (typeof value !== 'object' || value === null || depth > DEEPEST) return false;
  if (Array.isArray(value)) return value.some((entry) => hasRounded(entry, depth + 1));
  for (const key in value) if (hasRounded((value as Readonly<Record<string, unknown>>)[key], depth + 1)) return true;
  return false;
}

function wholeAsSent(_: string, value: unknown, context?: { readonly source?: string }): unknown {
  const digits = context?.source;
  return typeof value === 'number' && !Number.isSafeInteger(value) && digits !== undefined && /^-?\d+$/.test(digits) ? BigInt(digits) : value;
}
