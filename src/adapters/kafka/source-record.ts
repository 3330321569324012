import type { SourceRecord } from '../../pipeline/ports.js';
import type { RawRecord } from './wire.js';

const NO_HEADERS = {};

/** A fetched record as the pipeline knows it. */
export const sourceRecord = <T extends string>(topic: T, partition: number, raw: RawRecord): SourceRecord<T> => ({
  topic,
  partition,
  offset: Number(raw.offset),
  timestamp: Number(raw.timestamp),
  key: raw.key,
  value: raw.value,
  headers: raw.headers ?? NO_HEADERS,
});
