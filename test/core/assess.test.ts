import { describe, expect, test } from '@jest/globals';
import { SIGNALS } from '../../src/contracts/names.js';
import { SIGNAL_RULES } from '../../src/core/signals/catalogue.js';
import { assessed, delivered, fact, line, on, promised, type Circumstances } from '../support/facts.js';

type Facts = Parameters<typeof assessed>[0];
const placed = (rest = {}) => fact('order.placed', '05-01 08:00', { promisedDelivery: promised('05-10 18:00'), ...rest });
const moved = (when: string, to: string | null, by: 'company' | 'customer' = 'company') =>
  fact('delivery.rescheduled', when, { by, newDelivery: to === null ? null : promised(to) });
const done = (when: string) => fact('delivery.completed', when);

test('the catalogue has every signal, in the contract’s order', () => {
  expect(SIGNAL_RULES.map(({ signal }) => signal)).toEqual(SIGNALS);
});

describe('promises', () => {
  const at = (day: string) => new Date(on(`${day} 18:00`)).toISOString();
  const [first, second, third] = [at('05-10'), at('05-12'), at('05-14')];
  const promisesOf = (...facts: Facts) => assessed(facts).promises;

  test('the company moves the latest alone, the customer the baseline, too', () => {
    expect(promisesOf(placed(), moved('05-02 08:00', '05-12 18:00'))).toEqual({ original: first, baseline: first, latest: second });
    expect(promisesOf(placed(), moved('05-02 08:00', '05-12 18:00', 'customer'))).toEqual({ original: first, baseline: second, latest: second });
    expect(promisesOf(placed(), moved('05-02 08:00', '05-12 18:00'), moved('05-03 08:00', '05-12 18:00', 'customer'))).toEqual({ original: first, baseline: second, latest: second });
  });

  test('a date and the end of its day are the same promise', () => {
    const restated = [placed({ promisedDelivery: promised('2025-05-10') }), moved('05-02 08:00', '05-10 23:59:59.999'), moved('05-03 08:00', '05-12 18:00')];
    expect(assessed(restated).signals).toEqual([]);
    expect(assessed([...restated, moved('05-04 08:00', '05-14 18:00')]).signals.map(({ signal }) => signal)).toEqual(['repeated_reschedule']);
  });

  test('no date leaves no latest; a hold suspends the baseline until the next date from either side', () => {
    expect(promisesOf(placed(), moved('05-02 08:00', null))).toEqual({ original: first, baseline: first, latest: null });
    expect(promisesOf(placed(), moved('05-02 08:00', null, 'customer'))).toEqual({ original: first, baseline: null, latest: null });
    expect(promisesOf(placed(), moved('05-02 08:00', null, 'customer'), moved('05-03 08:00', '05-14 18:00'))).toEqual({ original: first, baseline: third, latest: third });
  });

  test('the first date of any event is the original, and all freeze at the end', () => {
    expect(promisesOf(placed({ promisedDelivery: null, requestedDelivery: promised('05-09 18:00') }), moved('05-02 08:00', '05-12 18:00'))).toEqual({ original: second, baseline: second, latest: second });
    expect(promisesOf(placed(), done('05-02 08:00'), moved('05-03 08:00', '05-12 18:00'))).toEqual({ original: first, baseline: first, latest: first });
  });

  test('the first order.placed leads even where a skewed clock dates it after others', () => {
    const skewed = fact('order.placed', '05-02 08:00', { promisedDelivery: promised('05-10 18:00') });
    expect(promisesOf(skewed, moved('05-02 07:59', '05-12 18:00'))).toEqual({ original: first, baseline: first, latest: second });
    expect(promisesOf(placed(), fact('order.placed', '05-02 08:00', { promisedDelivery: promised('05-14 18:00') }))).toEqual({ original: first, baseline: first, latest: first });
  });
});

