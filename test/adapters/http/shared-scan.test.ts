import { describe, expect, test } from '@jest/globals';
import { createSharedScan } from '../../../src/adapters/http/shared-scan.js';

/** A scan of three numbers that goes on when it is told to. */
function underTest() {
  const began: number[] = [];
  const steps: (() => void)[] = [];
  let broken = false;
  const join = createSharedScan<number>(async (audience) => {
    began.push(began.length);
    for (let n = 1; n <= 3 && audience.isThere(); n += 1) {
      await new Promise<void>((resolve) => { steps.push(resolve); });
      if (broken) throw new Error('the store is away');
      audience.see(n);
    }
  });
  const ask = (isThere = () => true) => {
    const seen: number[] = [];
    return { seen, done: join({ see: (n) => { seen.push(n); }, isThere }) };
  };
  const turn = async (): Promise<void> => { for (let n = 0; n < 5; n += 1) await new Promise((resolve) => { setImmediate(resolve); }); };
  const step = async (times = 1): Promise<void> => {
    for (let n = 0; n < times; n += 1) {
      await turn();
      steps.shift()?.();
    }
    await turn();
  };
  return { ask, step, turn, began, breaks: (now: boolean) => { broken = now; } };
}

describe('a shared scan', () => {
  test('is one for all who ask at once, and one more for all who ask meanwhile', async () => {
    const { ask, step, began } = underTest();
    const first = [ask(), ask()];
    await step();
    const later = [ask(), ask(), ask()];
    await step(2);
    await Promise.all(first.map(({ done }) => done));
    expect([began.length, first.map(({ seen }) => seen), later.map(({ seen }) => seen)]).toEqual([2, [[1, 2, 3], [1, 2, 3]], [[], [], []]]);
    await step(3);
    await Promise.all(later.map(({ done }) => done));
    expect([began.length, later.map(({ seen }) => seen)]).toEqual([2, [[1, 2, 3], [1, 2, 3], [1, 2, 3]]]);
    const last = ask();
    await step(3);
    await last.done;
    expect([began.length, last.seen]).toEqual([3, [1, 2, 3]]);
  });

  test('that fails is told to those who wait for it, and to nobody else', async () => {
    const { ask, step, breaks } = underTest();
    const first = ask();
    const failed = expect(first.done).rejects.toThrow('the store is away');
    breaks(true);
    await step();
    await failed;
    breaks(false);
    const second = ask();
    await step(3);
    await second.done;
    expect(second.seen).toEqual([1, 2, 3]);
  });

  test('ends early only once nobody waits for it', async () => {
    const { ask, step } = underTest();
    let there = true;
    const gone = ask(() => there);
    const stays = ask();
    await step();
    there = false;
    await step(2);
    await stays.done;
    expect(stays.seen).toEqual([1, 2, 3]);
    there = true;
    const alone = ask(() => there);
    await step();
    there = false;
    await step();
    await alone.done;
    expect([gone.seen, alone.seen]).toEqual([[1, 2, 3], [1, 2]]);
  });
});
