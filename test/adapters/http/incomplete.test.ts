import { afterEach, describe, expect, test } from '@jest/globals';
import type { FastifyInstance } from 'fastify';
import { buildHttp } from '../../../src/adapters/http/build-http.js';
import { openApiDocument } from '../../../src/adapters/http/openapi.js';
import type { HttpPorts } from '../../../src/adapters/http/ports.js';
import { alertIdOf } from '../../../src/pipeline/alert-id.js';
import type { Halt, LaneStanding } from '../../../src/pipeline/ports.js';
import { type Given, laneOf, NOW, portsWith } from './orders-on-record.js';

let app: FastifyInstance | null = null;
afterEach(async () => {
  await app?.close();
  app = null;
});

const HALT: Halt = { name: 'records_lost', message: 'lost', since: NOW };
const whole = (lane: number): LaneStanding => ({ lane, halt: null, outbox: 0, renewal: null });
const halted = (lane: number): LaneStanding => ({ ...whole(lane), halt: HALT });
const readAgain = (lane: number): LaneStanding => ({ ...whole(lane), renewal: 'read_again' });
const judgedAnew = (lane: number): LaneStanding => ({ ...whole(lane), renewal: 'judged_anew' });

const ORDERS: readonly Given[] = Array.from({ length: 8 }, (_, n): Given => ({ orderId: `o-${n}`, verdict: 'poor', patterns: [{ pattern: 'missed_promise' }], alerts: 1 }));

async function serving(lanes: () => Promise<readonly LaneStanding[]>, more: Partial<HttpPorts> = {}, storeTimeoutMs = 5_000): Promise<FastifyInstance> {
  const ports = await portsWith(ORDERS, more);
  return (app = await buildHttp({ ...ports, orders: { ...ports.orders, lanes } }, { version: '0', storeTimeoutMs }));
}
const standing = (...lanes: LaneStanding[]) => async (): Promise<readonly LaneStanding[]> => lanes;

const LISTS = ['/v1/orders', '/v1/orders?verdict=failed', '/v1/alerts', '/v1/worklist', '/v1/customers/c-1', '/v1/measures?window=all'];

const told = async (http: FastifyInstance, url: string): Promise<unknown> => {
  const { statusCode, headers } = await http.inject(url);
  return [url, statusCode, headers['cx-incomplete']];
};

describe('an answer over many orders', () => {
  test.each(LISTS)('of %s says which partitions stand still or are read again or judged anew, and nothing where there is none', async (url) => {
    expect(await told(await serving(standing(whole(0), halted(3), readAgain(1), whole(2), judgedAnew(10))), url)).toEqual([url, 200, '1, 3, 10']);
    await app?.close();
    expect(await told(await serving(standing(whole(0), whole(1))), url)).toEqual([url, 200, undefined]);
  });

  test.each(LISTS)('of %s is given also where that cannot be told, and says so', async (url) => {
    expect(await told(await serving(() => Promise.reject(new Error('a damaged halt'))), url)).toEqual([url, 200, 'unknown']);
    await app?.close();
    expect(await told(await serving(() => new Promise<never>(() => undefined), {}, 300), url)).toEqual([url, 200, 'unknown']);
  });

  test('names no more partitions than a header may have', async () => {
    const namesOf = async (http: FastifyInstance) => String((await http.inject('/v1/orders')).headers['cx-incomplete']).split(', ');
    const many = (length: number) => serving(standing(...Array.from({ length }, (_, lane) => halted(lane))));
    const http = await many(5_000);
    const names = await namesOf(http);
    expect([names.length, names.at(0), names.at(-2), names.at(-1)]).toEqual([101, '0', '99', 'more']);
    expect((await http.inject('/')).body).toContain('98, 99, others stand still');
    await app?.close();
    expect((await namesOf(await many(100))).at(-1)).toBe('99');
  });

  test('says so where it is known before the answer was sought and not afterwards', async () => {
    let now = NOW;
    let isAway = false;
    const http = await serving(async () => {
      if (isAway) throw new Error('away');
      return [halted(1)];
    }, {
      clock: { now: () => now },
      assessStored: (_, stored) => {
        [isAway, now] = [true, now + 2_000];
        return JSON.parse(stored.facts.toString()) as ReturnType<HttpPorts['assessStored']>;
      },
    });
    expect(await told(http, '/v1/orders')).toEqual(['/v1/orders', 200, '1, unknown']);
  });

  test('has the store asked once a second, however many ask', async () => {
    let asked = 0;
    let now = NOW;
    const http = await serving(async () => {
      asked += 1;
      return [asked > 1 ? whole(0) : halted(0)];
    }, { clock: { now: () => now } });
    const all = await Promise.all(Array.from({ length: 20 }, () => told(http, '/v1/alerts')));
    expect([asked, new Set(all.map(String)).size]).toEqual([1, 1]);
    now += 1_001;
    expect(await told(http, '/v1/alerts')).toEqual(['/v1/alerts', 200, undefined]);
    // A clock that was set back keeps nothing for longer.
    now -= 60_000;
    await told(http, '/v1/alerts');
    expect(asked).toBe(3);
  });

  test('names a partition that was read again while the answer was sought', async () => {
    let now = NOW;
    let lanes = [readAgain(2)];
    const http = await serving(async () => lanes, {
      clock: { now: () => now },
      assessStored: (_, stored) => {
        [lanes, now] = [[halted(1)], now + 2_000];
        return JSON.parse(stored.facts.toString()) as ReturnType<HttpPorts['assessStored']>;
      },
    });
    expect(await told(http, '/v1/orders')).toEqual(['/v1/orders', 200, '1, 2']);
  });

  test('leaves out orders that are being read again, as nothing can be told of them', async () => {
    const lane = laneOf('o-1');
    const http = await serving(standing(readAgain(lane)), {
      assessStored: (orderId, stored) => ({ ...(JSON.parse(stored.facts.toString()) as ReturnType<HttpPorts['assessStored']>), isJudged: laneOf(orderId) !== lane }),
    });
    const others = ORDERS.map(({ orderId }) => orderId).filter((orderId) => laneOf(orderId) !== lane).sort();
    const idsIn = async (url: string, list: string) => (await http.inject(url)).json<Record<string, readonly { readonly orderId: string }[]>>()[list]?.map(({ orderId }) => orderId).sort();
    expect(await idsIn('/v1/orders', 'orders')).toEqual(others);
    expect(await idsIn('/v1/customers/c-1', 'orders')).toEqual(others);
    expect(await idsIn('/v1/alerts', 'alerts')).toEqual(others);
    expect(await idsIn('/v1/worklist', 'alerts')).toEqual(others);
    expect((await http.inject('/')).body).not.toContain('/orders/o-1"');
  });
});

