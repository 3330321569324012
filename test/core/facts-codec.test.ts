import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { SOURCE_EVENT_TYPES, SOURCES } from '../../src/contracts/sources.js';
import { factOf } from '../../src/core/fact-of.js';
import type { Fact } from '../../src/core/fact.js';
import { FACTS_FORMAT, createFactsMemory, packFacts, unpackFacts } from '../../src/core/facts-codec.js';
import { factOfType, facts } from './facts.arbitrary.js';

const packed = (list: readonly Fact[]): Uint8Array => packFacts(list, createFactsMemory());
const joined = (parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));
const examples = (): Fact[] => [...SOURCES.values()].map(({ topic, example }, i) => factOf(example, topic, 100 + i).fact);

describe('packed facts', () => {
  test.each(SOURCE_EVENT_TYPES)('%s comes back as it was', (type) => {
    fc.assert(fc.property(fc.array(factOfType(type), { minLength: 1, maxLength: 5 }), (list) => {
      expect(unpackFacts(packed(list))).toStrictEqual(list);
    }), { numRuns: 40 });
  });

  test('many facts of all types come back in the order in which they were packed', () => {
    fc.assert(fc.property(facts, (list) => { expect(unpackFacts(packed(list))).toStrictEqual(list); }), { numRuns: 120 });
  });

  test('have their fields in the order of facts just read, as engines tell shapes of objects apart by it', () => {
    expect(JSON.stringify(unpackFacts(packed(examples())))).toBe(JSON.stringify(examples()));
  });

  test('appending gives the same bytes as packing at once, whether the memory was kept or read from the bytes', () => {
    fc.assert(fc.property(facts, fc.nat(), (list, cut) => {
      const at = list.length === 0 ? 0 : cut % (list.length + 1);
      const whole = packed(list);
      const kept = createFactsMemory();
      const first = packFacts(list.slice(0, at), kept);
      expect(joined([first, packFacts(list.slice(at), kept)])).toEqual(whole);
      const read = createFactsMemory();
      unpackFacts(first, read);
      expect(joined([first, packFacts(list.slice(at), read)])).toEqual(whole);
    }), { numRuns: 120 });
  });

  test('fact after fact, each with the memory that the last one left, is the same as well', () => {
    fc.assert(fc.property(facts, (list) => {
      const memory = createFactsMemory();
      expect(joined(list.map((fact) => packFacts([fact], memory)))).toEqual(packed(list));
    }), { numRuns: 60 });
  });

  test('nothing packs to nothing and back', () => {
    expect(packed([])).toHaveLength(0);
    expect(unpackFacts(new Uint8Array(0))).toEqual([]);
  });

  test('begin with their format, and another one is refused by name', () => {
    const bytes = packed(examples());
    expect(bytes[0]).toBe(FACTS_FORMAT);
    bytes[0] = FACTS_FORMAT + 1;
    expect(() => unpackFacts(bytes)).toThrow('format 2');
  });

  test('bytes that end early are refused, wherever they end within a fact', () => {
    const list = examples();
    const borders = new Set(list.map((_, i) => packed(list.slice(0, i + 1)).length));
    const bytes = packed(list);
    for (let end = 2; end < bytes.length; end += 1) {
      if (!borders.has(end)) expect(() => unpackFacts(bytes.slice(0, end))).toThrow(RangeError);
    }
  });

  test('do not depend on what was packed before in the same process', () => {
    const list = examples();
    const before = packed(list);
    packed(list.map((fact) => ({ ...fact, id: `other-${fact.id}` })));
    expect(packed(list)).toEqual(before);
  });

  test('the format stands: these bytes were written by format 1 and must read the same for ever', () => {
    const placed = examples().slice(0, 2);
    expect(Buffer.from(packed(placed)).toString('hex')).toBe(FORMAT_1);
    expect(unpackFacts(Buffer.from(FORMAT_1, 'hex'))).toStrictEqual(placed);
  });

  test('what an order has named before costs next to nothing: a notice with a UUID takes less than 30 bytes', () => {
    const place = { region: 'south', carrier: 'north-post', location: 'dc-2', team: 'team-23', shift: 'late', system: 'mailer' };
    const notice = examples().find(({ type }) => type === 'notification.sent')!;
    const first: Fact = { ...notice, customerId: 'customer-1', accountId: 'account-1', place };
    const next: Fact = {
      ...first, id: '11111111-58b1-4c1e-9c1d-8a6c0f9d1b02', at: first.at + 86_400_123, offset: first.offset + 20_000,
      place: { ...place, shift: 'night' }, body: { ...notice.body, notificationId: 'N-2-next' },
    } as Fact;
    const memory = createFactsMemory();
    const before = packFacts([first], memory).length;
    expect(before).toBeGreaterThan(100);
    expect(packFacts([next], memory).length).toBeLessThan(50);
    expect(packFacts([{ ...next, id: '22222222-58b1-4c1e-9c1d-8a6c0f9d1b02' }], memory).length).toBeLessThan(30);
  });
});

const FORMAT_1 =
  '01001a003a4b2f0e58b14c1e9c1d8a6c0f9d1b01c09eebd99567c80107432d3737084143432d3980180108736f75746801067765620500043105094c414d502d32'
  + '00043200000000000000e03f0b4341424c452d354d0308030602f8bf1801104575726f70652f4265726c696e01fdca0101064555520100003a4b2f0e58b14c1e'
  + '9c1d8a6c0f9d1b02c0bfb809020001030503030a019d6d';
