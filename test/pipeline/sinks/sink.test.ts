import { describe, expect, test } from '@jest/globals';
import { createSinkUnderTest, failing, refusing, TAKEN, uuid } from '../../support/sink-under-test.js';

/** A sink that runs. */
async function running(options: Parameters<typeof createSinkUnderTest>[0] = {}) {
  const under = createSinkUnderTest(options);
  const sink = under.create();
  sink.start();
  await under.settle();
  return { ...under, sink };
}

describe('a sink', () => {
  test('brings what is published while it runs, in order, and passes over what is not live', async () => {
    const { publish, advance, sent, told } = await running();
    publish('1');
    publish('2', { mode: 'backfill' });
    publish('3');
    await advance(1_000);
    expect(sent).toEqual([uuid('1'), uuid('3')]);
    expect(told).toEqual(['passed over: backfill']);
  });

  test('begins with what comes from now on, and goes on where it was', async () => {
    const under = createSinkUnderTest();
    under.publish('1');
    const first = under.create();
    first.start();
    await under.advance(1_000);
    under.publish('2');
    await under.advance(1_000);
    await first.stop();
    under.publish('3');
    const second = under.create();
    second.start();
    await under.advance(1_000);
    expect(under.sent).toEqual([uuid('2'), uuid('3')]);
  });

  test('has a place from the start, though nothing came yet', async () => {
    const under = createSinkUnderTest();
    const first = under.create();
    first.start();
    await under.advance(1_000);
    await first.stop();
    under.publish('1');
    under.create().start();
    await under.advance(1_000);
    expect(under.sent).toEqual([uuid('1')]);
  });

  test('drops what a worker wrote twice', async () => {
    const { publish, advance, sent } = await running();
    publish('1', { number: 1 });
    publish('2', { number: 2 });
    publish('1', { number: 1 });
    publish('2', { number: 2 });
    publish('3', { number: 3 });
    await advance(1_000);
    expect(sent).toEqual(['1', '2', '3'].map(uuid));
  });

  test('tries again until it is taken, and nothing of the partition overtakes', async () => {
    const { publish, advance, sent, says, waited, told } = await running();
    says((id, asked) => (id === uuid('1') && asked < 4 ? failing() : TAKEN));
    publish('1');
    publish('2');
    await advance(60_000);
    expect(sent).toEqual(['1', '1', '1', '1', '2'].map(uuid));
    expect(waited.filter((ms) => [500, 2_000].includes(ms))).toEqual([500, 2_000]);
    expect(told).toEqual([]);
  });

  test('a receiver that hangs keeps its alerts waiting, holds up nothing else and gets all of them once it is back', async () => {
    const { publish, advance, sent, says, told, queue, timing } = await running();
    says(() => failing('timeout'));
    for (const id of ['1', '2', '3']) publish(id);
    await advance(3_600_000);
    expect(new Set(sent)).toEqual(new Set([uuid('1')]));
    expect(sent.length).toBeLessThan(25);
    expect(queue().records).toBe(3);
    expect(3_600_000 - queue().waitingMs).toBeLessThanOrEqual(5_000);
    says(() => TAKEN);
    const before = timing.now();
    await advance(301_000);
    expect(timing.now() - before).toBe(301_000);
    expect(sent.slice(-3)).toEqual(['1', '2', '3'].map(uuid));
    expect(told).toContain('breaker closed');
    expect(told.filter((line) => line.startsWith('set aside'))).toEqual([]);
    expect(queue()).toEqual({ records: 0, waitingMs: 0 });
  });

  test('reads no more than it can keep while a receiver hangs', async () => {
    const { publish, advance, says, sent } = await running();
    says(() => failing('timeout'));
    for (let i = 0; i < 2_000; i += 1) publish('1');
    await advance(60_000);
    says(() => TAKEN);
    await advance(301_000);
    expect(sent.length).toBeGreaterThanOrEqual(2_000);
  });

  test('partitions do not wait for each other', async () => {
    const { publish, advance, sent, says } = await running({ partitions: 2 });
    says((id) => (id === uuid('a') ? new Promise(() => undefined) : TAKEN));
    publish('a', { partition: 0 });
    publish('b', { partition: 1 });
    publish('c', { partition: 1 });
    await advance(1_000);
    expect(sent).toEqual(['a', 'b', 'c'].map(uuid));
  });

  test('stops with what is under way undone, to be sent by whoever is next', async () => {
    const under = await running();
    under.says(() => failing());
    under.publish('1');
    await under.advance(2_000);
    await under.sink.stop();
    const before = under.sent.length;
    await under.advance(600_000);
    expect(under.sent).toHaveLength(before);
    under.says(() => TAKEN);
    under.create().start();
    await under.advance(1_000);
    expect(under.sent.at(-1)).toBe(uuid('1'));
    expect(under.told.at(-1)).toBe('closed');
  });
});

