import { afterEach, describe, expect, test } from '@jest/globals';
import type { RecordDecoder } from '../../src/pipeline/decode.js';
import type { SchemaReader } from '../../src/pipeline/schema-reader.js';
import { createLaneUnderTest, eventually, LANE } from '../support/lane-under-test.js';

/** Values are ids of schemas: a record is read, as a dead letter, once its schema is known. */
const createSchemas = () => {
  const known = new Set<number>();
  const state = { known, fault: 'the registry is away', tries: 0 };
  const reader: SchemaReader = {
    read: () => ({ kind: 'unknown' }),
    async learn(id) {
      state.tries += 1;
      if (!known.has(id)) throw new Error(state.fault);
    },
  };
  const decode: RecordDecoder = ({ value }) => {
    const id = Number(value?.toString());
    return id === 0 || known.has(id) ? { kind: 'dead_letter', reason: 'undecodable', message: `read as ${id}` } : { kind: 'awaits_schema', schemaId: id };
  };
  return { state, reader, decode };
};

describe('a lane that reads a record of an unknown schema', () => {
  const ends: (() => Promise<void>)[] = [];
  afterEach(async () => { for (const end of ends.splice(0)) await end(); });

  const opened = async (alarmAfterMs: number) => {
    const schemas = createSchemas();
    const alarms: string[] = [];
    const waiting: number[] = [];
    const under = createLaneUnderTest({
      topics: ['orders', 'logistics'], tick: 1,
      telemetry: {
        schemaMissing: (_lane, topic, id, why) => { alarms.push(`${topic} ${id}: ${why}`); },
        schemaWaiting: (_lane, topics) => { waiting.push(topics); },
      },
    });
    const { lane, end } = await under.open({ parts: { decode: schemas.decode, schemas: { reader: schemas.reader, alarmAfterMs } } });
    ends.push(end);
    const next = (topic: 'orders' | 'logistics'): number => under.progress.get(topic)?.next ?? 0;
    return { ...schemas, under, lane, alarms, waiting, next };
  };

  test('goes on with its other topics, and with that one in order once the schema is known', async () => {
    const { under, lane, state, waiting, next } = await opened(60_000);
    for (const id of [0, 7, 0, 8, 0]) under.logs.append('orders', 'k', String(id));
    for (let i = 0; i < 3; i++) under.logs.append('logistics', 'k', '0');
    await eventually('the other topic is read', () => next('logistics') === 3 && next('orders') === 1 && lane.schemaWaits()[0]?.why !== '');
    expect(lane.schemaWaits()).toEqual([expect.objectContaining({ topic: 'orders', schemaId: 7, why: 'the registry is away', alarming: false })]);
    state.known.add(7);
    await eventually('it waits for the next schema', () => next('orders') === 3 && lane.schemaWaits()[0]?.schemaId === 8);
    under.logs.append('orders', 'k', '0');
    state.known.add(8);
    await eventually('all is read', () => next('orders') === 6 && lane.schemaWaits().length === 0);
    await eventually('all is said', () => under.logs.written('cx.dead-letters', LANE).length === 9);
    const letters = under.logs.written('cx.dead-letters', LANE).filter(({ headers }) => String(headers['__connect.errors.topic']) === 'orders');
    expect(letters.map(({ headers }) => Number(headers['__connect.errors.offset']))).toEqual([0, 1, 2, 3, 4, 5]);
    expect(new Set(waiting)).toEqual(new Set([0, 1]));
    expect(waiting.at(-1)).toBe(0);
    expect(under.failures).toEqual([]);
  });

  test('tells it as an alarm once it lasts, and only once', async () => {
    const { under, lane, state, alarms } = await opened(1);
    under.logs.append('orders', 'k', '7');
    await eventually('the alarm', () => lane.schemaWaits()[0]?.alarming === true);
    const tries = state.tries;
    await eventually('another try', () => state.tries > tries);
    expect(alarms).toEqual(['orders 7: the registry is away']);
    state.known.add(7);
    await eventually('it goes on', () => lane.schemaWaits().length === 0);
  });

  test('leaves it to the next owner, who reads it again', async () => {
    const { under, lane, state } = await opened(60_000);
    under.logs.append('orders', 'k', '7');
    await eventually('it waits', () => lane.schemaWaits().length === 1);
    for (const end of ends.splice(0)) await end();
    expect(under.progress.get('orders')?.next ?? 0).toBe(0);
    state.known.add(7);
    await under.live({ parts: { decode: () => ({ kind: 'dead_letter', reason: 'undecodable', message: '' }) } });
    expect(under.progress.get('orders')?.next).toBe(1);
    expect(under.failures).toEqual([]);
  });
});
