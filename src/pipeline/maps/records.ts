import type { Decoded, EventDecoder } from '../decode.js';
import { nameUuid } from '../name-uuid.js';
import type { LearnedLink } from './compile-map.js';
import type { MapDefinition } from './definition.js';
import { type Asked, type LinkedOrder, type Links, shareOut } from './links.js';
import { pathText } from './map-fault.js';
import type { Mapper, PlacedEvent } from './mapper.js';
import type { Json } from './template.js';

/** What became of the records of one map: records = said something (now or by a link later) + silent + older + refused. */
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
  /** Events whose order no link told. */
  unlinked: number;
}

export const newAccount = ({ name }: Pick<MapDefinition, 'name'>): MapAccount => ({ map: name, records: 0, events: 0, silent: 0, older: 0, refused: 0, unlinked: 0 });

type Read = Extract<Decoded, { kind: 'event' }>;
type Letter = Extract<Decoded, { kind: 'dead_letter' }>;

/** An event as the map made it, and what it says. */
export interface TakenEvent {
  readonly event: { readonly [key: string]: Json };
  readonly decoded: Read;
}

/** What a record gave: events that the contract allows, or a dead letter. `origin`: where the record stands. */
export interface Taken<O> {
  readonly map: string;
  readonly origin: O;
  readonly events: readonly TakenEvent[];
  readonly letter: Letter | null;
}

/** An event that waits to know its orders. */
export interface Waiter<O> {
  readonly origin: O;
  readonly placed: PlacedEvent;
  readonly taker: { readonly map: string; readonly account: MapAccount };
}

export interface TakerParts<O> {
  readonly mapper: Mapper;
  readonly decode: EventDecoder;
  readonly account: MapAccount;
  /** Shared by all maps. */
  readonly links: Links<Waiter<O>>;
  readonly nextOffset: () => number;
}

/** A record that was turned into events; what links have to say of it is not asked yet. */
export interface MappedRecord<O> {
  readonly origin: O;
  /** What it says at once; null: nothing. */
  readonly said: Taken<O> | null;
  readonly links: readonly LearnedLink[];
  /** Events that links know the orders of. */
  readonly asks: readonly Waiter<O>[];
}

export interface RecordTaker<O> {
  /** What the map makes of a record. Of one that it can't use, or whose events the contract refuses, nothing is given or remembered. */
  map(read: ReturnType<Mapper['read']>, origin: O): MappedRecord<O>;
  /** What is no record that a map could read. `why` null: it need not be one, and says nothing. */
  pass(origin: O, why: Pick<Letter, 'reason' | 'message'> | null): MappedRecord<O>;
  /** What it says, and what a link that it told has set free. `at`: the time reached, for those who then wait. */
  settle(mapped: MappedRecord<O>, at: number): readonly Taken<O>[];
}

/** Events of one record; a list in it is not longer either. */
const MOST_EVENTS = 10_000;

/** Takes in records one by one, in two halves: between them whoever keeps links elsewhere can fetch those that are needed. */
export function createTaker<O>({ mapper, decode, account, links, nextOffset }: TakerParts<O>): RecordTaker<O> {
  const { name } = mapper.map.definition;
  const refuse = (origin: O, letter: Letter): MappedRecord<O> => {
    account.refused += 1;
    return { origin, said: { map: name, origin, events: [], letter }, links: [], asks: [] };
  };
  const nothing = (origin: O): MappedRecord<O> => ({ origin, said: null, links: [], asks: [] });
  return {
    pass(origin, why) {
      account.records += 1;
      if (why !== null) return refuse(origin, { kind: 'dead_letter', reason: why.reason, message: `map ${name}: ${why.message}` });
      account.silent += 1;
      return nothing(origin);
    },
    map(read, origin) {
      account.records += 1;
      const mapped = 'kind' in read ? read : mapper.finish(read);
      if (mapped.kind === 'fault') return refuse(origin, mapFailed(name, pathText(mapped.path), mapped.message));
      if (mapped.kind === 'older') {
        account.older += 1;
        return nothing(origin);
      }
      if (mapped.events.length > MOST_EVENTS) return refuse(origin, mapFailed(name, 'events', `the record gives ${mapped.events.length} events, at most ${MOST_EVENTS} are allowed`));
      const events: TakenEvent[] = [];
      for (const { index, event, via } of mapped.events) {
        if (via !== null) continue;
        const decoded = decode(event, nextOffset());
        if (decoded.kind === 'dead_letter') return refuse(origin, ofEvent(name, index, decoded));
        events.push({ event, decoded });
      }
      mapped.remember();
      if (mapped.events.length === 0) account.silent += 1;
      account.events += events.length;
      const asks = mapped.events.filter(({ via }) => via !== null).map((placed): Waiter<O> => ({ origin, placed, taker: { map: name, account } }));
      return { origin, said: events.length === 0 ? null : { map: name, origin, events, letter: null }, links: mapped.links, asks };
    },
    settle({ said, links: told, asks }, at) {
      const taken: Taken<O>[] = said === null ? [] : [said];
      for (const { waiter, orders } of links.learn(told)) taken.push(release(waiter, orders, decode, nextOffset));
      for (const waiter of asks) taken.push(...ask(waiter, at, links, decode, nextOffset));
      return taken;
    },
  };
}

