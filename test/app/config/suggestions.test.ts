import { describe, expect, test } from '@jest/globals';
import { nearest } from '../../../src/app/config/suggestions.js';

const known = ['late_delivery', 'late_dispatch', 'damaged', 'lost'];

describe('what was probably meant', () => {
  test.each([
    ['lateDelivery', 'late_delivery'], ['late-dispatch', 'late_dispatch'], ['lots', 'lost'], ['damagd', 'damaged'], ['Late_Delivery', 'late_delivery'],
  ])('by %s is %s', (typed, meant) => {
    expect(nearest(typed, known)).toBe(meant);
  });

  test.each(['weather', 'x', ''])('by %j cannot be told', (typed) => {
    expect(nearest(typed, known)).toBeNull();
  });
});
