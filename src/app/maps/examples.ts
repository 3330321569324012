import { isDeepStrictEqual } from 'node:util';
import { createEventDecoder } from '../../pipeline/decode.js';
import type { CompiledMap, LearnedLink } from '../../pipeline/maps/compile-map.js';
import type { Example, Row, Shape } from '../../pipeline/maps/definition.js';
import { exactJson, exactText } from '../../pipeline/maps/exact-json.js';
import { createLinks } from '../../pipeline/maps/links.js';
import { createMapper } from '../../pipeline/maps/mapper.js';
import { createRecordTaker, newAccount, type TakenEvent, unlinked, type Waiter } from '../../pipeline/maps/records.js';
import { cellReader, conform } from '../../pipeline/maps/shape.js';
import { buildTable, type Table } from '../../pipeline/maps/tables.js';
import { ValueFault } from '../../pipeline/maps/value-fault.js';

export interface ExampleOutcome {
  readonly name: string;
  /** What is not as the example says; empty: all is. */
  readonly faults: readonly string[];
}

/** Runs the examples that a map brings along, as tests of it. */
export const runExamples = (map: CompiledMap): readonly ExampleOutcome[] =>
  map.definition.examples.map((example) => ({ name: example.name, faults: faultsOf(map, example) }));

function faultsOf(map: CompiledMap, example: Example): string[] {
  let tables: ReadonlyMap<string, Table>;
  try {
    tables = tablesOf(map, example);
  } catch (error) {
    if (error instanceof ValueFault) return [error.message];
    throw error;
  }
  const links = createLinks<Waiter<null>>({ maxWaiting: Infinity });
  links.learn(linksOf(example));
  const take = createRecordTaker<null>({ mapper: createMapper(map, tables), decode, account: newAccount(map.definition), links, nextOffset: () => 0 });
  const given: TakenEvent['event'][] = [];
  for (const [i, record] of example.records.entries()) {
    const fault = takeExample(map, record, (row) => {
      const taken = take(row, null);
      given.push(...taken.flatMap(({ events }) => events.map(({ event }) => event)));
      return taken.find(({ letter }) => letter !== null)?.letter?.message ?? null;
    });
    const isRefused = example.events === null && i === example.records.length - 1;
    if (isRefused) return fault === null ? ['expected that the record is refused, but it gives events'] : [];
    if (fault !== null) return [`record ${i + 1} is refused: ${fault}`];
  }
  const [waiting] = links.expire(Infinity);
  if (waiting !== undefined) return [unlinked(waiting, `tell the example by \`links: {${waiting.link}: {${waiting.key}: ORDER}}\``).letter?.message ?? ''];
  return compare(example.events ?? [], given);
}

/** Examples may be of any time. */
const decode = createEventDecoder({ now: () => Infinity, maxValueBytes: Infinity, maxAheadMs: Infinity });

export const linksOf = ({ links }: Pick<Example, 'links'>): readonly LearnedLink[] =>
  Object.entries(links).flatMap(([link, orders]) => Object.entries(orders).map(([key, orderId]) => ({ link, key, orderId, share: 1 })));

/** Hands over a record as an example writes it: of a table, its cells by name. Gives what the call says, or why the record is none. */
export function takeExample({ definition: { input, fields, decimal } }: CompiledMap, record: unknown, take: (row: unknown) => string | null): string | null {
  try {
    return take(input.format === 'csv' ? rowOf(record, fields, decimal) : exactJson(exactText(record)));
  } catch (error) {
    if (error instanceof ValueFault) return `record: ${error.message}`;
    throw error;
  }
}

/** Cells by the names of their columns, as people write them down: numbers need no quotes, and what is left out is empty. */
export function rowOf(record: unknown, shape: Shape | null, decimal: '.' | ','): Row {
  const cells = conform(record, null);
  const texts = Object.entries(cells).map(([name, cell]) => [name, cell === null ? '' : typeof cell === 'object' ? exactText(cell) : String(cell)] as const);
  const columns = [...new Set([...texts.map(([name]) => name), ...(shape?.keys() ?? [])])];
  const known = new Map(texts);
  return cellReader(columns, shape, decimal)(columns.map((name) => known.get(name) ?? ''));
}

export function tablesOf({ definition }: CompiledMap, { joins }: Pick<Example, 'joins'>): ReadonlyMap<string, Table> {
  const strangers = Object.keys(joins).filter((name) => !definition.joins.some((join) => join.name === name));
  if (strangers.length > 0) throw new ValueFault(`the map has no join called ${strangers.join(', ')}`);
  return new Map(definition.joins.map((join) => {
    const table = buildTable(join.column, join.sort);
    for (const row of joins[join.name] ?? []) {
      const key = conform(row, null)[join.column];
      table.add({ ...rowOf(row, join.fields, definition.decimal), [join.column]: typeof key === 'number' ? String(key) : (key ?? null) });
    }
    return [join.name, table.build()];
  }));
}

function compare(expected: Example['events'] & object, given: readonly unknown[]): string[] {
  const faults: string[] = [];
  for (let i = 0; i < Math.max(expected.length, given.length); i++) {
    const [wanted, got] = [expected[i], given[i] as Readonly<Record<string, unknown>> | undefined];
    if (wanted === undefined) faults.push(`events[${i}]: not expected: ${exactText(got)}`);
    else if (got === undefined) faults.push(`events[${i}]: expected, but not given: ${exactText(wanted)}`);
    else faults.push(...differences(wanted, got, `events[${i}]`));
  }
  return faults;
}

function differences(wanted: Readonly<Record<string, unknown>>, got: Readonly<Record<string, unknown>>, path: string): string[] {
  // An id that is made of the content says nothing that the content doesn't.
  const names = [...new Set([...Object.keys(wanted), ...Object.keys(got)])].filter((name) => name !== 'id' || 'id' in wanted);
  return names.filter((name) => !isDeepStrictEqual(wanted[name], got[name]))
    .map((name) => `${path}.${name}: expected ${shown(wanted[name])}, the map gives ${shown(got[name])}`);
}

const shown = (value: unknown): string => (value === undefined ? 'nothing' : exactText(value));
