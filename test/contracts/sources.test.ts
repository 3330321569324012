import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { PLACE_KEYS, SOURCE_TOPICS } from '../../src/contracts/names.js';
import { quickCheck } from '../../src/contracts/quick-check.js';
import { SOURCE_EVENT_TYPES, SOURCES, topicOf } from '../../src/contracts/sources.js';
import { bentEvents } from './mutations.js';

const sources = [...SOURCES.values()];
const schemaOf = (type: string) => SOURCES.get(type)!.schema;
const exampleOf = (type: string) => structuredClone(SOURCES.get(type)!.example) as Record<string, unknown>;
const accepts = (type: string, change: object) => schemaOf(type).safeParse({ ...exampleOf(type), ...change }).success;

describe('the catalogue', () => {
  test('has every type of the contract once, and every topic has some', () => {
    expect([...SOURCES.keys()].sort()).toEqual([...SOURCE_EVENT_TYPES].sort());
    expect([...new Set(sources.map(({ topic }) => topic))].sort()).toEqual([...SOURCE_TOPICS].sort());
  });

  test.each(sources)('the example of $type is valid and names its type', ({ type, schema, example }) => {
    expect(schema.parse(example)).toEqual(example);
    expect(example.type).toBe(type);
  });

  test('knows the topic of a type, and only of its own', () => {
    expect(topicOf('invoice.corrected')).toBe('billing');
    for (const strange of ['Order.Placed', '', '__proto__', 'constructor']) expect(topicOf(strange)).toBeNull();
  });
});

