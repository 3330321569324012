import type { SourceTopic } from '../../contracts/names.js';
import type { SourceRecord } from '../../pipeline/ports.js';
import type { RawRecord } from './wire.js';

const NO_HEADERS = {};

/** A fetched record as the pipeline knows it. */
export const sourceRecord = (topic: SourceTopic, partition: number, raw: RawRecord): SourceRecord => ({
  topic,
  partition,
  offset: Number(raw.offset),
  timestamp: Number(raw.timestamp),
  key: raw.key,
  value: raw.value,
  headers: raw.headers ?? NO_HEADERS,
});
