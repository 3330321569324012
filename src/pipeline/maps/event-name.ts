import { nameUuid } from '../name-uuid.js';
import type { EventDefinition, MapDefinition } from './definition.js';
import type { Json } from './template.js';

/** What tells an event of a map from its others, whichever stand before it. `twin`: how many before it are of its type and rest on the same fields. */
export interface EventName extends Pick<EventDefinition, 'type' | 'at' | 'changed'> {
  readonly twin: number;
}

export function nameOf(events: readonly EventDefinition[], event: EventDefinition): EventName {
  const { type, at, changed } = event;
  const twin = events.slice(0, events.indexOf(event)).filter((other) => other.type === type && other.at === at && other.changed === changed).length;
  return { type, at, changed, twin };
}

/** As it is remembered of a row. */
export const nameText = ({ type, at, changed, twin }: EventName): string => [type, at, changed, twin || null].filter((part) => part !== null).join(' ');

/**
 * An id for an event that names none: the same whenever the same is read again. What a row says once has the id of the row; anything
 * else is known by all that it says.
 */
export function idOf(event: { readonly [key: string]: Json }, map: MapDefinition, { at, changed, each }: EventDefinition, name: EventName, key: string): string {
  const isOnce = map.state !== null && at !== null && changed === null && each === null;
  return nameUuid(JSON.stringify(['map', map.name, key, name.type, at, changed, isOnce ? (name.twin || null) : event]));
}
