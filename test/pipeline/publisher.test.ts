import { describe, expect, test } from '@jest/globals';
import { LaneLost } from '../../src/pipeline/lane-lost.js';
import { changed, createGround, failing, LANE, numbered, shownAs } from '../support/publishing-ground.js';

/** Two of them are more than a request should hold; bytes. */
const TOO_MUCH_TOGETHER = 200_000;

describe('the outbox is sent', () => {
  test('in order, and leaves the store once it is written', async () => {
    const ground = createGround();
    const { claimed, publisher } = await ground.publisher();
    for (const seqs of [[1, 2], [3]]) {
      const outbox = await ground.commit(claimed, { seqs });
      if (outbox !== null) publisher.outbox.enqueue(outbox, []);
    }
    await publisher.outbox.work(ground.persistence);
    expect(ground.said()).toEqual(['1:said 1', '2:said 2', '3:said 3']);
    expect(publisher.outbox.hasWork()).toBe(false);
    const next = await ground.store.claim(LANE, 1);
    expect(next.outbox).toEqual([]);
    expect(next.outputEnds.get('cx.events')).toBe(3);
  });

  test('is full by many entries, and by much that waits in few', async () => {
    const ground = createGround();
    const { publisher } = await ground.publisher();
    const entry = (seq: number, bytes: number) => ({ firstSeq: seq, lastSeq: seq, records: Buffer.alloc(bytes) });
    for (let seq = 1; seq <= 32; seq += 1) publisher.outbox.enqueue(entry(seq, 1), []);
    expect(publisher.outbox.isFull()).toBe(false);
    publisher.outbox.enqueue(entry(33, 1), []);
    expect(publisher.outbox.isFull()).toBe(true);
    const { publisher: other } = await createGround().publisher();
    other.outbox.enqueue(entry(1, 8 * 1_048_576), []);
    expect(other.outbox.isFull()).toBe(false);
    other.outbox.enqueue(entry(2, 1), []);
    expect(other.outbox.isFull()).toBe(true);
  });

  test('together, as far as several steps were committed meanwhile and a request holds it', async () => {
    const ground = createGround();
    const requests: number[] = [];
    const { claimed, publisher } = await ground.publisher({
      output: {
        publish(lane, records) {
          requests.push(records.length);
          return ground.logs.output.publish(lane, records);
        },
      },
    });
    for (const [seqs, weight] of [[[1, 2], 0], [[3], 0], [[4], TOO_MUCH_TOGETHER], [[5], TOO_MUCH_TOGETHER]] as const) {
      const outbox = await ground.commit(claimed, { seqs, weight });
      if (outbox !== null) publisher.outbox.enqueue(outbox, []);
    }
    await publisher.outbox.work(ground.persistence);
    expect(requests).toEqual([4, 1]);
    expect(ground.said()).toEqual([1, 2, 3, 4, 5].map((n) => `${n}:said ${n}`));
    expect((await ground.store.claim(LANE, 1)).outbox).toEqual([]);
  });

  test('by the next owner when the last one died before it', async () => {
    const ground = createGround();
    const { claimed } = await ground.publisher();
    await ground.commit(claimed, { seqs: [1, 2] });
    const { publisher } = await ground.publisher();
    await publisher.outbox.work(ground.persistence);
    expect(ground.said()).toEqual(['1:said 1', '2:said 2']);
  });

  test('only as far as it is not written when the last owner died between writing and trimming', async () => {
    const ground = createGround();
    const { claimed } = await ground.publisher();
    await ground.commit(claimed, { seqs: [1, 2, 3] });
    await ground.logs.output.publish(LANE, [numbered(1), numbered(2)]);
    const { publisher } = await ground.publisher();
    await publisher.outbox.work(ground.persistence);
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
    if (outbox !== null) publisher.outbox.enqueue(outbox, []);
    await publisher.outbox.work(ground.persistence);
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
    if (outbox !== null) publisher.outbox.enqueue(outbox, []);
    await publisher.outbox.work(ground.persistence);
    expect(ground.said()).toEqual(['1:said 1', '2:said 2', '1:said 1', '2:said 2']);
  });

  test('no further once another owner claimed the lane', async () => {
    const ground = createGround();
    const { claimed, publisher } = await ground.publisher();
    for (const seqs of [[1], [2]]) {
      const outbox = await ground.commit(claimed, { seqs, weight: TOO_MUCH_TOGETHER });
      if (outbox !== null) publisher.outbox.enqueue(outbox, []);
    }
    const { publisher: next } = await ground.publisher();
    await expect(publisher.outbox.work(ground.persistence)).rejects.toThrow(LaneLost);
    expect(ground.said()).toEqual(['1:said 1']);
    await next.outbox.work(ground.persistence);
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
      publisher.journeys.committed(ground.version(), [changed()]);
      if (publisher.journeys.hasWork()) await publisher.journeys.work(ground.persistence);
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
