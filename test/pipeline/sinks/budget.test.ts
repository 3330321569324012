import { describe, expect, test } from '@jest/globals';
import { HOUR, MINUTE, named, withBudget } from '../../support/budget-under-test.js';
import { uuid } from '../../support/sink-under-test.js';

describe('a budget', () => {
  test('sends so many one by one, and the rest a quarter of an hour after the first of it, as one digest', async () => {
    const { publish, start, advance, sent, digests, told, held, queue } = withBudget();
    await start();
    for (const id of ['1', '2', '3']) publish(id);
    await advance(5_000);
    publish('4');
    await advance(14 * MINUTE);
    expect(sent).toEqual([uuid('1')]);
    expect([digests, held(), queue()]).toEqual([[], 3, { records: 0, waitingMs: 0 }]);
    await advance(MINUTE);
    expect(digests.map(named)).toEqual([['2', '3', '4'].map(uuid)]);
    expect(digests[0]).toMatchObject({ type: 'alert.digest', team: 'customer-service', total: 3, ended: 0, bySeverity: { critical: 0, warning: 3 }, worklist: '/v1/worklist?team=customer-service' });
    expect([told, held()]).toEqual([['digest of 3'], 0]);
    await advance(2 * HOUR);
    expect(digests).toHaveLength(1);
  });

  test('is of each hour of the clock and each team, and leaves a team in peace between digests', async () => {
    const { publish, start, advance, sent, digests } = withBudget();
    await start();
    publish('1');
    publish('2');
    publish('3', { owner: 'logistics' });
    await advance(16 * MINUTE);
    publish('4');
    await advance(14 * MINUTE);
    expect([sent, digests.map(named)]).toEqual([['1', '3'].map(uuid), [[uuid('2')]]]);
    await advance(2 * MINUTE);
    expect(digests.map(named)).toEqual([[uuid('2')], [uuid('4')]]);
    await advance(30 * MINUTE);
    publish('5');
    await advance(1_000);
    expect(sent).toEqual(['1', '3', '5'].map(uuid));
  });

  test('never holds a critical alert back for warnings, and lets one through that becomes critical', async () => {
    const { publish, start, advance, sent, digests } = withBudget();
    await start();
    publish('1');
    publish('2');
    publish('3');
    publish('4', { severity: 'critical' });
    await advance(1_000);
    expect(sent).toEqual(['1', '4'].map(uuid));
    await advance(HOUR);
    publish('a', { alertId: uuid('2'), type: 'alert.updated', severity: 'critical' });
    publish('b', { alertId: uuid('3'), type: 'alert.updated', severity: 'critical' });
    await advance(HOUR);
    expect(sent).toEqual(['1', '4', 'a'].map(uuid));
    expect(digests.map(({ alerts }) => alerts.map(({ alertId, severity }) => [alertId, severity]))).toEqual([[[uuid('2'), 'warning'], [uuid('3'), 'warning']], [[uuid('3'), 'critical']]]);
  });

  test('tells of what was told alone to its end, and of what a digest told nothing more', async () => {
    const { publish, start, advance, sent, told } = withBudget();
    await start();
    publish('1');
    publish('2');
    await advance(16 * MINUTE);
    for (const [id, alertId] of [['a', '1'], ['b', '2']] as const) publish(id, { alertId: uuid(alertId), type: 'alert.updated' });
    // Of one that was raised before there was a budget; it takes nothing of the budget of no team.
    publish('e', { alertId: uuid('9'), type: 'alert.resolved', owner: null });
    publish('f', { alertId: uuid('8'), owner: null });
    for (const [id, alertId] of [['c', '1'], ['d', '2']] as const) publish(id, { alertId: uuid(alertId), type: 'alert.resolved', owner: null });
    await advance(HOUR);
    expect(sent).toEqual(['1', 'a', 'e', 'f', 'c'].map(uuid));
    expect(told).toEqual(['digest of 1', 'passed over: over_budget', 'passed over: over_budget']);
  });

  test('says in a digest how alerts stand by then, those that ended included', async () => {
    const { publish, start, advance, digests, committed } = withBudget();
    await start();
    for (const id of ['1', '2', '3']) publish(id);
    publish('a', { alertId: uuid('2'), type: 'alert.resolved', owner: null });
    publish('b', { alertId: uuid('3'), type: 'alert.updated', actBy: '2026-03-08T10:00:00.000Z' });
    await advance(HOUR);
    expect(digests).toMatchObject([{ total: 2, ended: 1, bySeverity: { critical: 0, warning: 1 }, actBy: '2026-03-08T10:00:00.000Z' }]);
    expect(named(digests[0]!)).toEqual([uuid('3')]);
    expect(await committed()).toBe(5);
  });

  test('is not put off by what becomes of its alerts', async () => {
    const { publish, start, advance, digests, timing } = withBudget();
    await start();
    const made = new Date(timing.now()).toISOString();
    for (const id of ['1', '2']) publish(id);
    for (const id of ['a', 'b', 'c']) {
      await advance(5 * MINUTE);
      publish(id, { alertId: uuid('2'), type: 'alert.updated' });
    }
    await advance(5_000);
    expect(digests).toMatchObject([{ total: 1, from: made, until: made }]);
  });

  test('no longer holds what became critical before its digest was made', async () => {
    const { publish, start, advance, sent, digests, committed } = withBudget();
    await start();
    for (const id of ['1', '2', '3']) publish(id);
    publish('a', { alertId: uuid('2'), type: 'alert.updated', severity: 'critical' });
    publish('b', { alertId: uuid('3'), type: 'alert.updated', severity: 'critical' });
    await advance(HOUR);
    expect([sent, digests.map(named), await committed()]).toEqual([['1', 'a'].map(uuid), [[uuid('3')]], 5]);
    expect(digests[0]?.bySeverity).toEqual({ critical: 1, warning: 0 });
  });

  test('of alerts that waited elsewhere goes at once, and the next one when the team has had its peace', async () => {
    const { publish, start, advance, digests } = withBudget();
    await start();
    const old = { detectedAt: new Date(Date.UTC(2026, 2, 6)).toISOString() };
    for (const id of ['1', '2']) publish(id, old);
    await advance(5_000);
    for (const id of ['3', '4']) {
      publish(id, old);
      await advance(5_000);
    }
    expect(digests.map(named)).toEqual([[uuid('2')]]);
    await advance(15 * MINUTE);
    expect(digests.map(named)).toEqual([[uuid('2')], ['3', '4'].map(uuid)]);
  });
});