describe('verdicts', () => {
  const both = (facts: Facts, circumstances?: Circumstances) => {
    const { verdict, recordsVerdict } = assessed(facts, circumstances);
    return [verdict, recordsVerdict];
  };

  test('no news is not good news; good needs an end', () => {
    expect(both([placed()])).toEqual(['on_course', 'on_course']);
    expect(both([placed(), done('05-05 08:00')])).toEqual(['good', 'good']);
    expect(both([placed(), fact('order.cancelled', '05-05 08:00')])).toEqual(['good', 'good']);
    expect(both([placed(), fact('payment.failed', '05-02 08:00')])).toEqual(['fair', 'fair']);
  });

  test('the records may be healthy while the customer is not', () => {
    expect(both([placed(), done('05-05 08:00'), fact('feedback.received', '05-06 08:00', { score: 1 })])).toEqual(['poor', 'good']);
    const broken = [placed(), fact('payment.failed', '05-02 08:00'), fact('contact.reopened', '05-03 08:00'), fact('delivery.attempt_failed', '05-04 08:00')];
    expect(both(broken)).toEqual(['failed', 'fair']);
  });
});

describe('settled', () => {
  const settled = (facts: Facts, circumstances?: Circumstances) => assessed(facts, circumstances).settled;
  const ended = [placed(), done('05-05 08:00')];

  test('ended, and no contact of the customer and no incident is open', () => {
    expect(settled([placed()])).toBe(false);
    expect(settled(ended)).toBe(true);
    expect(settled([...ended, fact('contact.opened', '05-06 08:00')])).toBe(false);
    expect(settled([...ended, fact('contact.opened', '05-06 08:00', { by: 'company' })])).toBe(true);
    expect(settled([...ended, fact('contact.opened', '05-06 08:00'), fact('contact.resolved', '05-20 08:00')])).toBe(true);
    expect(settled([...ended, fact('incident.opened', '05-06 08:00')])).toBe(false);
    expect(settled([...ended, fact('incident.opened', '05-06 08:00'), fact('incident.resolved', '05-07 08:00')])).toBe(true);
  });

  test('no date that the company changed lies ahead', () => {
    const early = [placed(), moved('05-02 08:00', '05-06 18:00'), done('05-05 08:00')];
    expect(settled(early, { asOf: '05-10 18:00' })).toBe(false);
    expect(settled(early, { asOf: '05-10 18:00:00.001' })).toBe(true);
  });
});

describe('what silence says', () => {
  test('without logistics, time alone decides none of its signals; facts do', () => {
    const blind: Circumstances = { asOf: '05-30 08:00', notCovered: ['logistics'] };
    const order = placed({ dispatchBy: promised('05-03 12:00') });
    expect(assessed([order], blind).unknown).toEqual(['change_not_notified', 'late_delivery', 'late_dispatch']);
    const told = fact('notification.sent', '05-02 09:00', { about: 'delay' });
    expect(assessed([order, moved('05-02 08:00', '05-12 18:00'), told], blind).unknown).toEqual(['broken_reschedule', 'change_not_notified', 'late_delivery', 'late_dispatch']);
    expect(assessed([order], { ...blind, asOf: '05-03 12:00' }).unknown).toEqual([]);
    expect(assessed([order, done('05-11 08:00')], blind).signals.map(({ signal }) => signal)).toEqual(['late_delivery', 'change_not_notified']);
    expect(assessed([order, done('05-11 08:00')], blind).unknown).toEqual(['billing_error', 'late_dispatch']);
  });
});