/** Takes in records one by one; gives what each gave, and what a link that it told has set free. */
export function createRecordTaker<O>(parts: TakerParts<O>): (record: unknown, origin: O) => readonly Taken<O>[] {
  const taker = createTaker(parts);
  return (record, origin) => taker.settle(taker.map(parts.mapper.read(record), origin), 0);
}

function ask<O>(waiter: Waiter<O>, at: number, links: Links<Waiter<O>>, decode: EventDecoder, nextOffset: () => number): readonly Taken<O>[] {
  const { via } = waiter.placed;
  if (via === null) return [];
  const found = links.find({ link: via.link, key: via.key, waiter }, at);
  if (found.kind === 'orders') return [release(waiter, found.orders, decode, nextOffset)];
  return found.dropped.map((dropped) => unlinked(dropped, 'too many others wait for links'));
}

/** The event, once for each of its orders. */
function release<O>({ origin, placed, taker }: Waiter<O>, orders: readonly LinkedOrder[], decode: EventDecoder, nextOffset: () => number): Taken<O> {
  const events: TakenEvent[] = [];
  for (const event of eventsOf(placed, orders)) {
    const decoded = decode(event, nextOffset());
    if (decoded.kind === 'dead_letter') {
      taker.account.refused += 1;
      return { map: taker.map, origin, events: [], letter: ofEvent(taker.map, placed.index, decoded) };
    }
    events.push({ event, decoded });
  }
  taker.account.events += events.length;
  return { map: taker.map, origin, events, letter: null };
}

function eventsOf({ event, via }: PlacedEvent, orders: readonly LinkedOrder[]): readonly { readonly [key: string]: Json }[] {
  const split = via?.split ?? [];
  const parts = new Map(split.map((field) => [field, splitField(event[field], orders)]));
  return orders.map(({ orderId }, i) => {
    const own: { [key: string]: Json } = { ...event, orderId };
    for (const [field, amounts] of parts) own[field] = amounts[i] ?? null;
    // The order that was learned first keeps the id: an event that comes again when another was learned is still the same to it.
    if (i > 0 || split.length > 0) own['id'] = nameUuid(JSON.stringify(['linked', event['id'], orderId]));
    return own;
  });
}

/** What is no whole number stays as it is: the contract then says what is wrong with it. */
function splitField(value: Json | undefined, orders: readonly LinkedOrder[]): readonly Json[] {
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) return orders.map(() => value ?? null);
  return shareOut(value, orders.map(({ share }) => share));
}

/** The dead letter of an event whose order no link told. */
export function unlinked<O>({ link, waiter: { origin, placed, taker } }: Asked<Waiter<O>>, why: string): Taken<O> {
  taker.account.unlinked += 1;
  return { map: taker.map, origin, events: [], letter: { kind: 'dead_letter', reason: 'unlinked', message: `map ${taker.map}: events[${placed.index}].via: no record told which order this ${link} belongs to; ${why}` } };
}

/** An event that the contract doesn't allow is a fault of the map; one that only its order or the clock refuses keeps the reason. */
export const ofEvent = (map: string, index: number, letter: Letter): Letter =>
  (letter.reason === 'schema_invalid' || letter.reason === 'unknown_type' ? mapFailed(map, `events[${index}]`, letter.message) : letter);

export const mapFailed = (map: string, path: string, message: string): Letter => ({ kind: 'dead_letter', reason: 'map_failed', message: `map ${map}: ${path}: ${message}` });
