import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';
import { keepRequestsInFlight, RequestsInFlight } from '../../../src/adapters/kafka/requests-in-flight.js';
import { ballast, promotedBy } from '../../support/promotion.js';

type Table = Pick<RequestsInFlight<object>, 'size' | 'has' | 'get' | 'delete' | 'values' | 'clear'> & {
  set(number: number, request: object): unknown;
  forEach(take: (request: object, number: number) => void): void;
};

const change = fc.oneof(
  { weight: 4, arbitrary: fc.record({ does: fc.constant('set'), number: fc.nat(9) }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constant('delete'), number: fc.nat(9) }) },
  fc.record({ does: fc.constantFrom('clear', 'deleteAll'), number: fc.nat(9) }),
);

/** What a table tells after all of these. */
function told(table: Table, changes: readonly { readonly does: string; readonly number: number }[]): unknown {
  return changes.map(({ does, number }, i) => {
    if (does === 'set') table.set(number, { i });
    else if (does === 'clear') table.clear();
    // As the client does where requests have taken too long.
    else if (does === 'deleteAll') table.forEach((_, each) => { table.delete(each); });
    const deleted = does === 'delete' && table.delete(number);
    return [deleted, table.size, table.has(number), table.get(number), [...table.values()].map((request) => JSON.stringify(request)).sort()];
  });
}

const passing = (table: Table) => (i: number): void => {
  table.set(i, ballast());
  table.delete(i - 2);
};

describe('requests in flight', () => {
  test('are told as the map tells them that the client keeps', () => {
    fc.assert(fc.property(fc.array(change, { maxLength: 60 }), (changes) => {
      expect(told(new RequestsInFlight<object>(), changes)).toEqual(told(new Map<number, object>(), changes));
    }));
  });

  test('are kept so by every connection of the client, each by itself', () => {
    keepRequestsInFlight();
    const parts = { maxInFlightRequests: null, requestTimeout: 1_000, enforceRequestTimeout: false, clientId: 'a', broker: 'b', logger: { namespace: () => ({}) }, isConnected: () => true };
    const [one, other] = [new RequestQueue(parts), new RequestQueue(parts)];
    expect(one.inflight).toBeInstanceOf(RequestsInFlight);
    one.inflight.set(1, {});
    expect([one.inflight.size, other.inflight.size]).toEqual([1, 0]);
  });

  test('leave nothing behind that grows old, other than in a map', () => {
    const most = 2_000;
    const [before, now] = [promotedBy(most, passing(new Map<number, object>())), promotedBy(most, passing(new RequestsInFlight<object>()))];
    expect(now).toBeLessThan(before / 4);
  });
});
