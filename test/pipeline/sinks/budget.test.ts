import { describe, expect, test } from '@jest/globals';
import { createMemoryBudgetStore } from '../../../src/adapters/memory/budget-store.js';
import type { AlertDigest } from '../../../src/contracts/alert-digest.js';
import { nameUuid } from '../../../src/pipeline/name-uuid.js';
import type { BudgetStore } from '../../../src/pipeline/sinks/budget.js';
import type { Answer } from '../../../src/pipeline/sinks/destination.js';
import { createSinkUnderTest, failing, refusing, TAKEN, uuid } from '../../support/sink-under-test.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A sink whose teams are told of one warning and one critical alert an hour, the rest after a quarter of an hour. */
function withBudget({ partitions = 1, store = createMemoryBudgetStore() }: { readonly partitions?: number; readonly store?: BudgetStore } = {}) {
  const digests: AlertDigest[] = [];
  let saying: (asked: number) => Answer | Promise<Answer> = () => TAKEN;
  const under = createSinkUnderTest({
    partitions,
    budget: { perHour: { warning: 1, critical: 1 }, digestAfterMs: 15 * MINUTE, worklist: (team) => `/v1/worklist?team=${team}`, store },
    digest: async (digest) => {
      digests.push(digest);
      return saying(digests.length);
    },
  });
  const start = async () => {
    const sink = under.create();
    sink.start();
    await under.advance(1_000);
    return sink;
  };
  const committed = async (partition = 0): Promise<number | undefined> => (await under.log.advisedOffsets(partition))?.get('cx.alerts');
  return { ...under, digests, start, committed, digestsSay: (next: typeof saying) => { saying = next; }, publish: (id: string, more: Parameters<typeof under.publish>[1] = {}) => { under.publish(id, { alertId: uuid(id), ...more }); } };
}

const named = ({ alerts }: AlertDigest): readonly string[] => alerts.map(({ alertId }) => alertId);

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

describe('what is held back', () => {
  test('is in the digest of whoever comes after a kill, and nothing is committed beyond it before', async () => {
    const { publish, start, advance, sent, digests, committed } = withBudget();
    await start();
    publish('1');
    publish('2');
    publish('3', { owner: 'logistics' });
    publish('4', { owner: 'logistics' });
    await advance(5_000);
    expect(await committed()).toBe(1);
    // The first one is never stopped, and reads no more. It sends its digests as well, so that each comes twice.
    await start();
    await advance(15 * MINUTE);
    expect(digests.map(named).sort()).toEqual(['2', '2', '4', '4'].map((id) => [uuid(id)]));
    expect(new Set(digests.map(({ id }) => id)).size).toBe(2);
    expect(sent).toEqual(['1', '3', '3'].map(uuid));
    expect(await committed()).toBe(4);
  });

  test('is read again after a stop, and sent by when it was due', async () => {
    const { publish, start, advance, digests, committed, held } = withBudget();
    const first = await start();
    publish('1');
    publish('2');
    await advance(14 * MINUTE);
    await first.stop();
    expect([await committed(), held(), digests]).toEqual([1, 0, []]);
    await start();
    await advance(2 * MINUTE);
    expect([digests.map(named), await committed()]).toEqual([[[uuid('2')]], 2]);
  });

  test('is not taken for told where a stop comes while its digest is under way', async () => {
    const { publish, start, advance, digests, digestsSay, committed, sent } = withBudget();
    const first = await start();
    digestsSay(() => failing());
    publish('1');
    publish('2');
    await advance(16 * MINUTE);
    await first.stop();
    expect(await committed()).toBe(1);
    digestsSay(() => TAKEN);
    const before = digests.length;
    await start();
    await advance(5_000);
    expect([digests.slice(before).map(named), sent]).toEqual([[[uuid('2')]], [uuid('1')]]);
  });

  test('waits for a receiver that is away, under one id, and shows as waiting', async () => {
    const { publish, start, advance, digests, digestsSay, queue, committed, told } = withBudget();
    await start();
    digestsSay(() => failing('timeout'));
    publish('1');
    publish('2');
    await advance(HOUR);
    expect(digests.length).toBeGreaterThan(3);
    expect(new Set(digests.map(({ id }) => id)).size).toBe(1);
    expect(queue().waitingMs).toBeGreaterThan(40 * MINUTE);
    expect(await committed()).toBe(1);
    digestsSay(() => TAKEN);
    await advance(6 * MINUTE);
    expect(told.at(-1)).toBe('digest of 1');
    expect([await committed(), queue().waitingMs]).toEqual([2, 0]);
  });

  test('is set aside, each alert by its place, where the receiver refuses digests', async () => {
    const { publish, start, advance, digestsSay, told, committed } = withBudget();
    await start();
    digestsSay(() => refusing);
    for (const id of ['1', '2', '3']) publish(id);
    await advance(20 * MINUTE);
    expect(told).toEqual(['2', '3'].map((id) => `set aside: refused ${uuid(id)}`));
    expect(await committed()).toBe(3);
  });

  test('holds up no alert that is not', async () => {
    const { publish, start, advance, sent, digestsSay } = withBudget();
    await start();
    digestsSay(() => new Promise(() => undefined));
    publish('1');
    publish('2');
    await advance(20 * MINUTE);
    publish('3', { owner: 'logistics' });
    await advance(1_000);
    expect(sent).toEqual(['1', '3'].map(uuid));
  });
});

test('so much is held at the most; then a digest comes before its time, and partitions wait for that', async () => {
  const { publish, start, advance, digests, digestsSay, held, log } = withBudget();
  await start();
  digestsSay(() => failing());
  for (let n = 0; n < 10_300; n += 1) publish('1', { alertId: nameUuid(`${n}`), id: nameUuid(`change ${n}`) });
  await advance(10_000);
  expect([held(), digests[0]?.total]).toEqual([10_000, 10_000]);
  digestsSay(() => TAKEN);
  await advance(20 * MINUTE);
  expect([digests.at(-1)?.total, (await log.advisedOffsets(0))?.get('cx.alerts')]).toEqual([299, 10_300]);
});

test('while the store is away alerts wait, and none is lost', async () => {
  const memory = createMemoryBudgetStore();
  let away = true;
  const { publish, start, advance, sent, digests } = withBudget({ store: { decide: async (change) => (away ? Promise.reject(new Error('no connection')) : memory.decide(change)) } });
  await start();
  publish('1');
  publish('2');
  await advance(MINUTE);
  expect(sent).toEqual([]);
  away = false;
  await advance(16 * MINUTE);
  expect([sent, digests.map(named)]).toEqual([[uuid('1')], [[uuid('2')]]]);
});
