import { afterEach, describe, expect, test } from '@jest/globals';
import type { FastifyInstance } from 'fastify';
import { buildHttp } from '../../../src/adapters/http/build-http.js';
import { createMemoryLaneStore } from '../../../src/adapters/memory/lane-store.js';
import { measures as measuresSchema, type Measures } from '../../../src/contracts/measures.js';
import { createIncrements, keep, kept } from '../../../src/core/measures/increments.js';
import { packCustomerOrder } from '../../../src/core/measures/packed-customer.js';
import { packPlaces } from '../../../src/core/measures/packed.js';
import { createMeasureReader, type MeasureReader } from '../../../src/pipeline/measure-reader.js';
import { DAY, NOW, portsWith } from './orders-on-record.js';

let app: FastifyInstance | null = null;
afterEach(async () => {
  await app?.close();
  app = null;
});

async function serving(measures: MeasureReader): Promise<FastifyInstance> {
  return (app = await buildHttp(await portsWith([], { measures }), { version: '0' }));
}

/** Three orders in two lanes: one placed now with north, two a week and a half ago with south, whose customer was hurt then. */
async function measured(): Promise<MeasureReader> {
  const store = createMemoryLaneStore();
  for (const [lane, carrier, at, orders] of [[0, 'north', NOW - 1_000, 1], [1, 'south', NOW - 10 * DAY, 2]] as const) {
    const increments = createIncrements();
    increments.add({ carrier }, keep([kept('placed', at, orders), kept('verdict', at, orders, 'on_course')]));
    const { token } = await store.claim(lane, 2);
    const told = packCustomerOrder({ customerId: 'C-1', placed: at, dispatched: null, delivered: null, promised: null, invoiced: null, hurtAt: at }, { carrier });
    const write = { facts: null, allFacts: null, state: Buffer.from('s'), due: null, rests: null, indexAdd: [], indexRemove: [], dirty: false };
    await store.commit(lane, { token, base: 0, orders: [{ ...write, orderId: carrier, customers: [{ customerId: 'C-1', told }] }], topics: new Map(), seq: 0, outbox: null, forget: [], calendar: null, measures: Buffer.from(packPlaces(increments.take())) });
  }
  return createMeasureReader({ store: store.measures, lanes: 2, context: { patterns: ['silent_change'] }, now: () => NOW });
}

const hurtIn = (rows: Measures) => rows.filter(({ measure }) => measure === 'customers_hurt').map(({ by, value }) => [by?.carrier ?? 'all', value]);
const placedIn = (rows: Measures) => rows.filter(({ measure }) => measure === 'orders_placed').map(({ by, value }) => [by?.carrier ?? 'all', value]);

describe('GET /v1/measures', () => {
  test('adds up all lanes, by window and place', async () => {
    const http = await serving(await measured());
    const ask = async (query: string): Promise<Measures> => measuresSchema.parse((await http.inject(`/v1/measures${query}`)).json());
    expect(placedIn(await ask('?window=all&by=carrier'))).toEqual([['all', 3], ['north', 1], ['south', 2]]);
    expect(placedIn(await ask('?window=28d'))).toEqual([['all', 3]]);
    expect(placedIn(await ask('?window=7d&by=carrier'))).toEqual([['all', 1], ['north', 1]]);
    expect(hurtIn(await ask('?window=all&by=carrier'))).toEqual([['all', 1], ['north', 1], ['south', 1]]);
    // Of south there was nothing within the week.
    expect(hurtIn(await ask('?window=7d&by=carrier'))).toEqual([['all', 1], ['north', 1]]);
    const byDefault = await ask('');
    expect(placedIn(byDefault)).toEqual([['all', 1]]);
    expect(byDefault.every(({ window }) => window === '24h')).toBe(true);
    expect(byDefault.filter(({ measure }) => measure === 'pattern_count').map(({ pattern }) => pattern)).toEqual(['silent_change']);
  });

  test.each([['window=2h', 'window'], ['by=customer', 'by'], ['from=1', 'from'], ['window=1h&window=24h', 'window']])('%s is refused by name', async (query, name) => {
    const response = await (await serving(await measured())).inject(`/v1/measures?${query}`);
    expect(response.statusCode).toBe(400);
    expect(response.json<{ invalidParameters: { name: string }[] }>().invalidParameters.map((each) => each.name)).toEqual([name]);
  });

  test('a store that is away is a 503', async () => {
    const refuse = () => Promise.reject(new Error('no connection'));
    const away: MeasureReader = { rows: refuse, rowsBy: refuse, overview: refuse };
    expect((await (await serving(away)).inject('/v1/measures')).statusCode).toBe(503);
  });
});
