import { describe, expect, test } from '@jest/globals';
import { createSharedClock, type SharedClock } from '../../src/adapters/redis/wall-clock.js';

/** A world in which time passes by hand: here, at the server, and on the way there and back. */
const world = (): { clock: SharedClock; pass: (ms: number) => void; server: { ahead: number }; way: { there: number; back: number }; here: { ahead: number } } => {
  let passed = 0;
  const server = { ahead: 0 };
  const here = { ahead: 0 };
  const way = { there: 1, back: 1 };
  const pass = (ms: number): void => {
    passed += ms;
  };
  const clock = createSharedClock({
    ask: () => {
      pass(way.there);
      const answer = 1_000_000 + passed + server.ahead;
      pass(way.back);
      return Promise.resolve(answer);
    },
    ticks: () => 500 + passed,
    date: () => 1_000_000 + passed + here.ahead,
  });
  return { clock, pass, server, way, here };
};

describe('the shared wall clock', () => {
  test('tells the server\'s time, and goes on by itself between readings', async () => {
    const { clock, pass, server } = world();
    server.ahead = 5_000;
    await clock.refresh();
    expect(clock.now()).toBe(1_005_002);
    pass(1_234);
    expect(clock.now()).toBe(1_006_236);
    expect(clock.ageMs()).toBe(1_234);
  });

  test('measures how far this machine is off', async () => {
    const { clock, here, server } = world();
    expect(clock.ageMs()).toBe(Infinity);
    here.ahead = 3_000;
    server.ahead = -500;
    await clock.refresh();
    expect(clock.skewMs()).toBe(-3_500);
  });

  test('does not follow when this machine\'s date is set', async () => {
    const { clock, here } = world();
    await clock.refresh();
    const before = clock.now();
    here.ahead = 86_400_000;
    expect(clock.now()).toBe(before);
  });

  test('stands still rather than go back a little, and goes back when it was far off', async () => {
    const { clock, server, pass } = world();
    await clock.refresh();
    const before = clock.now();
    server.ahead = -1_000;
    await clock.refresh();
    expect(clock.now()).toBe(before);
    pass(2_000);
    expect(clock.now()).toBeGreaterThan(before);
    const later = clock.now();
    server.ahead = -60_000;
    await clock.refresh();
    expect(clock.now()).toBeLessThan(later - 50_000);
  });

  test('trusts a quick answer over a slow one that fits it, and a slow one that contradicts it', async () => {
    const { clock, way, server } = world();
    await clock.refresh();
    way.back = 800;
    await clock.refresh();
    // The slow answer alone would put the clock 400 ms back.
    expect(clock.now()).toBe(1_000_804 - 1);
    server.ahead = 10_000;
    await clock.refresh();
    expect(clock.now()).toBeGreaterThan(1_010_000);
  });

  test('keeps its reading when the server does not answer', async () => {
    const answers = [7_000_000];
    const clock = createSharedClock({
      ask: () => {
        const answer = answers.pop();
        return answer === undefined ? Promise.reject(new Error('gone')) : Promise.resolve(answer);
      },
      ticks: () => 0,
      date: () => 0,
    });
    await clock.refresh();
    await expect(clock.refresh()).rejects.toThrow('gone');
    expect(clock.now()).toBe(7_000_000);
  });
});
