import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { SIGNALS, VERDICTS } from '../../src/contracts/names.js';
import { newOrderState, type OrderState } from '../../src/core/order-state.js';
import { packOrderState, unpackOrderState } from '../../src/core/order-state-codec.js';
import type { SaidAlert, SaidPattern, SaidSignal } from '../../src/core/said.js';

const instant = fc.oneof(fc.nat(), fc.integer({ min: 1_700_000_000_000, max: 1_900_000_000_000 }));
const count = fc.oneof(fc.nat(300), fc.nat());
const severity = fc.constantFrom('warning', 'critical');
const signal = fc.record({ episode: count, revision: count, state: fc.constantFrom('open', 'resolved', 'retracted'), severity: fc.constantFrom('minor', 'major'), print: fc.string() }) as unknown as fc.Arbitrary<SaidSignal>;
const pattern = fc.record({ episode: count, revision: count, state: fc.constantFrom('matched', 'cleared'), severity }) as fc.Arbitrary<SaidPattern>;
const alert = fc.record({
  episode: count, revision: count, state: fc.constantFrom('open', 'resolved', 'expired', 'closed'), severity, patterns: fc.array(fc.string(), { maxLength: 3 }),
  raisedAt: fc.option(instant), usefulUntil: fc.option(instant),
}) as fc.Arbitrary<SaidAlert>;
const text = fc.string({ unit: 'grapheme', maxLength: 60 });
const state: fc.Arbitrary<OrderState> = fc.record({
  said: fc.record({
    sequence: count, verdict: fc.constantFrom(...VERDICTS), verdictRevision: count,
    signals: fc.array(fc.tuple(fc.constantFrom(...SIGNALS), signal), { maxLength: 4 }).map((entries) => new Map(entries)),
    patterns: fc.array(fc.tuple(fc.string(), pattern), { maxLength: 3 }).map((entries) => new Map(entries)),
    alert: fc.option(alert),
  }),
  judgedAt: instant, due: fc.option(instant), unassessed: fc.boolean(), rests: fc.option(instant),
  counted: fc.oneof(fc.constant([]), fc.tuple(text), fc.tuple(text, text), fc.tuple(fc.integer()), fc.array(fc.oneof(fc.integer(), text), { maxLength: 9 })),
  judgedBy: fc.option(text), published: fc.option(text),
});

describe('the state of an order', () => {
  test('comes back as it was', () => {
    fc.assert(fc.property(state, (given) => { expect(unpackOrderState(packOrderState(given))).toEqual(given); }), { numRuns: 2_000 });
  });

  test('the format stands: these bytes were written by format 2 and must read the same for ever', () => {
    const given: OrderState = { ...newOrderState(), judgedAt: 0, due: 1_801_164_295_377, rests: 1_795_980_298_311, counted: ['Egn22FoKoBgBI6CF'], judgedBy: '18pnc0yo3y1' };
    const bytes = Buffer.from('02cb01a3b390dceb689492eccf260004001345676e3232466f4b6f426742493643460e3138706e6330796f337931', 'hex');
    expect(Buffer.from(packOrderState(given))).toEqual(bytes);
    expect(unpackOrderState(bytes)).toEqual(given);
  });

  test('as JSON, which was format 1, reads the same', () => {
    const json = '[1,7,1801164295377,1,12,"poor",2,[["late_delivery",1,2,0,"major","p"]],[["silent_change",1,1,0,"critical"]],[1,3,0,"critical",["x"],5,9],["Egn22FoKoBgBI6CF"],"18pnc0yo3y1","j-1",90]';
    expect(unpackOrderState(Buffer.from(json))).toEqual({
      judgedAt: 7, due: 1_801_164_295_377, unassessed: true, rests: 97, counted: ['Egn22FoKoBgBI6CF'], judgedBy: '18pnc0yo3y1', published: 'j-1',
      said: {
        sequence: 12, verdict: 'poor', verdictRevision: 2, signals: new Map([['late_delivery', { episode: 1, revision: 2, state: 'open', severity: 'major', print: 'p' }]]),
        patterns: new Map([['silent_change', { episode: 1, revision: 1, state: 'matched', severity: 'critical' }]]),
        alert: { episode: 1, revision: 3, state: 'open', severity: 'critical', patterns: ['x'], raisedAt: 5, usefulUntil: 9 },
      },
    });
    expect(unpackOrderState(Buffer.from('[1,0,null,0,0,"on_course",0,[],[],0,[],0]'))).toEqual({ ...newOrderState(), judgedAt: 0 });
  });

  test.each([['[3,0]', 'format 3'], ['\u0003', 'format 3']])('%j of a newer format is refused', (text, why) => {
    expect(() => unpackOrderState(Buffer.from(text))).toThrow(why);
  });

  test('bytes that end early are refused', () => {
    const bytes = packOrderState({ ...newOrderState(), due: 5, judgedBy: 'rules', counted: ['amounts'] });
    for (let length = 0; length < bytes.length; length += 1) expect(() => unpackOrderState(bytes.subarray(0, length))).toThrow(RangeError);
  });
});
