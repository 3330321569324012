import { PLACE_KEYS, type Place } from '../../contracts/names.js';
import { placeOfValues, valuesOf } from '../place.js';

/** A place as the list of its values by PLACE_KEYS; null for what there is none of, and what is last is left out. */
export function placeValues(place: Place): (string | null)[] {
  const values = valuesOf(place).map((value) => value ?? null);
  while (values.at(-1) === null) values.pop();
  return values;
}

/** The place of which such a list begins at `from`. */
export const placeInList = (list: readonly unknown[], from = 0): Place =>
  placeOfValues(PLACE_KEYS.map((_, i) => textOrNothing(list[from + i])));

const textOrNothing = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
