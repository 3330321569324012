import { getHeapSpaceStatistics } from 'node:v8';

/** More than V8 makes room for before it collects new objects. */
const MUCH = 40_000_000;
const ARRAY_BYTES = 80_000;

/** What is to be collected at once, some 80 KB. */
export const ballast = (): number[] => Array.from({ length: ARRAY_BYTES / 8 }, () => 0.5);

/** How many bytes come to V8's old space while something is done so many times; what lived before has grown old by then. */
export function promotedBy(times: number, work: (i: number) => void): number {
  work(-1);
  for (let bytes = 0; bytes < 3 * MUCH; bytes += ARRAY_BYTES) ballast();
  let [promoted, last] = [0, oldSpace()];
  for (let i = 0; i < times; i++) {
    work(i);
    const now = oldSpace();
    promoted += Math.max(0, now - last);
    last = now;
  }
  return promoted;
}

const oldSpace = (): number => getHeapSpaceStatistics().find(({ space_name }) => space_name === 'old_space')?.space_used_size ?? 0;
