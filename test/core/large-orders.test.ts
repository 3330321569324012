import { expect, test } from '@jest/globals';
import { assess } from '../../src/core/assess.js';
import type { Fact, SourceType } from '../../src/core/fact.js';
import { createJourney, place } from '../../src/core/journey.js';
import { fact, on, promised } from '../support/facts.js';
import { CONTEXT } from '../support/lane-under-test.js';

/** What an order costs whose facts come one by one, and is judged after each of them: told by how often facts are looked at. */

const BEGUN = on('05-01 08:00');
const KINDS = ['invoice.issued', 'payment.captured', 'shipment.dispatched', 'notification.sent', 'delivery.completed'] as const satisfies readonly SourceType[];

function createGrowingOrder() {
  const journey = createJourney('o');
  let looks = 0;
  const watched = ({ body, ...rest }: Fact): Fact => ({ ...rest, get body() { looks += 1; return body; } }) as Fact;
  const take = (each: Fact): number => {
    looks = 0;
    place(journey, watched(each));
    assess(journey, each.at, CONTEXT);
    return looks;
  };
  take(fact('order.placed', '05-01 08:00', { totalMinor: 1e9, promisedDelivery: promised('12-01 08:00') }, { id: 'placed' }));
  return {
    /** Takes the fact of this number; how often facts were looked at for it. */
    grow(n: number): number {
      const kind = KINDS[n % KINDS.length] ?? 'payment.captured';
      const bodies = {
        'invoice.issued': { invoiceId: `i${n}` }, 'payment.captured': { paymentId: `p${n}` }, 'shipment.dispatched': { shipmentId: `s${n}` },
        'notification.sent': { about: 'dispatched', statedDelivery: promised('12-01 08:00') }, 'delivery.completed': { final: false },
      } as const;
      return take({ ...fact(kind, '05-01 08:00', bodies[kind], { id: `f${n}` }), at: BEGUN + (n + 1) * 1_000 });
    },
  };
}

test('an event costs no more the more facts its order has', () => {
  const order = createGrowingOrder();
  const looks = Array.from({ length: 2_000 }, (_, n) => order.grow(n));
  const most = (from: number): number => Math.max(...looks.slice(from, from + KINDS.length));
  expect(most(20)).toBeGreaterThan(0);
  expect(most(1_990)).toBe(most(20));
});
