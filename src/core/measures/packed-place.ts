import { PLACE_KEYS, type Place, type PlaceKey } from '../../contracts/names.js';

/** A place as the list of its values by PLACE_KEYS; null for what there is none of, and what is last is left out. */
export function placeValues(place: Place): (string | null)[] {
  const values = PLACE_KEYS.map((key) => place[key] ?? null);
  while (values.at(-1) === null) values.pop();
  return values;
}

/** The place of which such a list begins at `from`. */
export function placeOfValues(values: readonly unknown[], from = 0): Place {
  const place: Partial<Record<PlaceKey, string>> = {};
  PLACE_KEYS.forEach((key, i) => {
    const value = values[from + i];
    if (typeof value === 'string') place[key] = value;
  });
  return place;
}
