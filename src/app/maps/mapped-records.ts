import type { Line } from '../../adapters/files/lines.js';
import type { EventDecoder } from '../../pipeline/decode.js';
import type { CompiledMap } from '../../pipeline/maps/compile-map.js';
import { createMapper } from '../../pipeline/maps/mapper.js';
import { createRecordTaker, type MapAccount, newAccount, type Taken } from '../../pipeline/maps/records.js';
import { assignFiles, type MapFiles } from './data-files.js';
import { loadTables, openRecords, type RawRecord, type RecordSource } from './map-sources.js';

export interface MappedRequest {
  readonly maps: readonly CompiledMap[];
  /** Files, and folders of files. */
  readonly files: readonly string[];
  readonly maxRecordBytes: number;
}

/** A record where it stands, and what it gave. */
export interface MappedRecord {
  readonly line: Line;
  readonly taken: Taken;
}

export interface MappedRecords {
  /** The next records, at least one; null at the end. @throws DataFault */
  next(): Promise<readonly MappedRecord[] | null>;
  readonly bytesRead: () => number;
  readonly accounts: readonly MapAccount[];
}

/** Opens the files of these maps, and reads those of their joins. @throws DataFault when they aren't what the maps read */
export async function openMappedRecords({ maps, files, maxRecordBytes }: MappedRequest, decode: EventDecoder): Promise<MappedRecords> {
  const assigned = await assignFiles(maps, files);
  let offset = 0;
  const readings = await Promise.all(assigned.map(async (its): Promise<Reading> => {
    const account = newAccount(its.map.definition);
    return { its, account, take: createRecordTaker(createMapper(its.map, await loadTables(its)), decode, account, () => offset++) };
  }));
  const opened: RecordSource[] = [];
  const batches = batchesOf(readings, opened, maxRecordBytes);
  return {
    accounts: readings.map(({ account }) => account),
    bytesRead: () => opened.reduce((sum, source) => sum + source.bytesRead(), 0),
    next: async () => (await batches.next()).value ?? null,
  };
}

interface Reading {
  readonly its: MapFiles;
  readonly take: (record: unknown) => Taken;
  readonly account: MapAccount;
}

/** One file after the other, map by map. */
async function* batchesOf(readings: readonly Reading[], opened: RecordSource[], maxRecordBytes: number): AsyncGenerator<readonly MappedRecord[], undefined> {
  for (const { its, take, account } of readings) {
    for (const file of its.inputs) {
      const source = await openRecords(its.map, file, maxRecordBytes);
      opened.push(source);
      for (let records = await source.next(); records !== null; records = await source.next()) {
        yield records.map((record) => ({ line: record.line, taken: takenOf(record, take, account) }));
      }
    }
  }
  return undefined;
}

function takenOf({ read }: RawRecord, take: Reading['take'], account: MapAccount): Taken {
  if (read.kind === 'record') return take(read.record);
  account.records += 1;
  account.refused += 1;
  return { events: [], letter: { kind: 'dead_letter', reason: read.reason, message: `map ${account.map}: ${read.message}` } };
}
