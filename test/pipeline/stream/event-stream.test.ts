import { describe, expect, test } from '@jest/globals';
import { createPositionCodec } from '../../../src/pipeline/stream/position.js';
import { inWireFormat } from '../../../src/pipeline/wire-format.js';
import { connectTo, createEventLog, createStreamUnderTest, nameOf, quiet, turns } from '../../support/stream-client.js';

const parsed = (data: string): unknown => JSON.parse(data);
const refused = (refusal: string, words: string) => ({ name: 'StreamRefused', refusal, message: expect.stringContaining(words) });

describe('a new client', () => {
  test('gets what comes from then on, and knows where it stands before the first event', async () => {
    const log = createEventLog(2);
    const { stream } = createStreamUnderTest(log);
    log.publish({ partition: 0, seq: 1 });
    const early = (await connectTo(stream)).cut();
    log.publish({ partition: 1, seq: 1 });
    const client = await connectTo(stream, early.lastEventId);
    log.publish({ partition: 0, seq: 4 });
    await quiet(client);
    expect(client.messages.map(({ data }) => nameOf(data)).sort()).toEqual(['0/4', '1/1']);
    await stream.close();
  });

  test('does not get again what was there before it came', async () => {
    const log = createEventLog(1);
    const { stream } = createStreamUnderTest(log);
    for (const seq of [1, 2, 3]) log.publish({ partition: 0, seq });
    const client = await connectTo(stream);
    for (const seq of [2, 3, 4]) log.publish({ partition: 0, seq });
    await quiet(client);
    expect(client.messages.map(({ data }) => nameOf(data))).toEqual(['0/4']);
    await stream.close();
  });
});

describe('what a client asks for', () => {
  test.each([
    [{ signal: 'lost' }, ['0/1']], [{ type: 'pattern.matched' }, ['0/2']], [{ pattern: 'failed_order' }, ['0/2']], [{ orderId: 'o-0' }, ['0/3']],
    [{ orderId: 'o-1', signal: 'lost' }, ['0/1']], [{ orderId: 'o-2', signal: 'lost' }, []], [{}, ['0/1', '0/2', '0/3']],
  ])('%j is all that it gets', async (filter, names) => {
    const log = createEventLog(1);
    const { stream } = createStreamUnderTest(log);
    const client = await connectTo(stream, null, filter);
    log.publish({ partition: 0, seq: 1 });
    log.publish({ partition: 0, seq: 2, more: { type: 'pattern.matched', pattern: 'failed_order', signal: undefined } });
    log.publish({ partition: 0, seq: 3, more: { type: 'verdict.changed', signal: undefined } });
    await quiet(client);
    expect(client.messages.map(({ data }) => nameOf(data))).toEqual(names);
    await stream.close();
  });

  test('moves its place along also past what it did not ask for', async () => {
    const log = createEventLog(1);
    const { stream } = createStreamUnderTest(log);
    const client = await connectTo(stream, null, { orderId: 'nobody' });
    expect(client.moved()).toBeNull();
    log.publish({ partition: 0, seq: 1 });
    await turns(5);
    const moved = client.moved();
    expect([typeof moved, client.moved()]).toEqual(['string', null]);
    const again = await connectTo(stream, moved);
    log.publish({ partition: 0, seq: 2 });
    await quiet(again);
    expect(again.messages.map(({ data }) => nameOf(data))).toEqual(['0/2']);
    await stream.close();
  });
});

describe('a client whose events retention removed', () => {
  test('is told first which offsets they had, and goes on with what is left', async () => {
    const log = createEventLog(2, { keepOutputs: 3 });
    const { stream } = createStreamUnderTest(log);
    const { lastEventId } = (await connectTo(stream)).cut();
    for (let seq = 1; seq <= 5; seq += 1) log.publish({ partition: 1, seq });
    const client = await connectTo(stream, lastEventId);
    await quiet(client);
    expect(client.messages.map(({ type }) => type)).toEqual(['gap', 'signal.opened', 'signal.opened', 'signal.opened']);
    expect(parsed(client.messages[0]!.data)).toEqual({ partitions: [{ partition: 1, from: 0, to: 2 }] });
    expect(client.messages.slice(1).map(({ data }) => nameOf(data))).toEqual(['1/3', '1/4', '1/5']);
    // The gap is behind it once it was told.
    const later = await connectTo(stream, client.messages[0]!.id);
    await quiet(later);
    expect(later.messages.map(({ type }) => type)).toEqual(['signal.opened', 'signal.opened', 'signal.opened']);
    await stream.close();
  });

  test('is told also where that happens while it catches up', async () => {
    const log = createEventLog(1, { keepOutputs: 100, readRecords: 10 });
    const { stream } = createStreamUnderTest({ ...log, recentRoom: 0 });
    const { lastEventId } = (await connectTo(stream)).cut();
    for (let seq = 1; seq <= 100; seq += 1) log.publish({ partition: 0, seq });
    const client = await connectTo(stream, lastEventId);
    await turns(3);
    const before = client.messages.length;
    for (let seq = 101; seq <= 190; seq += 1) log.publish({ partition: 0, seq });
    await quiet(client);
    const gap = client.messages.findIndex(({ type }) => type === 'gap');
    expect([gap >= before, before > 0]).toEqual([true, true]);
    expect(parsed(client.messages[gap]!.data)).toEqual({ partitions: [{ partition: 0, from: gap, to: 90 }] });
    expect(client.messages.slice(gap + 1).map(({ data }) => nameOf(data))).toEqual(Array.from({ length: 100 }, (_, i) => `0/${91 + i}`));
    await stream.close();
  });

  test('is told nothing where merely the event that it has is gone', async () => {
    const log = createEventLog(1, { keepOutputs: 2 });
    const { stream } = createStreamUnderTest(log);
    log.publish({ partition: 0, seq: 1 });
    const { lastEventId } = (await connectTo(stream)).cut();
    for (const seq of [2, 3]) log.publish({ partition: 0, seq });
    const client = await connectTo(stream, lastEventId);
    await quiet(client);
    expect(client.messages.map(({ data }) => nameOf(data))).toEqual(['0/2', '0/3']);
    await stream.close();
  });
});

