import { describe, expect, test } from '@jest/globals';
import { changed, createGround, failing } from '../support/publishing-ground.js';

describe("a stranger's journey is overwritten by the present one", () => {
  test('when it is met between two of ours', async () => {
    const ground = createGround();
    const { claimed, publisher } = await ground.publisher();
    await ground.commit(claimed, { dirty: ['a', 'b'] });
    publisher.journeys.committed(ground.version(), [changed()]);
    await publisher.journeys.work(ground.persistence);
    await ground.stranger('a');
    await ground.commit(claimed, { dirty: ['b'] });
    publisher.journeys.committed(ground.version(), [changed()]);
    ground.clock.at += 1_000;
    await publisher.journeys.work(ground.persistence);
    expect(ground.journeys().at(-1)).toBe('b=b as it is');
    ground.clock.at += 1_000;
    expect(publisher.journeys.hasWork()).toBe(true);
    await publisher.journeys.work(ground.persistence);
    expect(ground.journeys().at(-1)).toBe('a=a as it is');
  });

  test('also when the lane has nothing to say, within some seconds', async () => {
    const ground = createGround();
    const { claimed, publisher } = await ground.publisher();
    await ground.commit(claimed, { dirty: ['a'] });
    publisher.journeys.committed(ground.version(), [changed()]);
    await publisher.journeys.work(ground.persistence);
    await ground.stranger('a');
    expect(publisher.journeys.hasWork()).toBe(false);
    ground.clock.at += 10_000;
    expect(publisher.journeys.hasWork()).toBe(true);
    await publisher.journeys.work(ground.persistence);
    expect(ground.journeys()).toEqual(['a=a as it is', 'a=of old', 'a=a as it is']);
    ground.clock.at += 1_000;
    expect(publisher.journeys.hasWork()).toBe(false);
  });

  test('also when it was written before the lane was claimed', async () => {
    const ground = createGround();
    const { claimed, publisher } = await ground.publisher();
    await ground.commit(claimed, { dirty: ['a'] });
    publisher.journeys.committed(ground.version(), [changed()]);
    await publisher.journeys.work(ground.persistence);
    await ground.stranger('a');
    const { publisher: next } = await ground.publisher();
    await next.journeys.work(ground.persistence);
    expect(ground.journeys()).toEqual(['a=a as it is', 'a=of old', 'a=a as it is']);
  });

  test('although the log fails at that very moment', async () => {
    const ground = createGround();
    const away = failing(2);
    const { claimed, publisher } = await ground.publisher({
      output: { publish: (lane, records) => (away() ? Promise.reject(new Error('away')) : ground.logs.output.publish(lane, records)) },
    });
    await ground.commit(claimed, { dirty: ['a'] });
    publisher.journeys.committed(ground.version(), [changed()]);
    await publisher.journeys.work(ground.persistence);
    await ground.stranger('a');
    ground.clock.at += 10_000;
    const again = failing(1);
    const { publisher: next } = await ground.publisher({
      output: { publish: (lane, records) => (again() ? Promise.reject(new Error('away')) : ground.logs.output.publish(lane, records)) },
    });
    await next.journeys.work(ground.persistence);
    expect(ground.journeys().at(-1)).toBe('a=a as it is');
    expect(ground.told).toHaveLength(3);
  });

  test('by the next owner when the one who met it died before that', async () => {
    const ground = createGround();
    const { claimed, publisher } = await ground.publisher();
    await ground.commit(claimed, { dirty: ['a', 'b'] });
    publisher.journeys.committed(ground.version(), [changed()]);
    await publisher.journeys.work(ground.persistence);
    await ground.stranger('a');
    await ground.commit(claimed, { dirty: ['b'] });
    publisher.journeys.committed(ground.version(), [changed()]);
    ground.clock.at += 1_000;
    await publisher.journeys.work(ground.persistence);
    expect(ground.journeys().slice(-2)).toEqual(['a=of old', 'b=b as it is']);
    const { publisher: next } = await ground.publisher();
    await next.journeys.work(ground.persistence);
    expect(ground.journeys().slice(-2).sort()).toEqual(['a=a as it is', 'b=b as it is']);
  });

  test('by the owner after next when the next one died once it had sent its changes', async () => {
    const ground = createGround();
    const { claimed, publisher } = await ground.publisher();
    await ground.commit(claimed, { dirty: ['a'] });
    publisher.journeys.committed(ground.version(), [changed()]);
    await publisher.journeys.work(ground.persistence);
    await ground.stranger('a');
    await ground.commit(claimed, { seqs: [1] });
    let alive = true;
    const { publisher: second } = await ground.publisher({
      output: {
        async publish(lane, records) {
          alive = records[0]?.seq !== null;
          return alive ? ground.logs.output.publish(lane, records) : Promise.reject(new Error('dead'));
        },
      },
    });
    const untilDead = { ...ground.persistence, stopped: () => !alive };
    await second.outbox.work(untilDead);
    await second.journeys.work(untilDead);
    expect(ground.said()).toEqual(['1:said 1']);
    const { publisher: third } = await ground.publisher();
    await third.journeys.work(ground.persistence);
    expect(ground.journeys()).toEqual(['a=a as it is', 'a=of old', 'a=a as it is']);
  });
});