describe('what is valid', () => {
  const optionalEverywhere = ['accountId', 'place'];
  test.each(sources)('null in an optional field of $type counts as missing', ({ type, schema }) => {
    for (const field of Object.keys(exampleOf(type))) {
      const without = Object.fromEntries(Object.entries(exampleOf(type)).filter(([key]) => key !== field));
      const nulled = { ...exampleOf(type), [field]: null };
      if (field !== 'newDeliveryAt') expect(schema.safeParse(nulled).success).toBe(schema.safeParse(without).success);
    }
    for (const field of optionalEverywhere) expect(accepts(type, { [field]: null })).toBe(true);
  });

  test('newDeliveryAt must be there and may be null', () => {
    expect(accepts('delivery.rescheduled', { newDeliveryAt: null })).toBe(true);
    expect(accepts('delivery.rescheduled', { newDeliveryAt: undefined })).toBe(false);
  });

  test.each(sources)('orderId is required unless $topic is feedback, incidents or audits', ({ type, topic }) => {
    expect(accepts(type, { orderId: undefined })).toBe(['feedback', 'incidents', 'audits'].includes(topic));
  });

  test('customerId is required on order.placed alone', () => {
    for (const { type } of sources) expect(accepts(type, { customerId: undefined })).toBe(type !== 'order.placed');
  });

  test.each([['', false], ['x', true], ['x'.repeat(256), true], ['x'.repeat(257), false], ['😀'.repeat(256), true], ['😀'.repeat(257), false], ['\ud83d', false], [7, false]])(
    'ids have 1 to 256 characters: %#', (id, valid) => {
      for (const field of ['id', 'orderId', 'customerId', 'accountId']) expect(accepts('order.placed', { [field]: id })).toBe(valid);
      expect(accepts('order.placed', { lines: [{ lineId: id, sku: 'a', quantity: 1 }] })).toBe(valid);
      expect(accepts('shipment.dispatched', { shipmentId: id })).toBe(valid);
    },
  );

  test('any delivery event may carry a shipmentId, and it is checked', () => {
    for (const type of ['delivery.rescheduled', 'delivery.attempt_failed', 'delivery.exception', 'delivery.completed']) {
      expect([accepts(type, { shipmentId: 'S' }), accepts(type, { shipmentId: null }), accepts(type, { shipmentId: '' })]).toEqual([true, true, false]);
    }
  });

  test('money is a whole number of either sign', () => {
    for (const [value, valid] of [[-5, true], [0, true], [10.5, false], ['100', false], [2 ** 53, false], [Infinity, false]] as const) {
      expect(accepts('payment.captured', { amountMinor: value })).toBe(valid);
    }
  });

  test('quantities are numbers from 0 on, and lists of lines may be empty', () => {
    for (const [quantity, valid] of [[0, true], [-0, true], [0.3, true], [-0.1, false], ['2', false], [Infinity, false], [null, false]] as const) {
      expect(accepts('invoice.issued', { lines: [{ lineId: '1', quantity }] })).toBe(valid);
    }
    expect(accepts('order.placed', { lines: [] })).toBe(true);
    expect(accepts('order.placed', { lines: {} })).toBe(false);
  });

  test('places: unknown keys are ignored whatever they hold, known ones are short texts', () => {
    expect(accepts('order.placed', { place: { planet: 5, carrier: 'x' } })).toBe(true);
    for (const key of PLACE_KEYS) {
      expect([accepts('order.placed', { place: { [key]: '' } }), accepts('order.placed', { place: { [key]: null } })]).toEqual([true, true]);
      expect([accepts('order.placed', { place: { [key]: 5 } }), accepts('order.placed', { place: { [key]: 'x'.repeat(257) } })]).toEqual([false, false]);
    }
    expect([accepts('order.placed', { place: 'here' }), accepts('order.placed', { place: [] })]).toEqual([false, false]);
  });

  test.each<[object, boolean]>([
    [{ metric: 'nps', score: 0, scaleMin: 0, scaleMax: 10 }, true],
    [{ metric: 'nps', score: 10, scaleMin: 1, scaleMax: 10 }, true],
    [{ metric: 'nps', score: 3, scaleMin: 2, scaleMax: 10 }, false],
    [{ metric: 'nps', score: 3, scaleMin: 1, scaleMax: 5 }, false],
    [{ metric: 'nps', score: 0, scaleMin: 1, scaleMax: 10 }, false],
    [{ metric: 'csat', score: 5, scaleMin: 1, scaleMax: 5, higherIsBetter: null }, true],
    [{ metric: 'csat', score: 5.1, scaleMin: 1, scaleMax: 5 }, false],
    [{ metric: 'csat', score: 3, scaleMin: 5, scaleMax: 5 }, false],
    [{ metric: 'ces', score: 3, scaleMin: 1, scaleMax: 7, higherIsBetter: false }, true],
    [{ metric: 'ces', score: 3, scaleMin: 1, scaleMax: 7, higherIsBetter: null }, false],
    [{ metric: 'stars', score: 3, scaleMin: 1, scaleMax: 5 }, false],
  ])('answers fit their scale: %j', (answer, valid) => {
    expect(accepts('feedback.received', { higherIsBetter: undefined, ...answer })).toBe(valid);
  });

  test('an audit names a type that exists', () => {
    expect([accepts('audit.recorded', { step: 'audit.recorded' }), accepts('audit.recorded', { step: 'parcel.scanned' })]).toEqual([true, false]);
  });
});

describe('the quick check', () => {
  const quick = new Map(sources.map(({ type, schema }) => [type, quickCheck(schema)]));

  test('exists for every type', () => {
    expect([...quick.entries()].filter(([, check]) => check === null)).toEqual([]);
  });

  test('agrees with the schema on every event, right or wrong', () => {
    let valid = 0;
    let invalid = 0;
    fc.assert(
      fc.property(bentEvents, ({ source, event }) => {
        const expected = source.schema.safeParse(event).success;
        if (expected) valid += 1;
        else invalid += 1;
        return quick.get(source.type)!(event) === expected;
      }),
      { numRuns: 3000 },
    );
    expect(Math.min(valid, invalid)).toBeGreaterThan(300);
  });

  test('agrees with the schema on values that are no events at all', () => {
    fc.assert(fc.property(fc.constantFrom(...sources), fc.anything(), ({ type, schema }, value) => quick.get(type)!(value) === schema.safeParse(value).success));
  });
});
