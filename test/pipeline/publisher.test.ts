import { describe, expect, test } from '@jest/globals';
import { LaneLost } from '../../src/pipeline/publisher.js';
import { createGround, failing, LANE, numbered } from '../support/publishing-ground.js';

describe('the outbox is sent', () => {
  test('in order, and leaves the store once it is written', async () => {
    const ground = createGround();
    const { claimed, publisher } = await ground.publisher();
    for (const seqs of [[1, 2], [3]]) {
      const outbox = await ground.commit(claimed, { seqs });
      if (outbox !== null) publisher.enqueue(outbox, []);
    }
    await publisher.work(ground.persistence);
    expect(ground.said()).toEqual(['1:said 1', '2:said 2', '3:said 3']);
    expect(publisher.pendingEntries()).toBe(0);
    const next = await ground.store.claim(LANE, 1);
    expect(next.outbox).toEqual([]);
    expect(next.outputEnds.get('cx.events')).toBe(3);
  });

  test('by the next owner when the last one died before it', async () => {
    const ground = createGround();
    const { claimed } = await ground.publisher();
    await ground.commit(claimed, { seqs: [1, 2] });
    const { publisher } = await ground.publisher();
    await publisher.work(ground.persistence);
    expect(ground.said()).toEqual(['1:said 1', '2:said 2']);
  });

  test('only as far as it is not written when the last owner died between writing and trimming', async () => {
    const ground = createGround();
    const { claimed } = await ground.publisher();
    await ground.commit(claimed, { seqs: [1, 2, 3] });
    await ground.logs.output.publish(LANE, [numbered(1), numbered(2)]);
    const { publisher } = await ground.publisher();
    await publisher.work(ground.persistence);
    expect(ground.said()).toEqual(['1:said 1', '2:said 2', '3:said 3']);
    expect((await ground.store.claim(LANE, 1)).outbox).toEqual([]);
  });

  test('once, however long the store is away for the trim', async () => {
    const ground = createGround();
    const away = failing(3);
    const { claimed, publisher } = await ground.publisher({
      store: { trim: (...args) => (away() ? Promise.reject(new Error('away')) : ground.store.trim(...args)) },
    });
    const outbox = await ground.commit(claimed, { seqs: [1, 2] });
    if (outbox !== null) publisher.enqueue(outbox, []);
    await publisher.work(ground.persistence);
    expect(ground.said()).toEqual(['1:said 1', '2:said 2']);
    expect(ground.told).toEqual(Array.from({ length: 3 }, () => 'publish the outbox: away'));
  });

  test('again, the same to the byte, when the log left it in doubt', async () => {
    const ground = createGround();
    const doubt = failing(1);
    const { claimed, publisher } = await ground.publisher({
      output: {
        async publish(lane, records) {
          const answer = await ground.logs.output.publish(lane, records);
          if (doubt()) throw new Error('no answer');
          return answer;
        },
      },
    });
    const outbox = await ground.commit(claimed, { seqs: [1, 2] });
    if (outbox !== null) publisher.enqueue(outbox, []);
    await publisher.work(ground.persistence);
    expect(ground.said()).toEqual(['1:said 1', '2:said 2', '1:said 1', '2:said 2']);
  });

  test('no further once another owner claimed the lane', async () => {
    const ground = createGround();
    const { claimed, publisher } = await ground.publisher();
    for (const seqs of [[1], [2]]) {
      const outbox = await ground.commit(claimed, { seqs });
      if (outbox !== null) publisher.enqueue(outbox, []);
    }
    const { publisher: next } = await ground.publisher();
    await expect(publisher.work(ground.persistence)).rejects.toThrow(LaneLost);
    expect(ground.said()).toEqual(['1:said 1']);
    await next.work(ground.persistence);
    expect(new Set(ground.said())).toEqual(new Set(['1:said 1', '2:said 2']));
  });
});

describe('journeys are published', () => {
  test('of every order that changed, at most once a second each', async () => {
    const ground = createGround();
    const { claimed, publisher } = await ground.publisher();
    for (const ms of [0, 400, 400, 400]) {
      ground.clock.at += ms;
      await ground.commit(claimed, { dirty: ['a', 'b'] });
      publisher.markDirty(ground.version());
      if (publisher.hasWork()) await publisher.work(ground.persistence);
    }
    expect(ground.journeys()).toEqual(['a=a as it is', 'b=b as it is', 'a=a as it is', 'b=b as it is']);
    expect(await ground.store.dirty(LANE, 9)).toEqual([]);
  });

  test('a hundred and twenty times as seldom while a backlog is worked off', async () => {
    const ground = createGround();
    const { claimed, publisher } = await ground.publisher();
    ground.backlog.waits = true;
    for (let second = 0; second < 240; second++) {
      ground.clock.at += 1_000;
      await ground.commit(claimed, { dirty: ['a'] });
      publisher.markDirty(ground.version());
      if (publisher.hasWork()) await publisher.work(ground.persistence);
    }
    expect(ground.journeys()).toHaveLength(2);
    ground.backlog.waits = false;
    await publisher.work(ground.persistence);
    expect(ground.journeys()).toHaveLength(3);
    expect(await ground.store.dirty(LANE, 9)).toEqual([]);
  });

  test('however many they are, within that second', async () => {
    const ground = createGround();
    const { claimed, publisher } = await ground.publisher();
    await ground.commit(claimed, { dirty: Array.from({ length: 1_700 }, (_, i) => `o${i}`) });
    publisher.markDirty(ground.version());
    while (publisher.hasWork()) await publisher.work(ground.persistence);
    expect(ground.journeys()).toHaveLength(1_700);
    expect(await ground.store.dirty(LANE, 9)).toEqual([]);
  });

  test('also while there is always something else to send', async () => {
    const ground = createGround();
    let seq = 0;
    const { claimed, publisher } = await ground.publisher({
      output: {
        async publish(lane, records) {
          const answer = await ground.logs.output.publish(lane, records);
          if (records[0]?.seq != null && seq < 50) await say();
          return answer;
        },
      },
    });
    const say = async (): Promise<void> => {
      ground.clock.at += 100;
      const outbox = await ground.commit(claimed, { seqs: [++seq], dirty: ['a'] });
      if (outbox !== null) publisher.enqueue(outbox, []);
      publisher.markDirty(ground.version());
    };
    await say();
    await publisher.work(ground.persistence);
    expect(ground.said()).toHaveLength(50);
    expect(ground.journeys().length).toBeGreaterThanOrEqual(5);
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
      publisher.markDirty(ground.version());
    });
    await publisher.work(ground.persistence);
    expect(ground.journeys()).toEqual([]);
    ground.clock.at += 1_000;
    expect(publisher.hasWork()).toBe(true);
    await publisher.work(ground.persistence);
    expect(ground.journeys()).toEqual(['a=a as it is']);
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
    publisher.markDirty(ground.version());
    await publisher.work(ground.persistence);
    await ground.commit(claimed, { dirty: ['a'] });
    publisher.markDirty(ground.version());
    const isDueAt = async (at: number): Promise<boolean> => {
      ground.clock.at = at;
      await publisher.work(ground.persistence);
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
    publisher.markDirty(ground.version());
    if (outbox !== null) publisher.enqueue(outbox, []);
    await publisher.work(ground.persistence);
    expect(ground.journeys()).toEqual(['a=fine', 'b=fine']);
    expect(unassessed).toEqual(['poisoned']);
    expect(await ground.store.dirty(LANE, 9)).toEqual([]);
  });
});
