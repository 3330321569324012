import { describe, expect, test } from '@jest/globals';
import { LaneLost } from '../../src/pipeline/lane-lost.js';
import { createGround, failing, LANE, numbered } from '../support/publishing-ground.js';

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
