import { describe, expect, it } from '@jest/globals';
import { PLACE_KEYS } from '../../src/contracts/names.js';
import { factOf } from '../../src/core/fact-of.js';
import type { SourceEvent } from '../../src/contracts/sources.js';

const placeOf = (place: Record<string, string | null> | null) =>
  factOf({
    id: 'e-1', type: 'delivery.attempt_failed', orderId: 'o-1', occurredAt: '2026-05-01T08:00:00Z', place,
  } as unknown as SourceEvent, 'logistics', 0).fact.place;

describe('the place of a fact', () => {
  it.each(PLACE_KEYS)('keeps %s', (key) => {
    expect(placeOf({ [key]: 'x' })).toEqual({ [key]: 'x' });
  });

  it('leaves out what says nothing', () => {
    expect(placeOf({ carrier: 'fast', team: '', region: null, planet: 'earth' })).toEqual({ carrier: 'fast' });
  });

  it('is null where nothing is said', () => {
    for (const place of [null, {}, { carrier: '', team: null }, { planet: 'earth' }]) expect(placeOf(place)).toBeNull();
  });
});
