import { describe, expect, test } from '@jest/globals';
import type { BudgetStore, ChangeOfAlert } from '../../src/pipeline/sinks/budget.js';

/** What every keeper of budgets does. @param open a store that holds nothing */
export function budgetStoreContract(name: string, open: () => BudgetStore): void {
  let changes = 0;
  const change = (alertId: string, more: Partial<ChangeOfAlert> = {}): ChangeOfAlert =>
    ({ sink: 'crm', team: 'service', alertId, changeId: `change-${(changes += 1)}`, severity: 'warning', isEnd: false, hour: 500_000, allowed: 1, ...more });

  describe(`budgets in ${name}`, () => {
    test('let so many alerts of a team through within an hour, and what becomes of them', async () => {
      const { decide } = open();
      expect(await decide(change('a', { allowed: 2 }))).toBe('alone');
      expect(await decide(change('b', { allowed: 2 }))).toBe('alone');
      expect(await decide(change('c', { allowed: 2 }))).toBe('digest');
      for (const more of [{}, { severity: 'critical' }, { isEnd: true }, { team: null }] as const) expect(await decide(change('a', more))).toBe('alone');
      expect(await decide(change('c'))).toBe('nothing');
      expect(await decide(change('c', { isEnd: true }))).toBe('nothing');
    });

    test('are apart by sink, team, severity and hour', async () => {
      const { decide } = open();
      expect(await decide(change('a'))).toBe('alone');
      expect(await decide(change('b'))).toBe('digest');
      expect(await decide(change('c', { sink: 'chat' }))).toBe('alone');
      expect(await decide(change('a', { sink: 'chat' }))).toBe('digest');
      expect(await decide(change('d', { team: 'service ' }))).toBe('alone');
      expect(await decide(change('e', { team: null }))).toBe('alone');
      expect(await decide(change('f', { severity: 'critical' }))).toBe('alone');
      expect(await decide(change('g', { hour: 500_001 }))).toBe('alone');
      expect(await decide(change('h', { hour: 500_001 }))).toBe('digest');
    });

    test('answer the same of the same change, whenever it is asked again', async () => {
      const { decide } = open();
      const [alone, held] = [change('a'), change('b')];
      expect([await decide(alone), await decide(held)]).toEqual(['alone', 'digest']);
      expect([await decide({ ...alone, hour: 500_007 }), await decide({ ...held, hour: 500_007 })]).toEqual(['alone', 'digest']);
      // The number is what it was: the next hour has its own one.
      expect(await decide(change('c', { hour: 500_007 }))).toBe('alone');
    });

    test('let an alert that was held back through once it is critical, while there is room for such', async () => {
      const { decide } = open();
      for (const alertId of ['a', 'b', 'c']) await decide(change(alertId));
      expect(await decide(change('b', { severity: 'critical' }))).toBe('alone');
      expect(await decide(change('b'))).toBe('alone');
      const worse = change('c', { severity: 'critical' });
      expect(await decide(worse)).toBe('digest');
      expect(await decide(worse)).toBe('digest');
      expect(await decide(change('c', { severity: 'critical' }))).toBe('nothing');
      expect(await decide(change('c', { severity: 'warning' }))).toBe('nothing');
    });

    test('take nothing for an end, which is told where nothing is known', async () => {
      const { decide } = open();
      expect(await decide(change('a', { isEnd: true }))).toBe('alone');
      expect(await decide(change('b'))).toBe('alone');
      expect(await decide(change('c', { allowed: 0, hour: 500_001 }))).toBe('digest');
    });

    test('are kept by all at once', async () => {
      const { decide } = open();
      const answers = await Promise.all(Array.from({ length: 50 }, (_, n) => decide(change(`alert-${n}`, { allowed: 7 }))));
      expect(answers.filter((answer) => answer === 'alone')).toHaveLength(7);
    });
  });
}
