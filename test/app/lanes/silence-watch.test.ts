import { expect, test } from '@jest/globals';
import { watchForSilence } from '../../../src/app/lanes/silence-watch.js';

/** A watch whose looks the test decides on. */
function watched() {
  let look: (() => void) | null = null;
  let alarms = 0;
  let everyMs = 0;
  const watch = watchForSilence(30_000, () => { alarms += 1; }, (run, ms) => {
    [look, everyMs] = [run, ms];
    return () => { look = null; };
  });
  return { ...watch, look: (times: number) => { for (let i = 0; i < times; i += 1) look?.(); }, alarms: () => alarms, everyMs: () => everyMs };
}

test('is told once, after so long without a word', () => {
  const watch = watched();
  expect(watch.everyMs()).toBe(3_000);
  watch.look(10);
  expect(watch.alarms()).toBe(0);
  watch.look(5);
  expect(watch.alarms()).toBe(1);
});

test('each word begins it anew', () => {
  const watch = watched();
  for (let i = 0; i < 5; i += 1) {
    watch.look(9);
    watch.heard();
  }
  expect(watch.alarms()).toBe(0);
});

test('a single look after a long standstill of the process alarms nobody', () => {
  const watch = watched();
  watch.look(3);
  // However long it took: the word that came meanwhile is heard right after it.
  watch.look(1);
  watch.heard();
  watch.look(10);
  expect(watch.alarms()).toBe(0);
});

test('nobody is told of one that ended', () => {
  const watch = watched();
  watch.end();
  watch.look(20);
  expect(watch.alarms()).toBe(0);
});
