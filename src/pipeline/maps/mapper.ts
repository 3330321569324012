import { type BuiltEvent, type CompiledMap, type LearnedLink, STATE_KEY } from './compile-map.js';
import type { Row } from './definition.js';
import type { Scope } from './expression.js';
import { at, MapFault, type MapPath } from './map-fault.js';
import { conform } from './shape.js';
import { createStateRows, type KnownRow, type StateRows } from './state-rows.js';
import type { Table } from './tables.js';
import { ValueFault } from './value-fault.js';

/** What became of a record. */
export type Mapped =
  | { readonly kind: 'mapped'; readonly events: readonly PlacedEvent[]; readonly links: readonly LearnedLink[] }
  /** A later version of the row was read already. */
  | { readonly kind: 'older' }
  | { readonly kind: 'fault'; readonly path: MapPath; readonly message: string };

/** An event, and which of the map's it is. */
export interface PlacedEvent extends BuiltEvent {
  readonly index: number;
}

/** Sees the values that a record brought about on its way to events. */
export type Watch = (path: MapPath, value: unknown) => void;

export interface Mapper {
  readonly map: CompiledMap;
  /** `record`: a row as its columns say, or a JSON value. A record gives all of its events, or none. */
  take(record: unknown, watch?: Watch): Mapped;
}

/** Turns one record after the other into events; remembers the rows of a map with state. */
export function createMapper(map: CompiledMap, tables: ReadonlyMap<string, Table>): Mapper {
  const { definition } = map;
  const rows = map.state === null ? null : createStateRows(comparedFields(map));
  const run = (given: unknown, watch: Watch | undefined): Mapped => {
    const { record, before, change } = at(['record'], () => read(given, map));
    const scope: Scope = { record, before, ...(change === null ? {} : { change }) };
    watch?.(['record'], record);
    join(map, tables, scope, watch);
    map.prepare(scope);
    for (const { name } of definition.lets) watch?.(['let', name], scope[name]);
    const known = rows === null || map.state === null ? null : versionBefore(rows, map.state, scope);
    if (known === 'older') return { kind: 'older' };
    // What a change itself tells of the row before is nearer to the truth than what was read last.
    const past = { before: before ?? known?.before ?? null, told: known?.told ?? null };
    scope['before'] = past.before;
    return build(map, scope, past, watch);
  };
  return {
    map,
    take(record, watch) {
      try {
        return run(record, watch);
      } catch (error) {
        if (error instanceof MapFault) return { kind: 'fault', path: error.path, message: error.message };
        throw error;
      }
    },
  };
}

function build(map: CompiledMap, scope: Scope, { before, told }: { readonly before: Row | null; readonly told: Set<number> | null }, watch: Watch | undefined): Mapped {
  const events: PlacedEvent[] = [];
  const links: LearnedLink[] = [];
  for (const link of map.links) link.build(scope, (learned) => { links.push(learned); });
  map.events.forEach((event, index) => {
    const from = events.length;
    event.build(scope, { before, isTold: told?.has(index) ?? null }, (built) => { events.push({ index, ...built }); });
    watch?.(['events', index], events.slice(from).map((built) => built.event));
  });
  for (const { index } of events) told?.add(index);
  return { kind: 'mapped', events, links };
}

function join({ joins }: CompiledMap, tables: ReadonlyMap<string, Table>, scope: Scope, watch: Watch | undefined): void {
  for (const { definition: { name, many }, key } of joins) {
    const wanted = key(scope);
    const found = wanted === null ? [] : (tables.get(name)?.rows(wanted) ?? []);
    scope[name] = many ? found : (found[0] ?? null);
    watch?.(['joins', name], scope[name]);
  }
}

function versionBefore(rows: StateRows, state: NonNullable<CompiledMap['state']>, scope: Scope): KnownRow | 'older' {
  const key = state.key(scope);
  scope[STATE_KEY] = key;
  return rows.next(key, state.version(scope), scope['record'] as Row);
}

/** Fields of a row that tell what changed since. */
function comparedFields({ definition, asks }: CompiledMap): readonly string[] {
  const named = definition.events.flatMap(({ at: field, changed }) => [field, changed]).filter((field) => field !== null);
  return [...new Set([...named, ...(asks.get('before') ?? [])])];
}

interface Read {
  readonly record: Row;
  readonly before: Row | null;
  readonly change: Row | null;
}

function read(given: unknown, { definition: { input, fields } }: CompiledMap): Read {
  if (input.format === 'csv') return { record: given as Row, before: null, change: null };
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
