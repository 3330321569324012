import type { AwaitsSchema, EventDecoder } from '../decode.js';
import type { CompiledMap } from '../maps/compile-map.js';
import { createMapper } from '../maps/mapper.js';
import { createTaker, type MapAccount, newAccount } from '../maps/records.js';
import type { Table } from '../maps/tables.js';
import type { SourceRecord } from '../ports.js';
import type { SchemaReader } from '../schema-reader.js';
import { ordersCodec, rowCodec } from './codecs.js';
import { createKeptLinks, type KeptLinks } from './kept-links.js';
import { type ClaimedIntake, type IntakeStore, type KeptValue, type KeptWait, placeOf } from './ports.js';
import { createValueReader, type ValueReader } from './read-value.js';
import { createRemembered } from './remembered.js';
import type { MapAtWork, MappingStepParts, ReadByMaps } from './step.js';

export interface MapWithTables {
  readonly map: CompiledMap;
  readonly tables: ReadonlyMap<string, Table>;
}

export interface MappingParts {
  readonly maps: readonly MapWithTables[];
  readonly store: Pick<IntakeStore, 'load' | 'waits'>;
  readonly schemaReader: SchemaReader | null;
  readonly decode: EventDecoder;
  readonly maxValueBytes: number;
  /** Events that may wait for links at once, and the room that they may take; bytes. */
  readonly maxWaiting: number;
  readonly maxWaitingBytes: number;
}

export interface Mapping extends Pick<MappingStepParts, 'links' | 'prepareLinks'> {
  readonly links: KeptLinks;
  readonly accounts: readonly MapAccount[];
  /** What a record's value is to the maps that read its topic. */
  read(record: SourceRecord<string>): ReadByMaps | AwaitsSchema;
  /** What is remembered of rows and links and was changed since the last call. */
  writes(): readonly KeptValue[];
}

/** Values kept at hand: some hundred bytes each. */
const ROWS_AT_HAND = 50_000;
const LINKS_AT_HAND = 100_000;

/** The maps at work on what the store remembers. */
export async function openMapping(parts: MappingParts, claimed: Pick<ClaimedIntake, 'lastWait'>): Promise<Mapping> {
  const { store, maxWaiting, maxWaitingBytes: maxBytes } = parts;
  const load: IntakeStore['load'] = (ids) => store.load(ids);
  const known = createRemembered({ load, codec: ordersCodec, kind: 'l:', most: LINKS_AT_HAND });
  const accounts = new Map(parts.maps.map(({ map }) => [map.definition.name, newAccount(map.definition)]));
  const links = createKeptLinks({ memory: known, maxWaiting, maxBytes, lastWait: claimed.lastWait, accountOf: (map) => accounts.get(map) });
  await takeUp(store, links);
  const all = parts.maps.map(({ map, tables }) => {
    const { name, input } = map.definition;
    const rows = createRemembered({ load, codec: rowCodec, kind: `r:${name}\0`, most: ROWS_AT_HAND });
    const account = accounts.get(name) ?? newAccount(map.definition);
    const mapper = createMapper(map, tables, rows);
    const atWork: MapAtWork = { mapper, prepareRows: rows.prepare, taker: createTaker<SourceRecord<string>>({ mapper, decode: parts.decode, account, links, nextOffset: () => 0 }) };
    return { topics: input.topics, rows, atWork, readValue: createValueReader(map.definition, { maxValueBytes: parts.maxValueBytes, schemas: parts.schemaReader }) };
  });
  const readers = new Map<string, readonly { readonly map: MapAtWork; readonly readValue: ValueReader }[]>();
  for (const { topics, atWork: map, readValue } of all) for (const topic of topics) readers.set(topic, [...(readers.get(topic) ?? []), { map, readValue }]);
  return {
    links, prepareLinks: known.prepare, accounts: [...accounts.values()],
    read(record) {
      const values: ReadByMaps['values'][number][] = [];
      for (const { map, readValue } of readers.get(placeOf(record.topic).topic) ?? []) {
        const value = readValue(record.value);
        if (value.kind === 'awaits_schema') return value;
        values.push({ map, value });
      }
      return { kind: 'read', values };
    },
    writes: () => [...known.writes(), ...all.flatMap(({ rows }) => rows.writes())],
  };
}

/** Events that waited when the former owner left, in the order in which they came. */
async function takeUp(store: MappingParts['store'], links: KeptLinks): Promise<void> {
  const waiting: KeptWait[] = [];
  await store.waits((wait) => { waiting.push(wait); });
  for (const wait of waiting.sort((a, b) => a.number - b.number)) links.take(wait);
}