describe('what is not found', () => {
  const statusAndWords = async (http: FastifyInstance, url: string, method: 'GET' | 'POST' = 'GET') => {
    const response = await http.inject({ method, url });
    return [response.statusCode, response.json<{ detail: string }>().detail];
  };

  test('of a customer is a 503 while partitions stand still or are read again, as its orders may be there', async () => {
    expect(await statusAndWords(await serving(standing(readAgain(1), readAgain(2), halted(3), judgedAnew(4))), '/v1/customers/nobody'))
      .toEqual([503, "No order of this customer is found, but partition 3 stands still, partitions 1, 2 are being read again; whether there is one can't be told."]);
    await app?.close();
    expect(await statusAndWords(await serving(standing(judgedAnew(1))), '/v1/customers/nobody')).toEqual([404, 'No order of this customer is known.']);
  });

  test('of an order is a 503 while its partition is read again: its facts may be yet to come', async () => {
    const lane = laneOf('nobody');
    expect(await statusAndWords(await serving(standing(readAgain(lane))), '/v1/orders/nobody')).toEqual([503, expect.stringContaining('is being read again')]);
    await app?.close();
    expect(await statusAndWords(await serving(standing(judgedAnew(lane), readAgain((lane + 1) % 4))), '/v1/orders/nobody')).toEqual([404, 'No event of this order has been read.']);
  });

  test('of alerts is a 503 while a partition is read again; one that stands still has its alerts', async () => {
    const url = `/v1/alerts/${alertIdOf('o-99', 1)}/ack`;
    expect(await statusAndWords(await serving(standing(halted(0), readAgain(1))), url, 'POST')).toEqual([503, expect.stringContaining('partition 1 is being read again')]);
    await app?.close();
    expect(await statusAndWords(await serving(standing(halted(0), judgedAnew(1))), url, 'POST')).toEqual([404, expect.stringContaining('No open alert')]);
  });
});

describe('a page for people', () => {
  test.each(['/', '/orders?verdict=poor'])('%s says in a sentence what may be missing', async (url) => {
    // One that stands still while it is read again is told of once.
    expect((await (await serving(standing({ ...halted(1), renewal: 'read_again' }, readAgain(2), judgedAnew(3)))).inject(url)).body)
      .toContain('<p class="poor" role="status">Partition 1 stands still, partition 2 is being read again, partition 3 is being judged anew: orders may be missing here, or be shown as they stood before.</p>');
    await app?.close();
    expect((await (await serving(() => Promise.reject(new Error('away')))).inject(url)).body).toContain('Whether orders are missing here cannot be told at present.');
    await app?.close();
    expect((await (await serving(standing(whole(1)))).inject(url)).body).not.toContain('role="status"');
  });
});

test('the OpenAPI document has the header on every answer over many orders, and on no other', () => {
  const withIt = Object.entries(openApiDocument('0').paths).filter(([, { get }]) => get?.responses['200']?.headers !== undefined).map(([path]) => path);
  expect(withIt.sort()).toEqual(['/v1/alerts', '/v1/customers/{customerId}', '/v1/measures', '/v1/orders', '/v1/worklist']);
});
