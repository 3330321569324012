import type { Decoded, EventDecoder } from '../decode.js';
import type { MapDefinition } from './definition.js';
import { pathText } from './map-fault.js';
import type { Mapper } from './mapper.js';
import type { Json } from './template.js';

/** What became of the records of one map: records = said something + silent + older + refused. */
export interface MapAccount {
  readonly map: string;
  records: number;
  /** Events that they gave. */
  events: number;
  /** Records that gave none. */
  silent: number;
  /** Versions of rows that came after later ones. */
  older: number;
  refused: number;
}

export const newAccount = ({ name }: MapDefinition): MapAccount => ({ map: name, records: 0, events: 0, silent: 0, older: 0, refused: 0 });

type Read = Extract<Decoded, { kind: 'event' }>;
type Letter = Extract<Decoded, { kind: 'dead_letter' }>;

/** An event as the map made it, and what it says. */
export interface TakenEvent {
  readonly event: { readonly [key: string]: Json };
  readonly decoded: Read;
}

/** What a record gave: all of its events, judged, or one dead letter. */
export interface Taken {
  readonly events: readonly TakenEvent[];
  readonly letter: Letter | null;
}

const NOTHING: Taken = { events: [], letter: null };

/** Maps and judges records one by one; a record of which one event can't be used gives none. */
export function createRecordTaker(mapper: Mapper, decode: EventDecoder, account: MapAccount, nextOffset: () => number): (record: unknown) => Taken {
  const { definition } = mapper.map;
  const refuse = (letter: Letter): Taken => {
    account.refused += 1;
    return { events: [], letter };
  };
  return (record) => {
    account.records += 1;
    const mapped = mapper.take(record);
    if (mapped.kind === 'fault') return refuse(mapFailed(definition.name, pathText(mapped.path), mapped.message));
    if (mapped.kind === 'older') {
      account.older += 1;
      return NOTHING;
    }
    const events: TakenEvent[] = [];
    for (const { index, event } of mapped.events) {
      const decoded = decode(event, nextOffset());
      if (decoded.kind === 'dead_letter') return refuse(ofEvent(definition.name, index, decoded));
      events.push({ event, decoded });
    }
    if (events.length === 0) account.silent += 1;
    account.events += events.length;
    return { events, letter: null };
  };
}

/** An event that the contract doesn't allow is a fault of the map; one that only its order or the clock refuses keeps the reason. */
export const ofEvent = (map: string, index: number, letter: Letter): Letter =>
  (letter.reason === 'schema_invalid' || letter.reason === 'unknown_type' ? mapFailed(map, `events[${index}]`, letter.message) : letter);

export const mapFailed = (map: string, path: string, message: string): Letter => ({ kind: 'dead_letter', reason: 'map_failed', message: `map ${map}: ${path}: ${message}` });
