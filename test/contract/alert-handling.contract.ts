import { describe, expect, test } from '@jest/globals';
import type { Acknowledgement, AlertHandlingStore, AlertPlace, Closure, Handled, Snooze } from '../../src/pipeline/alert-handling.js';

/** What every keeper of what people did with alerts does. @param open a store that holds nothing */
export function alertHandlingContract(name: string, open: () => AlertHandlingStore): void {
  const ina: Acknowledgement = { at: 1_000, by: 'Ina', note: 'calls the carrier; "soon"' };
  const nobody: Acknowledgement = { at: 2_000, by: null, note: null };
  const snoozed: Snooze = { ...ina, until: 9_000, revision: 2 };
  const closed: Closure = { ...ina, outcome: 'done', severity: 'warning', patterns: ['missed_promise'] };
  const none: Handled = { acknowledged: null, snoozed: null, closed: null };
  const alert = (alertId: string, lane = 3): AlertPlace => ({ lane, orderId: `order of ${alertId}`, alertId });
  const waiting = (alertId: string, closure: Closure = closed) => ({ orderId: `order of ${alertId}`, alertId, closure });

  describe(`acknowledgements in ${name}`, () => {
    test('are the first of each alert', async () => {
      const store = open();
      expect(await store.of(['a', 'b'])).toEqual([none, none]);
      expect(await store.acknowledge('a', ina)).toEqual({ kept: ina, isFirst: true });
      expect(await store.acknowledge('a', nobody)).toEqual({ kept: ina, isFirst: false });
      expect(await store.acknowledge('b', nobody)).toEqual({ kept: nobody, isFirst: true });
      expect(await store.of(['b', 'c', 'a'])).toEqual([{ ...none, acknowledged: nobody }, none, { ...none, acknowledged: ina }]);
      expect(await store.of([])).toEqual([]);
    });

    test('are one of several that come at once', async () => {
      const store = open();
      const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => store.acknowledge('a', { at: n, by: `p-${n}`, note: null })));
      expect(answers.filter(({ isFirst }) => isFirst)).toHaveLength(1);
      expect(new Set(answers.map(({ kept }) => kept.by)).size).toBe(1);
      expect(await store.of(['a'])).toMatchObject([{ acknowledged: answers[0]?.kept }]);
    });
  });

  test(`of snoozes in ${name} the last counts`, async () => {
    const store = open();
    await store.snooze('a', snoozed);
    expect(await store.of(['a', 'b'])).toEqual([{ ...none, snoozed }, none]);
    await store.acknowledge('a', ina);
    await store.snooze('a', { ...snoozed, until: 4_000 });
    expect(await store.of(['a'])).toEqual([{ ...none, acknowledged: ina, snoozed: { ...snoozed, until: 4_000 } }]);
  });

  describe(`closures in ${name}`, () => {
    test('are the first of each alert, and wait in its lane until they are said', async () => {
      const store = open();
      expect(await store.waiting(3, 10)).toEqual([]);
      expect(await store.close(alert('a'), closed)).toEqual({ kept: closed, isFirst: true });
      expect(await store.close(alert('a'), { ...closed, ...nobody, outcome: 'false_alarm' })).toEqual({ kept: closed, isFirst: false });
      expect(await store.of(['a'])).toEqual([{ ...none, closed }]);
      expect(await store.waiting(3, 10)).toEqual([waiting('a')]);
      expect(await store.waiting(4, 10)).toEqual([]);
      await store.said(3, [waiting('a')]);
      await store.said(3, [waiting('a')]);
      await store.said(3, []);
      expect([await store.waiting(3, 10), await store.of(['a'])]).toEqual([[], [{ ...none, closed }]]);
    });

    test('wait again when they are given again, as they were first', async () => {
      const store = open();
      await store.close(alert('a'), closed);
      await store.said(3, [waiting('a')]);
      await store.close(alert('a'), closed);
      expect(await store.waiting(3, 10)).toEqual([waiting('a')]);
    });

    test('are one of several that come at once', async () => {
      const store = open();
      const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => store.close(alert('a'), { ...closed, at: n, by: `p-${n}` })));
      expect(answers.filter(({ isFirst }) => isFirst)).toHaveLength(1);
      const [first] = answers;
      expect(new Set(answers.map(({ kept }) => kept.by)).size).toBe(1);
      expect([await store.of(['a']), await store.waiting(3, 10)]).toEqual([[{ ...none, closed: first?.kept }], [waiting('a', first?.kept)]]);
    });

    test('are all come upon, some at a time', async () => {
      const store = open();
      const ids = Array.from({ length: 500 }, (_, n) => `a-${n}`);
      await Promise.all(ids.map((id) => store.close(alert(id), closed)));
      const met: string[] = [];
      for (let found = await store.waiting(3, 10); found.length > 0; found = await store.waiting(3, 10)) {
        expect(found.length).toBeLessThan(200);
        met.push(...found.map(({ alertId }) => alertId));
        await store.said(3, found);
      }
      expect(met.sort()).toEqual([...ids].sort());
    });
  });
}