test.each([['webhook', null], ['alertmanager', { repeatMs: 60_000, recallMs: 60_000 }]] as const)('a log that was made anew is sent from its beginning (%s)', async (_kind, memory) => {
  const under = createSinkUnderTest({ memory });
  await under.log.commitAdvice(0, new Map([['cx.alerts', 7]]));
  under.publish('1');
  under.publish('2');
  const sink = under.create();
  sink.start();
  await under.advance(1_000);
  await sink.stop();
  expect(under.told[0]).toBe('moved to 0');
  expect(under.sent).toEqual(['1', '2'].map(uuid));
  expect((await under.log.advisedOffsets(0))?.get('cx.alerts')).toBe(2);
});

describe('an alert is set aside, and told of,', () => {
  test('when it is refused three times; the next one goes on', async () => {
    const { publish, advance, sent, says, told } = await running();
    says((id) => (id === uuid('1') ? refusing : TAKEN));
    publish('1');
    publish('2');
    await advance(60_000);
    expect(sent).toEqual(['1', '1', '1', '2'].map(uuid));
    expect(told).toEqual([`set aside: refused ${uuid('1')}`]);
  });

  test('when it fails ten times while others are taken', async () => {
    const { publish, advance, sent, says, told } = await running({ partitions: 2 });
    says((id) => (id === uuid('a') ? failing() : TAKEN));
    publish('a', { partition: 0 });
    publish('b', { partition: 0 });
    for (let second = 0; second < 600; second += 1) {
      publish('c', { partition: 1 });
      await advance(1_000);
    }
    expect(sent.filter((id) => id === uuid('a'))).toHaveLength(10);
    expect(told).toEqual([`set aside: failed ${uuid('a')}`]);
    expect(sent).toContain(uuid('b'));
  });

  test('not when it fails because nothing is taken, however often, until it is too old', async () => {
    const { publish, advance, sent, says, told } = await running({ giveUpAfterMs: 14_400_000 });
    says(() => failing());
    publish('1');
    await advance(14_300_000);
    expect(sent.length).toBeGreaterThan(40);
    expect(told.filter((line) => line.startsWith('set aside'))).toEqual([]);
    await advance(500_000);
    expect(told.filter((line) => line.startsWith('set aside'))).toEqual([`set aside: too_old ${uuid('1')}`]);
  });

  test('when it can not be read', async () => {
    const { publish, advance, sent, told } = await running();
    publish('1', { raw: '{"id":' });
    publish('2', { raw: '{"id":"x"}' });
    publish('3');
    await advance(1_000);
    expect(told).toEqual(['set aside: unreadable 1 from 0', 'set aside: unreadable 1 from 1']);
    expect(sent).toEqual([uuid('3')]);
  });

  test('when retention was faster', async () => {
    const under = createSinkUnderTest({ keepOutputs: 2 });
    const first = under.create();
    first.start();
    await under.advance(1_000);
    await first.stop();
    for (const id of ['1', '2', '3', '4', '5']) under.publish(id);
    under.create().start();
    await under.advance(1_000);
    expect(under.told).toContain('set aside: removed 3 from 0');
    expect(under.sent).toEqual(['4', '5'].map(uuid));
  });
});
