import { expect, test } from '@jest/globals';
import { watchForSilence } from '../../../src/app/lanes/silence-watch.js';

/** A watch whose looks the test decides on. */
function watched() {
  let look: (() => void) | null = null;
  let everyMs = 0;
  const after: number[] = [];
  const watch = watchForSilence({ firstMs: 60_000, ms: 30_000 }, (ms) => { after.push(ms); }, (run, ms) => {
    [look, everyMs] = [run, ms];
    return () => { look = null; };
  });
  return { ...watch, look: (times: number) => { for (let i = 0; i < times; i += 1) look?.(); }, after, everyMs: () => everyMs };
}

test('is told once, after so long without a word', () => {
  const watch = watched();
  expect(watch.everyMs()).toBe(3_000);
  watch.heard();
  watch.look(10);
  expect(watch.after).toEqual([]);
  watch.look(5);
  expect(watch.after).toEqual([30_000]);
});

test('the first word may take longer', () => {
  const watch = watched();
  watch.look(20);
  expect(watch.after).toEqual([]);
  watch.look(5);
  expect(watch.after).toEqual([60_000]);
});

test('each word begins it anew', () => {
  const watch = watched();
  for (let i = 0; i < 5; i += 1) {
    watch.heard();
    watch.look(9);
  }
  expect(watch.after).toEqual([]);
});

test('a single look after a long standstill of the process alarms nobody', () => {
  const watch = watched();
  watch.heard();
  watch.look(3);
  // However long it took: the word that came meanwhile is heard right after it.
  watch.look(1);
  watch.heard();
  watch.look(10);
  expect(watch.after).toEqual([]);
});

test('nobody is told of one that ended', () => {
  const watch = watched();
  watch.end();
  watch.look(20);
  expect(watch.after).toEqual([]);
});
