import { nameUuid } from '../name-uuid.js';
import type { EventDefinition, MapDefinition } from './definition.js';
import type { Json } from './template.js';

/** How many before it are of its type and rest on the same fields. */
export const twinsBefore = (events: readonly EventDefinition[], event: EventDefinition): number =>
  events.slice(0, events.indexOf(event)).filter(({ type, at, changed }) => type === event.type && at === event.at && changed === event.changed).length;

/** As an event of the map is remembered of a row, whichever others stand before it. */
export const nameOf = ({ type, at, changed }: EventDefinition, twins: number): string => [type, at, changed, twins || null].filter((part) => part !== null).join(' ');

/**
 * An id for an event that names none: the same whenever the same is read again. What a row says once has the id of the row; anything
 * else is known by all that it says.
 */
export function idOf(event: { readonly [key: string]: Json }, map: MapDefinition, { type, at, changed, each }: EventDefinition, twins: number, key: string): string {
  const isOnce = map.state !== null && at !== null && changed === null && each === null;
  return nameUuid(JSON.stringify(['map', map.name, key, type, at, changed, isOnce ? (twins || null) : event]));
}
