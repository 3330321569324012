import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { PLACE_KEYS, type Place } from '../../src/contracts/names.js';
import { bothOf, isSamePlace, NOWHERE, placeOfValues, saysMore, valuesOf } from '../../src/core/place.js';

const anyPlace = fc.array(fc.constantFrom('a', 'b', undefined), { minLength: PLACE_KEYS.length, maxLength: PLACE_KEYS.length }).map(placeOfValues);
const keysOf = (place: Place) => PLACE_KEYS.filter((key) => place[key] !== undefined);

test('the keys of a place stand in the order in which they are stored', () => {
  const named = placeOfValues(PLACE_KEYS);
  expect(Object.entries(named)).toEqual(PLACE_KEYS.map((key) => [key, key]));
  expect(Object.keys(NOWHERE)).toEqual([...PLACE_KEYS]);
  expect(valuesOf(named)).toEqual(PLACE_KEYS);
});

test('places are the same where every key says the same, and one says more where it names a key that the other does not', () => {
  fc.assert(fc.property(anyPlace, anyPlace, (a, b) => {
    expect(isSamePlace(a, b)).toBe(PLACE_KEYS.every((key) => a[key] === b[key]));
    expect(saysMore(a, b)).toBe(keysOf(b).some((key) => !keysOf(a).includes(key)));
  }));
});

test('of places that are named one after the other the first to say something counts', () => {
  const value = fc.constantFrom('a', 'b', '', undefined);
  const named = fc.array(fc.array(value, { minLength: PLACE_KEYS.length, maxLength: PLACE_KEYS.length }).map(placeOfValues), { maxLength: 5 });
  fc.assert(fc.property(named, (places) => {
    const whole = places.reduce(bothOf, NOWHERE);
    expect(valuesOf(whole)).toEqual(PLACE_KEYS.map((key) => places.map((place) => place[key]).find((said) => said !== undefined && said !== '')));
    expect(Object.keys(whole)).toEqual([...PLACE_KEYS]);
  }));
});