describe('the rest of an assessment', () => {
  test('good touchpoints', () => {
    const goods = (...facts: Facts) => assessed(facts).goods.map(({ type }) => type);
    expect(goods(placed(), done('05-10 18:00'))).toEqual(['delivered_as_promised']);
    expect(goods(placed(), done('05-10 18:00:00.001'))).toEqual([]);
    expect(goods(placed(), fact('delivery.completed', '05-05 08:00', { lines: null }))).toEqual(['delivered_on_time']);
    expect(goods(placed({ lines: [line('1'), line('2')] }), done('05-05 08:00'))).toEqual([]);
    expect(goods(placed(), fact('delivery.completed', '05-05 08:00', { lines: [delivered('9', 1, { for: '1' })] }))).toEqual([]);
    expect(goods(placed({ promisedDelivery: null }), done('05-05 08:00'))).toEqual([]);
    expect(goods(placed(), fact('invoice.issued', '05-02 08:00', { totalMinor: 1002 }))).toEqual(['invoice_matched']);
    expect(goods(placed(), fact('invoice.issued', '05-02 08:00', { totalMinor: 1003 }))).toEqual([]);
    expect(goods(placed(), fact('notification.sent', '05-02 08:00', { statedDelivery: promised('05-10 18:00') }))).toEqual(['accurate_notice']);
  });

  test('place: the first value of each key that says something; customer: the first that is named', () => {
    const assessment = assessed([
      fact('contact.opened', '05-02 08:00', {}, { place: { carrier: 'fast', team: '' }, customerId: 'k2' }),
      fact('contact.resolved', '05-03 08:00', {}, { place: { carrier: 'slow', team: 'north' }, customerId: 'k3' }),
    ]);
    // Published journeys are compared as text: keys stay in the order in which they were named.
    expect(JSON.stringify(assessment.place)).toBe('{"carrier":"fast","team":"north"}');
    expect(assessment.customerId).toBe('k2');
    expect(assessed([placed(), fact('contact.opened', '04-30 08:00', {}, { customerId: 'k2' })]).customerId).toBe('customer-1');
  });

  test('what the customer was last told', () => {
    const sent = (when: string, about: 'delay' | 'other', stated: string | null) => fact('notification.sent', when, { about, statedDelivery: stated === null ? null : promised(stated) });
    expect(assessed([placed()]).lastTold).toBeNull();
    expect(assessed([placed(), sent('05-02 08:00', 'other', '05-10 18:00'), sent('05-03 08:00', 'other', null)]).lastTold).toMatchObject({ about: 'other', at: on('05-02 08:00') });
    expect(assessed([placed(), sent('05-02 08:00', 'other', '05-10 18:00'), sent('05-03 08:00', 'delay', null)]).lastTold).toEqual({ stated: null, about: 'delay', at: on('05-03 08:00') });
  });

  test('evidence and instances are bounded, their count is not', () => {
    const failures = Array.from({ length: 150 }, (_, n) => fact('payment.failed', `05-02 08:00:00.${String(100 + n)}`));
    const [signal] = assessed([placed(), ...failures]).signals;
    expect(signal?.evidence).toHaveLength(100);
    expect(signal?.detail['instances']).toHaveLength(100);
    expect(signal?.detail['count']).toBe(150);
  });

  test('a long journey costs no more per fact than a short one', () => {
    const types = ['shipment.dispatched', 'notification.sent', 'invoice.issued', 'delivery.completed', 'delivery.rescheduled', 'contact.opened'] as const;
    const long = Array.from({ length: 5_000 }, (_, n) => {
      const type = types[n % types.length] ?? 'contact.opened';
      const said = { shipmentId: `s${String(n)}`, invoiceId: `i${String(n)}`, contactId: `c${String(n)}`, lines: type === 'delivery.completed' ? [delivered(String(n))] : [line(String(n))], newDelivery: promised(`05-${String(10 + (n % 20))} 18:00`) };
      return { ...fact(type, '05-02 08:00', said), at: on('05-02 08:00') + n * 60_000 };
    });
    const times = [500, 5_000].map((length) => {
      const facts = [placed(), ...long.slice(0, length)];
      assessed(facts);
      const before = process.cpuUsage();
      for (let runs = 0; runs < 3; runs++) assessed(facts);
      return process.cpuUsage(before).user / length;
    });
    const [short = 0, longest = 0] = times;
    expect(longest).toBeLessThan(10 * short);
  });
});