describe('a place that leads nowhere', () => {
  test.each([
    ['garbage', 'malformed', 'none that this service gave'], [createPositionCodec('another').encode([0, 0]), 'gone', 'another log'],
  ])('%s is refused', async (id, refusal, words) => {
    const { stream, told } = createStreamUnderTest(createEventLog(2));
    await expect(stream.subscribe(id, {})).rejects.toMatchObject(refused(refusal, words));
    expect(told).toEqual(['clients 1', 'clients 0']);
  });

  test('of other partitions, or behind the end, is refused', async () => {
    const log = createEventLog(2);
    const { stream } = createStreamUnderTest(log);
    const open = await log.feed.open();
    await open.close();
    const { name } = open;
    await expect(stream.subscribe(createPositionCodec(name).encode([0]), {})).rejects.toMatchObject(refused('gone', '1 partitions, this one has 2'));
    await expect(stream.subscribe(createPositionCodec(name).encode([0, 1]), {})).rejects.toMatchObject(refused('gone', 'behind the end of partition 1'));
    expect((await connectTo(stream, createPositionCodec(name).encode([0, 0]))).messages).toEqual([]);
    await stream.close();
  });
});

describe('records that are no derived events', () => {
  const foreign = (value: string | Buffer | null, seq: number | null) => ({ seq, topic: 'cx.events' as const, key: 'o', value, headers: seq === null ? {} : { cx_seq: String(seq) } });

  test('without a number are passed over; those with one are told of, whatever was asked for', async () => {
    const log = createEventLog(1);
    const { stream } = createStreamUnderTest(log);
    const client = await connectTo(stream, null, { signal: 'damaged' });
    await log.outputs.output.publish(0, [
      foreign('{"type":"signal.opened","orderId":"o"}', null), foreign('no JSON', 1), foreign('{"type":"a\\n\\nevent: b","orderId":"o"}', 2), foreign(null, 3), foreign(inWireFormat(7, Buffer.from('x')), 4),
    ]);
    await quiet(client);
    expect(client.messages.map(({ type, data }) => [type, parsed(data)])).toEqual([
      ['unreadable', { partition: 0, offset: 1, reason: 'a value of cx.events is no JSON' }], ['unreadable', { partition: 0, offset: 2, reason: 'its value is no derived event' }],
      ['unreadable', { partition: 0, offset: 3, reason: 'it has no value' }], ['unreadable', { partition: 0, offset: 4, reason: expect.stringContaining('SCHEMA_REGISTRY_URL') }],
    ]);
    await stream.close();
  });

  test('wait for their schema, with all that follows in their partition and nothing in others', async () => {
    const log = createEventLog(2);
    let known = false;
    let asked = 0;
    const { stream, told } = createStreamUnderTest({ ...log, schemas: {
      read: () => (known ? { kind: 'value', value: { id: 'by schema', type: 'signal.opened', orderId: 'o' } } : { kind: 'unknown' }),
      async learn() {
        asked += 1;
        if (asked === 1) throw new Error('the registry is away');
        known = true;
      },
    } });
    const client = await connectTo(stream);
    await log.outputs.output.publish(0, [foreign(inWireFormat(7, Buffer.from('x')), 1)]);
    log.publish({ partition: 0, seq: 2 });
    log.publish({ partition: 1, seq: 1 });
    await turns(5);
    expect(client.messages.map(({ data }) => nameOf(data))).toEqual(['1/1']);
    while (client.messages.length < 3) await turns(1);
    expect(client.messages.map(({ data }) => nameOf(data))).toEqual(['1/1', 'by schema', '0/2']);
    expect(told).toContain('retrying to learn schema 7 for the stream');
    await stream.close();
  });
});
