import { type BuiltEvent, type CompiledMap, type LearnedLink, STATE_KEY } from './compile-map.js';
import type { Row } from './definition.js';
import { DEEPEST, isDeeper } from './exact-json.js';
import type { Scope } from './expression.js';
import { at, MapFault, type MapPath } from './map-fault.js';
import { conform } from './shape.js';
import { createStateRows, type RowMemory } from './state-rows.js';
import type { Table } from './tables.js';
import { ValueFault } from './value-fault.js';

/** What became of a record. */
export type Mapped =
  | {
    readonly kind: 'mapped';
    readonly events: readonly PlacedEvent[];
    readonly links: readonly LearnedLink[];
    /** The record is used, so its row's version takes the place of the one remembered. A record that is refused changes nothing. */
    readonly remember: () => void;
  }
  /** A later version of the row was read already. */
  | { readonly kind: 'older' }
  | { readonly kind: 'fault'; readonly path: MapPath; readonly message: string };

/** An event, and which of the map's it is. */
export interface PlacedEvent extends BuiltEvent {
  readonly index: number;
}

/** Sees the values that a record brought about on its way to events. */
export type Watch = (path: MapPath, value: unknown) => void;

/** A record read as far as that goes without what is remembered of its row. */
export interface ReadRecord {
  readonly scope: Scope;
  /** The version before, as the change itself tells it. */
  readonly before: Row | null;
  /** Of a map with state: the key of the row. */
  readonly row: { readonly key: string; readonly version: number | string | null } | null;
}
type Fault = Extract<Mapped, { kind: 'fault' }>;

export interface Mapper {
  readonly map: CompiledMap;
  /** `record`: a row as its columns say, or a JSON value. */
  read(record: unknown, watch?: Watch): ReadRecord | Fault;
  /** Goes on from there. A record gives all of its events, or none. */
  finish(read: ReadRecord, watch?: Watch): Mapped;
  /** Both in one, and what is to be remembered is. */
  take(record: unknown, watch?: Watch): Mapped;
}

/** Turns one record after the other into events; remembers the rows of a map with state. @param memory where it does */
export function createMapper(map: CompiledMap, tables: ReadonlyMap<string, Table>, memory?: RowMemory): Mapper {
  const { definition } = map;
  const rows = map.state === null ? null : createStateRows(comparedFields(map), memory);
  const read: Mapper['read'] = (given, watch) => telling(() => {
    const { record, before, change } = at(['record'], () => recordIn(given, map));
    const scope: Scope = { record, before, ...(change === null ? {} : { change }) };
    watch?.(['record'], record);
    join(map, tables, scope, watch);
    map.prepare(scope);
    for (const { name } of definition.lets) watch?.(['let', name], scope[name]);
    return { scope, before, row: rowOf(map, scope) };
  });
  const finish: Mapper['finish'] = ({ scope, before, row }, watch) => telling(() => {
    const known = rows === null || row === null ? null : rows.next(row.key, row.version, scope['record'] as Row);
    if (known === 'older') return { kind: 'older' };
    // What a change itself tells of the row before is nearer to the truth than what was read last.
    const past = { before: before ?? known?.before ?? null, told: known?.told ?? null };
    scope['before'] = past.before;
    const built = build(map, scope, past, watch);
    return { kind: 'mapped', ...built, remember: () => { known?.keep(built.events.map(({ index }) => map.events[index]?.onceAs ?? null).filter((name) => name !== null)); } };
  });
  return {
    map, read, finish,
    take(record, watch) {
      const started = read(record, watch);
      const mapped = 'kind' in started ? started : finish(started, watch);
      if (mapped.kind === 'mapped') mapped.remember();
      return mapped;
    },
  };
}

function telling<T>(work: () => T): T | Fault {
  try {
    return work();
  } catch (error) {
    if (error instanceof MapFault) return { kind: 'fault', path: error.path, message: error.message };
    throw error;
  }
}

function build(map: CompiledMap, scope: Scope, { before, told }: { readonly before: Row | null; readonly told: ReadonlySet<string> | null }, watch: Watch | undefined): Pick<Extract<Mapped, { kind: 'mapped' }>, 'events' | 'links'> {
  const events: PlacedEvent[] = [];
  const links: LearnedLink[] = [];
  for (const link of map.links) link.build(scope, (learned) => { links.push(learned); });
  map.events.forEach((event, index) => {
    const from = events.length;
    event.build(scope, { before, isTold: event.onceAs === null ? null : (told?.has(event.onceAs) ?? null) }, (built) => { events.push({ index, ...built }); });
    watch?.(['events', index], events.slice(from).map((built) => built.event));
  });
  return { events, links };
}

function join({ joins }: CompiledMap, tables: ReadonlyMap<string, Table>, scope: Scope, watch: Watch | undefined): void {
  for (const { definition: { name, many }, key } of joins) {
    const wanted = key(scope);
    const found = wanted === null ? [] : (tables.get(name)?.rows(wanted) ?? []);
    scope[name] = many ? found : (found[0] ?? null);
    watch?.(['joins', name], scope[name]);
  }
}

function rowOf({ state }: CompiledMap, scope: Scope): ReadRecord['row'] {
  if (state === null) return null;
  const key = state.key(scope);
  scope[STATE_KEY] = key;
  return { key, version: state.version(scope) };
}

/** Fields of a row that tell what changed since. */
function comparedFields({ definition, asks }: CompiledMap): readonly string[] {
  const named = definition.events.flatMap(({ at: field, changed }) => [field, changed]).filter((field) => field !== null);
  return [...new Set([...named, ...(asks.get('before') ?? [])])];
}

interface Given {
  readonly record: Row;
  readonly before: Row | null;
  readonly change: Row | null;
}

function recordIn(given: unknown, { definition: { input, fields } }: CompiledMap): Given {
  if (input.format === 'csv') return { record: given as Row, before: null, change: null };
  if (isDeeper(given, DEEPEST)) throw new ValueFault(`it is nested more than ${DEEPEST} deep`);
  if (input.change === null) return { record: conform(given, fields), before: null, change: null };
  const envelope = conform(given, null);
  const { before, after, op, ts_ms: writtenAt, source } = Object.hasOwn(envelope, 'payload') ? conform(envelope['payload'], null) : envelope;
  if (typeof op !== 'string') throw new ValueFault('it is no change as Debezium writes it: it has no text in `op`');
  const row = after ?? before ?? null;
  if (row === null) throw new ValueFault('the change has no row, neither before nor after');
  const sourceAt = typeof source === 'object' && source !== null && 'ts_ms' in source ? source.ts_ms : null;
  return {
    record: conform(row, fields),
    // What was stored before the columns were as they are now may lack some.
    before: before == null || after == null ? null : conform(before, null),
    change: { op, at: typeof sourceAt === 'number' ? sourceAt : typeof writtenAt === 'number' ? writtenAt : null },
  };
}
