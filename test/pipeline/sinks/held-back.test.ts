import { describe, expect, test } from '@jest/globals';
import { createMemoryBudgetStore } from '../../../src/adapters/memory/budget-store.js';
import { nameUuid } from '../../../src/pipeline/name-uuid.js';
import { HOUR, MINUTE, named, withBudget } from '../../support/budget-under-test.js';
import { failing, refusing, TAKEN, uuid } from '../../support/sink-under-test.js';

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
