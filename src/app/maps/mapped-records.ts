import type { Line } from '../../adapters/files/lines.js';
import type { EventDecoder } from '../../pipeline/decode.js';
import type { CompiledMap } from '../../pipeline/maps/compile-map.js';
import { createMapper } from '../../pipeline/maps/mapper.js';
import { createLinks, type Links } from '../../pipeline/maps/links.js';
import { createRecordTaker, type MapAccount, newAccount, type Taken, unlinked, type Waiter } from '../../pipeline/maps/records.js';
import { assignFiles, type MapFiles } from './data-files.js';
import { loadTables, openRecords, type RawRecord, type RecordSource } from './map-sources.js';

export interface MappedRequest {
  readonly maps: readonly CompiledMap[];
  /** Files, and folders of files. */
  readonly files: readonly string[];
  readonly maxRecordBytes: number;
}

export interface MappedRecords {
  /** What the next records gave, at least one of them; null at the end. @throws DataFault */
  next(): Promise<readonly Taken<Line>[] | null>;
  readonly bytesRead: () => number;
  readonly accounts: readonly MapAccount[];
}

/** Events that may wait for links at once; some kilobytes each. */
const MOST_WAITING = 200_000;

/** Opens the files of these maps, and reads those of their joins. @throws DataFault when they aren't what the maps read */
export async function openMappedRecords({ maps, files, maxRecordBytes }: MappedRequest, decode: EventDecoder): Promise<MappedRecords> {
  const assigned = await assignFiles(maps, files);
  const links = createLinks<Waiter<Line>>({ maxWaiting: MOST_WAITING });
  let offset = 0;
  const readings = await Promise.all(assigned.map(async (its): Promise<Reading> => {
    const account = newAccount(its.map.definition);
    const mapper = createMapper(its.map, await loadTables(its));
    return { its, account, take: createRecordTaker({ mapper, decode, account, links, nextOffset: () => offset++ }) };
  }));
  const opened: RecordSource[] = [];
  const batches = batchesOf(readings, opened, maxRecordBytes, links);
  return {
    accounts: readings.map(({ account }) => account),
    bytesRead: () => opened.reduce((sum, source) => sum + source.bytesRead(), 0),
    next: async () => (await batches.next()).value ?? null,
  };
}

interface Reading {
  readonly its: MapFiles;
  readonly take: (record: unknown, origin: Line) => readonly Taken<Line>[];
  readonly account: MapAccount;
}

/** One file after the other, map by map; in the end what no link was found for. */
async function* batchesOf(readings: readonly Reading[], opened: RecordSource[], maxRecordBytes: number, links: Links<Waiter<Line>>): AsyncGenerator<readonly Taken<Line>[], undefined> {
  for (const { its, take, account } of readings) {
    for (const file of its.inputs) {
      const source = await openRecords(its.map, file, maxRecordBytes);
      opened.push(source);
      for (let records = await source.next(); records !== null; records = await source.next()) {
        yield records.flatMap((record) => takenOf(record, take, account));
      }
    }
  }
  yield links.expire(Infinity).map((asked) => unlinked(asked, 'the data ends without it'));
  return undefined;
}

function takenOf({ read, line }: RawRecord, take: Reading['take'], account: MapAccount): readonly Taken<Line>[] {
  if (read.kind === 'record') return take(read.record, line);
  account.records += 1;
  account.refused += 1;
  return [{ map: account.map, origin: line, events: [], letter: { kind: 'dead_letter', reason: read.reason, message: `map ${account.map}: ${read.message}` } }];
}
