import { describe, expect, test } from '@jest/globals';
import { changed, createGround, failing, LANE, shownAs } from '../support/publishing-ground.js';

describe('journeys are published', () => {
  test('of every order that changed, at most once a second each', async () => {
    const ground = createGround();
    const { claimed, publisher } = await ground.publisher();
    for (const ms of [0, 400, 400, 400]) {
      ground.clock.at += ms;
      await ground.commit(claimed, { dirty: ['a', 'b'] });
      publisher.journeys.committed(ground.version(), [changed()]);
      if (publisher.journeys.hasWork()) await publisher.journeys.work(ground.persistence);
    }
    expect(ground.journeys()).toEqual(['a=a as it is', 'b=b as it is', 'a=a as it is', 'b=b as it is']);
    expect(await ground.store.dirty(LANE, 9)).toEqual([]);
  });

  test('also while the clock goes back, by however much', async () => {
    const ground = createGround();
    const { claimed, publisher } = await ground.publisher();
    for (const ms of [0, -3_600_000]) {
      ground.clock.at += ms;
      await ground.commit(claimed, { dirty: ['a'] });
      publisher.journeys.committed(ground.version(), [changed()]);
      if (publisher.journeys.hasWork()) await publisher.journeys.work(ground.persistence);
    }
    expect(ground.journeys()).toEqual(['a=a as it is', 'a=a as it is']);
  });

  test('a hundred and twenty times as seldom while a backlog is worked off', async () => {
    const ground = createGround();
    const { claimed, publisher } = await ground.publisher();
    ground.backlog.waits = true;
    for (let second = 0; second < 240; second++) {
      ground.clock.at += 1_000;
      await ground.commit(claimed, { dirty: ['a'] });
      publisher.journeys.committed(ground.version(), [changed()]);
      if (publisher.journeys.hasWork()) await publisher.journeys.work(ground.persistence);
    }
    expect(ground.journeys()).toHaveLength(2);
    ground.backlog.waits = false;
    await publisher.journeys.work(ground.persistence);
    expect(ground.journeys()).toHaveLength(3);
    expect(await ground.store.dirty(LANE, 9)).toEqual([]);
  });

  test('however many they are, within that second', async () => {
    const ground = createGround();
    const { claimed, publisher } = await ground.publisher();
    await ground.commit(claimed, { dirty: Array.from({ length: 1_700 }, (_, i) => `o${i}`) });
    publisher.journeys.committed(ground.version(), [changed()]);
    while (publisher.journeys.hasWork()) await publisher.journeys.work(ground.persistence);
    expect(ground.journeys()).toHaveLength(1_700);
    expect(await ground.store.dirty(LANE, 9)).toEqual([]);
  });

  test('while what is said has yet to be acknowledged, and the other way round', async () => {
    const ground = createGround();
    const held = new Map<string, () => void>();
    const { claimed, publisher } = await ground.publisher({
      output: {
        async publish(lane, records) {
          await new Promise<void>((resolve) => held.set(records[0]?.topic ?? '', resolve));
          return ground.logs.output.publish(lane, records);
        },
      },
    });
    const outbox = await ground.commit(claimed, { seqs: [1], dirty: ['a'] });
    if (outbox !== null) publisher.outbox.enqueue(outbox, []);
    publisher.journeys.committed(ground.version(), [changed()]);
    const both = [publisher.outbox.work(ground.persistence), publisher.journeys.work(ground.persistence)];
    await new Promise(setImmediate);
    held.get('cx.journeys')?.();
    await both[1];
    expect([ground.said(), ground.journeys()]).toEqual([[], ['a=a as it is']]);
    held.get('cx.events')?.();
    await both[0];
    expect(ground.said()).toEqual(['1:said 1']);
  });

  test('though an order marked while the store was being asked seemed not to be there', async () => {
    const ground = createGround();
    const between: (() => Promise<void>)[] = [];
    const { claimed, publisher } = await ground.publisher({
      store: {
        async dirty(lane, limit) {
          const found = await ground.store.dirty(lane, limit);
          await between.pop()?.();
          return found;
        },
      },
    });
    between.push(async () => {
      await ground.commit(claimed, { dirty: ['a'] });
      publisher.journeys.committed(ground.version(), [changed()]);
    });
    await publisher.journeys.work(ground.persistence);
    expect(ground.journeys()).toEqual([]);
    ground.clock.at += 1_000;
    expect(publisher.journeys.hasWork()).toBe(true);
    await publisher.journeys.work(ground.persistence);
    expect(ground.journeys()).toEqual(['a=a as it is']);
  });

  test('as the last step rendered them, without asking the store, and once', async () => {
    const ground = createGround();
    const asked: string[][] = [];
    const { claimed, publisher } = await ground.publisher({ store: { load: (lane, ids) => (asked.push([...ids]), ground.store.load(lane, ids)) } });
    await ground.commit(claimed, { dirty: ['a', 'b'] });
    publisher.journeys.committed(ground.version(), [changed('a', shownAs('a', 'a at first')), changed('b', shownAs('b', 'b at first'))]);
    await ground.commit(claimed, { dirty: ['b', 'c'] });
    publisher.journeys.committed(ground.version(), [changed('b', shownAs('b', 'b at last')), changed('c')]);
    await publisher.journeys.work(ground.persistence);
    expect(ground.journeys().toSorted()).toEqual(['a=a at first', 'b=b at last', 'c=c as it is']);
    expect(asked).toEqual([['c']]);
    // What was published is not kept.
    await ground.stranger('a');
    ground.clock.at += 10_000;
    while (publisher.journeys.hasWork()) await publisher.journeys.work(ground.persistence);
    expect([ground.journeys().at(-1), asked]).toEqual(['a=a as it is', [['c'], ['a']]]);
  });

  test('as the store has them where a later commit was not rendered', async () => {
    const ground = createGround();
    const { claimed, publisher } = await ground.publisher();
    for (const journey of [shownAs('a', 'a of old'), null]) {
      await ground.commit(claimed, { dirty: ['a'] });
      publisher.journeys.committed(ground.version(), [changed('a', journey)]);
    }
    await publisher.journeys.work(ground.persistence);
    expect(ground.journeys()).toEqual(['a=a as it is']);
  });

  test('once more where an order changes while its journey is being sent', async () => {
    const ground = createGround();
    const between: (() => Promise<void>)[] = [];
    const { claimed, publisher } = await ground.publisher({
      output: {
        async publish(lane, records) {
          await between.pop()?.();
          return ground.logs.output.publish(lane, records);
        },
      },
    });
    const commit = async (value: string): Promise<void> => {
      await ground.commit(claimed, { dirty: ['a'] });
      publisher.journeys.committed(ground.version(), [changed('a', shownAs('a', value))]);
    };
    await commit('first');
    between.push(() => commit('second'));
    await publisher.journeys.work(ground.persistence);
    ground.clock.at += 2_000;
    await publisher.journeys.work(ground.persistence);
    expect(ground.journeys()).toEqual(['a=first', 'a=second']);
    expect(await ground.store.dirty(LANE, 9)).toEqual([]);
  });

  test('again after a fault, and of so many orders at the most from memory', async () => {
    const ground = createGround();
    const fails = failing(1);
    let loaded = 0;
    const { claimed, publisher } = await ground.publisher({
      output: { publish: (lane, records) => (fails() ? Promise.reject(new Error('no broker')) : ground.logs.output.publish(lane, records)) },
      store: { load: (lane, ids) => ((loaded += ids.length), ground.store.load(lane, ids)) },
    });
    const ids = Array.from({ length: 1_700 }, (_, i) => `o${i}`);
    await ground.commit(claimed, { dirty: ids });
    publisher.journeys.committed(ground.version(), ids.map((id) => changed(id, shownAs(id, 'rendered'))));
    while (publisher.journeys.hasWork()) await publisher.journeys.work(ground.persistence);
    expect([ground.told, new Set(ground.journeys()).size, loaded]).toEqual([['publish journeys: no broker'], 1_700, 700]);
  });

  test.each([[100, 1_000], [900, 2_700], [60_000, 70_000]])('not again before twice as long as it took: a round of %i ms, the next after %i', async (took, next) => {
    const ground = createGround();
    const { claimed, publisher } = await ground.publisher({
      render: () => {
        ground.clock.at += took;
        return 'fine';
      },
    });
    const began = ground.clock.at;
    await ground.commit(claimed, { dirty: ['a'] });
    publisher.journeys.committed(ground.version(), [changed()]);
    await publisher.journeys.work(ground.persistence);
    await ground.commit(claimed, { dirty: ['a'] });
    publisher.journeys.committed(ground.version(), [changed()]);
    const isDueAt = async (at: number): Promise<boolean> => {
      ground.clock.at = at;
      await publisher.journeys.work(ground.persistence);
      return ground.journeys().length === 2;
    };
    expect(await isDueAt(began + next - 1)).toBe(false);
    expect(await isDueAt(began + next)).toBe(true);
  });

  test('though one of them can not be judged', async () => {
    const ground = createGround();
    const unassessed: string[] = [];
    const { claimed, publisher } = await ground.publisher({
      telemetry: { unassessed: (_lane, orderId) => { unassessed.push(orderId); } },
      render: (id) => {
        if (id === 'poisoned') throw new Error('a rule threw');
        return 'fine';
      },
    });
    const outbox = await ground.commit(claimed, { seqs: [1], dirty: ['a', 'poisoned', 'b'] });
    publisher.journeys.committed(ground.version(), [changed()]);
    if (outbox !== null) publisher.outbox.enqueue(outbox, []);
    await publisher.journeys.work(ground.persistence);
    expect(ground.journeys()).toEqual(['a=fine', 'b=fine']);
    expect(unassessed).toEqual(['poisoned']);
    expect(await ground.store.dirty(LANE, 9)).toEqual([]);
  });
});
