import { letterOf } from '../dead-letter-record.js';
import type { LearnedLink } from '../maps/compile-map.js';
import { linkName } from '../maps/links.js';
import type { Mapper, ReadRecord } from '../maps/mapper.js';
import { mapFailed, type MappedRecord, type RecordTaker, type Taken, unlinked } from '../maps/records.js';
import type { LaneProgress } from '../progress.js';
import type { SourceRecord } from '../ports.js';
import type { Candidate } from '../step-parts.js';
import type { TimeReached } from '../time-reached.js';
import type { KeptLinks } from './kept-links.js';
import { type IntakeRecord, type IntakeTelemetry, placeOf } from './ports.js';
import type { ReadValue } from './read-value.js';

/** A map at work, and the rows that it remembers. */
export interface MapAtWork {
  readonly mapper: Mapper;
  readonly taker: RecordTaker<SourceRecord<string>>;
  /** Fetches what is remembered of these rows. */
  readonly prepareRows: (keys: readonly string[]) => Promise<void>;
}

/** What a record's value is to each of the maps that read its topic. */
export interface ReadByMaps {
  readonly kind: 'read';
  readonly values: readonly { readonly map: MapAtWork; readonly value: ReadValue }[];
}

export type IntakeCandidate = Candidate<string, ReadByMaps>;

export interface MappingStepParts {
  readonly links: KeptLinks;
  readonly prepareLinks: (names: readonly string[]) => Promise<void>;
  readonly progress: LaneProgress<string>;
  readonly time: TimeReached<string>;
  readonly now: () => number;
  readonly telemetry: Pick<IntakeTelemetry, 'deadLetter'>;
  /** How much one step writes of what waited too long. */
  readonly limits: { readonly records: number; readonly bytes: number };
  /** How long an event waits for its link, ms. */
  readonly waitMs: number;
  /** A longer event would be refused by its topic, or by those that it is for; bytes. */
  readonly maxValueBytes: number;
}

type Mapped = MappedRecord<SourceRecord<string>>;

/** A candidate that is mapped as far as that goes without links. */
export interface MappedCandidate {
  readonly candidate: IntakeCandidate;
  readonly mapped: readonly { readonly map: MapAtWork; readonly mapped: Mapped }[];
}

interface Started {
  readonly candidate: IntakeCandidate;
  readonly reads: readonly { readonly map: MapAtWork; readonly read: ReturnType<Mapper['read']> | Refused }[];
}
type Refused = Exclude<ReadValue, { kind: 'record' }>;

/**
 * Maps candidates. What is remembered of rows is fetched in between, as only the map tells which row a record is a version of. May be
 * tried again after a fault as long as `prepare` has not resolved.
 */
export function startMapping(candidates: readonly IntakeCandidate[]) {
  const started = candidates.map((candidate): Started => ({
    candidate,
    reads: candidate.kind === 'gap' ? [] : candidate.decoded.values.map(({ map, value }) => ({ map, read: value.kind === 'record' ? map.mapper.read(value.record) : value })),
  }));
  return {
    async prepare(): Promise<void> {
      const rows = new Map<MapAtWork, string[]>();
      for (const { reads } of started) {
        for (const { map, read } of reads) if (isRead(read) && read.row !== null) rows.set(map, [...(rows.get(map) ?? []), read.row.key]);
      }
      for (const [map, keys] of rows) await map.prepareRows(keys);
    },
    finish: (): readonly MappedCandidate[] => started.map(({ candidate, reads }) => ({ candidate, mapped: reads.map(({ map, read }) => ({ map, mapped: finishOne(map, read, candidate) })) })),
  };
}

const isRead = (read: Started['reads'][number]['read']): read is ReadRecord => !('kind' in read);

function finishOne(map: MapAtWork, read: Started['reads'][number]['read'], candidate: IntakeCandidate): Mapped {
  if (candidate.kind === 'gap') throw new Error('a stretch without records has none to map');
  const { record } = candidate;
  if (!('kind' in read) || read.kind === 'fault') return map.taker.map(read, record);
  return map.taker.pass(record, read.kind === 'nothing' ? null : read);
}

/** Names of the links that these records tell or ask for. */
export const linksOf = (mapped: readonly MappedCandidate[]): string[] => mapped.flatMap((each) => each.mapped.flatMap(({ mapped: { links, asks } }) =>
  [...links.map((link: LearnedLink) => linkName(link)), ...asks.flatMap(({ placed: { via } }) => (via === null ? [] : [linkName(via)]))]));

/** Settles one record after the other: links are learned, events find their orders or wait, and what waited too long is given up. */
export function runMapping(parts: MappingStepParts, mapped: readonly MappedCandidate[]): IntakeRecord[] {
  const records: IntakeRecord[] = [];
  const { progress, time, links, waitMs } = parts;
  for (const { candidate, mapped: byMap } of mapped) {
    if (candidate.kind === 'gap') {
      progress.skip(candidate.topic, candidate.next);
      continue;
    }
    const { record } = candidate;
    const since = Math.max(record.timestamp, parts.now());
    const isAside = writeAll(parts, byMap.flatMap(({ map, mapped: one }) => map.taker.settle(one, since)), record, records);
    progress.read(record, isAside ? 'deadLetter' : 'applied');
    time.read(record.topic, record.timestamp, record.timestamp);
  }
  writeAll(parts, links.expire(reached(parts) - waitMs, parts.limits).map((asked) => unlinked(asked, `it has waited for ${inWords(waitMs)}`)), null, records);
  return records;
}

/** Does an event wait longer than it may? */
export const isOverdue = (parts: MappingStepParts): boolean => parts.links.oldest < reached(parts) - parts.waitMs;

/** All inputs are read up to here, by the timestamps of their records. Those of a clock that is ahead don't count. */
const reached = ({ time, now }: Pick<MappingStepParts, 'time' | 'now'>): number => Math.min(time.now(), now());

const UNITS = [[86_400_000, 'days'], [3_600_000, 'hours'], [60_000, 'minutes'], [1_000, 'seconds']] as const;

function inWords(ms: number): string {
  const [size, unit] = UNITS.find(([each]) => ms >= 2 * each) ?? [1, 'ms'];
  return `${Math.floor(ms / size)} ${unit}`;
}

/**
 * Adds what is to be written. `record`: the one at hand, which is put aside once, however many maps refuse it.
 * @returns whether it is
 */
function writeAll({ telemetry, maxValueBytes }: MappingStepParts, taken: readonly Taken<SourceRecord<string>>[], record: SourceRecord<string> | null, into: IntakeRecord[]): boolean {
  let isAside = false;
  const putAside = (origin: SourceRecord<string>, { reason, message }: NonNullable<Taken<unknown>['letter']>): void => {
    if (origin === record && isAside) return;
    isAside ||= origin === record;
    const { topic } = placeOf(origin.topic);
    telemetry.deadLetter({ ...origin, topic }, reason, message);
    into.push({ ...letterOf(origin, topic, reason, message), seq: null, topic: 'cx.dead-letters' });
  };
  for (const { map, origin, events, letter } of taken) {
    if (letter !== null) putAside(origin, letter);
    for (const { event, decoded } of events) {
      const value = Buffer.from(JSON.stringify(event));
      if (value.length > maxValueBytes) putAside(origin, mapFailed(map, 'events', `an event has ${value.length} bytes, at most ${maxValueBytes} are allowed`));
      else into.push({ seq: null, topic: decoded.fact.topic, key: decoded.orderId, value, headers: {} });
    }
  }
  return isAside;
}
