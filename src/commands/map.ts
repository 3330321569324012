import { createEventDecoder } from '../pipeline/decode.js';
import { exactJson, exactText } from '../pipeline/maps/exact-json.js';
import { createMapper, type Mapped } from '../pipeline/maps/mapper.js';
import { ofEvent } from '../pipeline/maps/records.js';
import { pathText } from '../pipeline/maps/map-fault.js';
import { runExamples, tablesOf, takeExample } from '../app/maps/examples.js';
import { openMappedRecords } from '../app/maps/mapped-records.js';
import { counted } from '../app/report/layout.js';
import { ValueFault } from '../pipeline/maps/value-fault.js';
import { CommandFault, configOrFault } from './context.js';
import { toldAsFault } from './input-options.js';
import { mapsFromOrFault, readTextOrFault } from './maps.js';
import { mapsOrFault } from './named-input.js';

/** `touchpoint map check FILE...`: exit code 2 when a map can't be used, 1 when one of its examples fails. */
export function checkMaps(files: readonly string[]): void {
  let failed = 0;
  for (const [i, map] of mapsFromOrFault(files).entries()) {
    const outcomes = runExamples(map);
    const { name, events, examples } = map.definition;
    process.stdout.write(`${files[i] ?? ''}: map ${name}, ${counted(events.length, 'event')} (${[...new Set(events.map(({ type }) => type))].join(', ')}), ${counted(examples.length, 'example')}\n`);
    for (const { name: example, faults } of outcomes) {
      process.stdout.write(`  ${faults.length === 0 ? 'ok  ' : 'FAIL'}  ${example}\n${faults.map((fault) => `          ${fault}\n`).join('')}`);
      if (faults.length > 0) failed += 1;
    }
  }
  if (failed > 0) throw new CommandFault(`${failed} ${failed === 1 ? 'example does' : 'examples do'} not give what the map says`, 1);
}

export interface TryOptions {
  readonly join?: readonly string[];
}

/** `touchpoint map try FILE RECORD`: what a record becomes, step by step. `RECORD` is JSON, or a file that holds it. */
export function tryMap(file: string, given: string, { join = [] }: TryOptions): void {
  const [map] = mapsFromOrFault([file]);
  if (map === undefined) return;
  const record = jsonOrFault(/^\s*[{[]/.test(given) ? given : readTextOrFault(given), 'RECORD');
  const out = (text: string): void => { process.stdout.write(`${text}\n`); };
  const tables = (() => {
    try {
      return tablesOf(map, { joins: joinsOf(join) });
    } catch (error) {
      throw error instanceof ValueFault ? new CommandFault(`--join: ${error.message}`, 2) : error;
    }
  })();
  const { events } = map.definition;
  const mapper = createMapper(map, tables);
  const fault = takeExample(map, record, (row) => {
    const mapped = mapper.take(row, (path, value) => {
      const [step, index] = path;
      if (step !== 'events' || typeof index !== 'number') {
        out(`${pathText(path)}: ${shown(value)}`);
        return;
      }
      const made = value as readonly unknown[];
      out(`${pathText(path)} ${events[index]?.type ?? ''}${made.length === 0 ? ': does not occur' : ''}`);
      for (const event of made) out(`  ${JSON.stringify(event)}`);
    });
    if (mapped.kind === 'fault') return `${pathText(mapped.path)}: ${mapped.message}`;
    return mapped.kind === 'older' ? null : told(map.definition.name, mapped, out);
  });
  if (fault !== null) throw new CommandFault(fault, 1);
}

/** Tells what links came of the record; gives what the contract refuses of its events. */
function told(name: string, { events, links }: Extract<Mapped, { kind: 'mapped' }>, out: (text: string) => void): string | null {
  for (const { link, key, orderId, share } of links) out(`links: ${link} ${key} belongs to order ${orderId} (share ${share})`);
  const decode = createEventDecoder({ now: () => Infinity, maxValueBytes: Infinity, maxAheadMs: Infinity });
  for (const { index, event, via } of events) {
    if (via !== null) out(`events[${index}] waits for the order of ${via.link} ${via.key}`);
    const decoded = decode(via === null ? event : { ...event, orderId: via.key }, 0);
    if (decoded.kind === 'dead_letter') return ofEvent(name, index, decoded).message;
  }
  return null;
}

/** Instants as events have them. */
const shown = (value: unknown): string => (value === undefined ? 'nothing' : exactText(value));

/** `NAME=JSON`: rows of a joined file, one or a list. */
function joinsOf(given: readonly string[]): Record<string, readonly unknown[]> {
  return Object.fromEntries(given.map((text) => {
    const [, name, json] = /^(\w+)=(.*)$/s.exec(text) ?? [];
    if (name === undefined || json === undefined) throw new CommandFault(`--join ${text}: expected NAME=JSON, such as customer={"id":"7"}`, 2);
    const rows = jsonOrFault(json, `--join ${name}`);
    return [name, Array.isArray(rows) ? rows as unknown[] : [rows]];
  }));
}

function jsonOrFault(text: string, what: string): unknown {
  try {
    return exactJson(text);
  } catch (error) {
    throw new CommandFault(`${what} is not JSON: ${error instanceof Error ? error.message : String(error)}`, 2);
  }
}

/** `touchpoint map run --map FILE... DATA...`: the events as NDJSON; exit code 1 when records were refused. */
export async function runMaps(named: readonly string[], options: { readonly map?: readonly string[] }): Promise<void> {
  const { limits } = configOrFault();
  const { maps, data } = await mapsOrFault(options.map, named);
  if (maps.length === 0) throw new CommandFault('--map: expected at least one map', 2);
  try {
    const records = await openMappedRecords({ maps, files: data, maxRecordBytes: limits.maxValueBytes }, createEventDecoder({ now: () => Date.now(), ...limits }));
    for (let batch = await records.next(); batch !== null; batch = await records.next()) {
      let text = '';
      for (const { origin: line, events, letter } of batch) {
        for (const { event } of events) text += `${JSON.stringify(event)}\n`;
        if (letter !== null) process.stderr.write(`${line.file}:${line.number}: ${letter.reason}: ${letter.message}\n`);
      }
      if (!process.stdout.write(text)) await new Promise((resolve) => { process.stdout.once('drain', resolve); });
    }
    const refused = records.accounts.reduce((sum, account) => sum + account.refused + account.unlinked, 0);
    if (refused > 0) throw new CommandFault(`${counted(refused, 'record')} ${refused === 1 ? 'was' : 'were'} refused`, 1);
  } catch (error) {
    if (error instanceof CommandFault) throw error;
    toldAsFault(error);
  }
}
