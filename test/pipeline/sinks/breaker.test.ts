import { describe, expect, test } from '@jest/globals';
import { createBreaker } from '../../../src/pipeline/sinks/breaker.js';
import type { Answer } from '../../../src/pipeline/sinks/destination.js';
import { backoffMs } from '../../../src/pipeline/sinks/timing.js';
import { createHandClock } from '../../support/hand-clock.js';

const TAKEN: Answer = { kind: 'taken' };
const setback = (retryAfterMs: number | null = null): Answer => ({ kind: 'failed', reason: 'server_error', message: 'answered with 500', retryAfterMs });
const never = new AbortController().signal;

function underTest() {
  const clock = createHandClock();
  const states: string[] = [];
  const breaker = createBreaker(clock.timing, (state) => { states.push(state); });
  let asked = 0;
  const ask = (answer: Answer, signal = never): Promise<Answer | null> => breaker.run(async () => {
    asked += 1;
    return answer;
  }, signal);
  return { clock, states, breaker, ask, asked: () => asked, fail: async (times: number) => { for (let i = 0; i < times; i += 1) await ask(setback()); } };
}

describe('a breaker', () => {
  test('stays closed while setbacks are not five in a row', async () => {
    const { breaker, ask, fail, states } = underTest();
    for (let i = 0; i < 10; i += 1) {
      await fail(4);
      await ask(TAKEN);
    }
    expect([breaker.state(), states, breaker.taken()]).toEqual(['closed', [], 10]);
  });

  test('opens with the fifth, lets one through after ten seconds, and closes when that is taken', async () => {
    const { clock, breaker, ask, asked, fail, states } = underTest();
    await fail(5);
    expect([breaker.state(), asked()]).toEqual(['open', 5]);
    const waiting = [ask(TAKEN), ask(TAKEN), ask(TAKEN)];
    await clock.advance(9_999);
    expect(asked()).toBe(5);
    await clock.advance(1);
    expect(await Promise.all(waiting)).toEqual([TAKEN, TAKEN, TAKEN]);
    expect([breaker.state(), asked(), states]).toEqual(['closed', 8, ['open', 'half_open', 'closed']]);
  });

  test('sends one probe at a time, at intervals that double up to five minutes', async () => {
    const { clock, breaker, asked, fail } = underTest();
    await fail(5);
    const end = new AbortController();
    const at: number[] = [];
    const began = clock.timing.now();
    const insisting = async (): Promise<void> => {
      while (!end.signal.aborted) await breaker.run(async () => {
        at.push(clock.timing.now() - began);
        return setback();
      }, end.signal);
    };
    const both = [insisting(), insisting()];
    await clock.advance(1_200_000);
    end.abort();
    await Promise.all(both);
    expect(at.map((ms) => ms / 1_000)).toEqual([10, 30, 70, 150, 310, 610, 910]);
    expect(asked()).toBe(5);
  });

  test('leaves a receiver alone for as long as that asks, within reason', async () => {
    const { clock, breaker, ask, asked } = underTest();
    await ask(setback(120_000));
    expect(breaker.state()).toBe('open');
    const next = ask(setback(86_400_000));
    await clock.advance(119_999);
    expect(asked()).toBe(1);
    await clock.advance(1);
    await next;
    const last = ask(TAKEN);
    await clock.advance(899_999);
    expect(asked()).toBe(2);
    await clock.advance(1);
    expect([await last, breaker.state()]).toEqual([TAKEN, 'closed']);
  });

  test('whoever is called off waits no longer, also as the probe', async () => {
    const { clock, breaker, ask, fail } = underTest();
    await fail(5);
    const callOff = new AbortController();
    const waiting = ask(TAKEN, callOff.signal);
    const other = ask(TAKEN);
    callOff.abort();
    expect(await waiting).toBeNull();
    const probe = new AbortController();
    await clock.advance(10_000);
    expect(await other).toEqual(TAKEN);
    await fail(5);
    const hanging = breaker.run(() => new Promise<Answer>((resolve) => { probe.signal.addEventListener('abort', () => { resolve(setback()); }); }), probe.signal);
    await clock.advance(10_000);
    expect(breaker.state()).toBe('half_open');
    probe.abort();
    await hanging;
    const after = ask(TAKEN);
    await clock.advance(0);
    expect([await after, breaker.state()]).toEqual([TAKEN, 'closed']);
  });
});

test('pauses lie anywhere below a bound that doubles', () => {
  const range = { firstMs: 1_000, longestMs: 60_000 };
  expect([1, 2, 3, 6, 7, 8, 1_000].map((setbacks) => backoffMs(range, setbacks, 1))).toEqual([1_000, 2_000, 4_000, 32_000, 60_000, 60_000, 60_000]);
  expect([0, 0.25, 0.999].map((random) => backoffMs(range, 3, random))).toEqual([0, 1_000, 3_996]);
});
