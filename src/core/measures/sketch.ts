/**
 * Percentiles from counts by bin, after DDSketch (Masson, Rim, Lee: "DDSketch: A fast and fully-mergeable quantile sketch
 * with relative-error guarantees", PVLDB 12, 2019). Bin i holds values in (g^(i-1), g^i]; whatever lies there is told as
 * 2 g^i / (g + 1), which is at most ACCURACY off, relatively. Bins are counts: they can be added, taken away and merged.
 */
const ACCURACY = 0.009;
const GROWTH = (1 + ACCURACY) / (1 - ACCURACY);
const LOG_GROWTH = Math.log(GROWTH);

/** The name of a value's bin: a whole number, with `-` before it for negative values; `0` has one of its own, `=`. */
export function binOf(value: number): string {
  if (value === 0) return '=';
  const index = Math.ceil(Math.log(Math.abs(value)) / LOG_GROWTH);
  return value < 0 ? `-${index}` : (NAMES[index] ??= String(index));
}

/** Of bins met before: one text for each is found in maps faster than as many as there are values. */
const NAMES: string[] = [];

/** What stands for the values of a bin. */
function valueOf(bin: string): number {
  if (bin === '=') return 0;
  const negative = bin.startsWith('-');
  const size = (2 * GROWTH ** Number(negative ? bin.slice(1) : bin)) / (GROWTH + 1);
  return negative ? -size : size;
}

/** The value at a share of all `n` counted, by nearest rank: the smallest that at least so many are not above. Null: n is 0. */
export function quantile(bins: ReadonlyMap<string, number>, n: number, share: number): number | null {
  if (n <= 0) return null;
  const sorted = [...bins].map(([bin, count]) => ({ value: valueOf(bin), count })).sort((a, b) => a.value - b.value);
  // 0.9 * 10 is above 9 in binary.
  const rank = Math.max(1, Math.ceil(share * n - 1e-9));
  let passed = 0;
  for (const { value, count } of sorted) {
    passed += count;
    if (passed >= rank) return value;
  }
  return null;
}
