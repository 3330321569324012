import type { Place } from '../contracts/names.js';

/**
 * Places as facts hold them: objects with every key, in one order, `undefined` where nothing is said. V8 reads a key of objects
 * that are all alike from its place in them, and searches for it where their keys differ. Keys are named one by one for the
 * same reason: a loop over them is a search each time.
 */

/** Values in the order of PLACE_KEYS. */
export type PlaceValues = readonly (string | undefined)[];

export const valuesOf = ({ location, team, carrier, region, channel, shift, system }: Place): PlaceValues =>
  [location, team, carrier, region, channel, shift, system];

export const placeOfValues = (values: PlaceValues): Place => ({
  location: values[0], team: values[1], carrier: values[2], region: values[3], channel: values[4], shift: values[5], system: values[6],
}) as Place;

/** Empty values say nothing of a place, like missing ones. */
export const said = (value: string | null | undefined): string | undefined => (value == null || value === '' ? undefined : value);

/** The place of which nothing is known. */
export const NOWHERE: Place = placeOfValues([]);

/** From the last key on: shift and system are what differs most within an order. */
export const isSamePlace = (a: Place, b: Place): boolean =>
  a === b || (a.system === b.system && a.shift === b.shift && a.channel === b.channel && a.region === b.region
    && a.carrier === b.carrier && a.team === b.team && a.location === b.location);

/** Does `other` say something where `place` says nothing? */
export const saysMore = (place: Place, other: Place): boolean =>
  (place.location === undefined && other.location !== undefined) || (place.team === undefined && other.team !== undefined)
  || (place.carrier === undefined && other.carrier !== undefined) || (place.region === undefined && other.region !== undefined)
  || (place.channel === undefined && other.channel !== undefined) || (place.shift === undefined && other.shift !== undefined)
  || (place.system === undefined && other.system !== undefined);

/** What `place` says, and where it says nothing what `other` does. */
export const bothOf = (place: Place, other: Place): Place => ({
  location: place.location ?? said(other.location), team: place.team ?? said(other.team), carrier: place.carrier ?? said(other.carrier),
  region: place.region ?? said(other.region), channel: place.channel ?? said(other.channel), shift: place.shift ?? said(other.shift),
  system: place.system ?? said(other.system),
}) as Place;
