import { describe, expect, test } from '@jest/globals';
import { byPlace } from '../../src/core/fact.js';
import { createJourney, leadingPlaced, place, timelineOf } from '../../src/core/journey.js';
import { fact } from '../support/facts.js';

describe('a journey', () => {
  test('keeps facts in their places, whatever the order of arrival, ties by id', () => {
    const journey = createJourney('o');
    const arrivals = Array.from({ length: 200 }, (_, n) => fact('contact.opened', `05-02 08:00:00.${String((n * 37) % 50).padStart(3, '0')}`, {}, { id: `f${String((n * 83) % 200)}` }));
    for (const each of arrivals) expect(place(journey, each)).toBe('applied');
    expect(journey.facts).toEqual([...arrivals].sort(byPlace));
  });

  test.each([10, 100])('of %i facts takes each id once, and the first read stays', (size) => {
    const journey = createJourney('o');
    for (let n = 0; n < size; n++) place(journey, fact('payment.captured', '05-02 08:00', { amountMinor: n }, { id: `f${String(n)}` }));
    expect(place(journey, fact('payment.captured', '05-01 08:00', { amountMinor: -1 }, { id: 'f7' }))).toBe('duplicate');
    expect(journey.facts).toHaveLength(size);
    expect(journey.facts.find(({ id }) => id === 'f7')?.body).toMatchObject({ amountMinor: 7 });
  });

  test('is led by its first order.placed', () => {
    const [early, first, second] = [fact('contact.opened', '05-01 08:00'), fact('order.placed', '05-02 08:00'), fact('order.placed', '05-03 08:00')];
    expect(timelineOf([early, first, second])).toEqual([first, early, second]);
    const inOrder = [first, second];
    expect(timelineOf(inOrder)).toBe(inOrder);
    expect(leadingPlaced([early])).toBeNull();
  });
});
