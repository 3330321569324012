import type { Row } from '../maps/definition.js';
import { exactJson, exactText } from '../maps/exact-json.js';
import type { KnownOrders } from '../maps/links.js';
import type { PlacedEvent } from '../maps/mapper.js';
import type { KeptRow } from '../maps/state-rows.js';
import { packRecords, unpackRecords } from '../outbox-codec.js';
import type { SourceRecord } from '../ports.js';
import type { Codec } from './remembered.js';

/** How rows, links and events that wait are written. All of it is JSON but the bytes of a record. */

export const rowCodec: Codec<KeptRow> = {
  pack: ({ version, row, told }) => Buffer.from(exactText([version, row, [...told]])),
  unpack(bytes) {
    const [version, row, told] = exactJson(bytes.toString()) as [KeptRow['version'], Row, string[]];
    return { version, row, told: new Set(told) };
  },
};

export const ordersCodec: Codec<KnownOrders> = {
  pack: (orders) => Buffer.from(JSON.stringify([...orders])),
  unpack: (bytes) => new Map(JSON.parse(bytes.toString()) as [string, number][]),
};

/** An event that waits, as it is kept. */
export interface StoredWait {
  readonly link: string;
  readonly key: string;
  /** The time from which on it waits, ms. */
  readonly at: number;
  readonly map: string;
  readonly placed: PlacedEvent;
  /** The record that it came from: should no link come, that is the dead letter. */
  readonly record: SourceRecord<string>;
}

const ONE_TOPIC = ['record'] as const;

export const waitCodec: Codec<StoredWait> = {
  pack({ record: { key, value, headers, ...place }, ...rest }) {
    const head = Buffer.from(JSON.stringify({ ...rest, place }));
    const length = Buffer.allocUnsafe(4);
    length.writeUInt32BE(head.length);
    return Buffer.concat([length, head, packRecords(ONE_TOPIC, [{ seq: null, topic: 'record', key, value, headers }])]);
  },
  unpack(bytes) {
    const end = 4 + bytes.readUInt32BE(0);
    const { place, ...rest } = JSON.parse(bytes.toString('utf8', 4, end)) as Omit<StoredWait, 'record'> & { readonly place: Omit<SourceRecord<string>, 'key' | 'value' | 'headers'> };
    const [content] = unpackRecords(ONE_TOPIC, bytes.subarray(end));
    return { ...rest, record: { ...place, key: bytesOf(content?.key), value: bytesOf(content?.value), headers: content?.headers ?? {} } };
  },
};

const bytesOf = (content: Buffer | string | null | undefined): Buffer | null => (content == null ? null : Buffer.from(content));
