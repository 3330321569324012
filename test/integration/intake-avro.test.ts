import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import kafkajs, { type Producer } from 'kafkajs';
import { createInputs, eventsWritten } from '../support/intake-stage.js';
import { freshPrefix, realRegistry } from '../support/real-services.js';
import { frontOf, inWireFormat, type Json, type Registry, registryOf, SchemaType } from '../support/registry.js';
import { createStage, metric, type Stage, until, type WorkerProcess } from '../support/touchpoint.js';

const INPUTS = ['cdc.orders', 'parcels'];

/** A row of a database as Debezium writes its changes to a registry: nested records, nullable unions, logical types. */
const ROW: Json = { type: 'record', name: 'Value', fields: [
  { name: 'no', type: 'string' }, { name: 'customer', type: ['null', 'string'], default: null },
  { name: 'placed', type: { type: 'long', logicalType: 'timestamp-millis' } }, { name: 'promised', type: ['null', { type: 'int', logicalType: 'date' }], default: null },
  { name: 'parcel', type: ['null', 'string'], default: null }, { name: 'total', type: 'string', default: '0.00' },
] };
const ENVELOPE: Json = { type: 'record', name: 'Envelope', namespace: 'shop.public.orders', fields: [
  { name: 'before', type: ['null', ROW], default: null }, { name: 'after', type: ['null', 'Value'], default: null },
  { name: 'op', type: 'string' }, { name: 'ts_ms', type: ['null', 'long'], default: null },
] };
const SCAN: Json = { type: 'record', name: 'Scan', namespace: 'carrier', fields: [
  { name: 'event_id', type: 'string' }, { name: 'parcel', type: 'string' }, { name: 'status', type: { type: 'enum', name: 'Status', symbols: ['DELIVERED', 'NOT_HOME'] } },
  { name: 'at', type: { type: 'long', logicalType: 'timestamp-millis' } },
] };

const ORDERS_MAP = (topic: string): string => `
map: cdc-orders
input: {format: avro, change: debezium, topics: ${topic}}
fields: {no: text, customer: text?, placed: text, promised: text?, parcel: text?, total: text}
currency: EUR
state: {key: =record.no, version: =change.at}
links:
  - {link: shipment, key: =record.parcel, orderId: =record.no}
common: {orderId: =record.no}
events:
  - {type: order.placed, at: placed, customerId: =record.customer, lines: [], promisedDeliveryAt: =record.promised, totalMinor: =money(record.total), currency: EUR}
  - {type: delivery.rescheduled, changed: promised, occurredAt: "=time(change.at, 'milliseconds')", initiatedBy: company, newDeliveryAt: =record.promised}
`;
const PARCELS_MAP = (topic: string): string => `
map: parcels
input: {format: avro, topics: ${topic}}
fields: {event_id: text, parcel: text, status: text, at: text}
events:
  - {type: delivery.completed, when: =record.status == 'DELIVERED', id: =record.event_id, via: {link: shipment, key: =record.parcel}, occurredAt: =record.at, shipmentId: =record.parcel}
`;

const at = (text: string): number => Date.parse(text);
const row = (no: string, more: Json = {}): Json => ({ no, customer: 'C-1', placed: at('2026-03-02T09:00:00Z'), promised: at('2026-03-05') / 86_400_000, parcel: null, total: '12.50', ...more });
const scan = (id: string, parcel: string, more: Json = {}): Json => ({ event_id: id, parcel, status: 'DELIVERED', at: at('2026-03-06T10:00:00Z'), ...more });

describe('an intake of topics whose values a schema registry describes', () => {
  const subject = freshPrefix('i');
  let registry: Registry;
  let stage: Stage;
  let intake: WorkerProcess;
  let producer: Producer;
  let front: Awaited<ReturnType<typeof frontOf>>;
  const registered = async (name: string, schema: Json, type = SchemaType.AVRO): Promise<number> => (await registry.register({ type, schema: JSON.stringify(schema) } as never, { subject: `${subject}-${name}` })).id;
  const send = (topic: string, key: string, value: Buffer | null): Promise<unknown> => producer.send({ topic: stage.topicName(topic), messages: [{ key, value }] });
  const told = async (orderId: string): Promise<Json[]> => (await eventsWritten(stage)).map(({ event }) => event).filter((event) => event['orderId'] === orderId);
  const letterOf = (key: string) => until(`the dead letter of ${key}`, 20_000, async () => (await stage.read('cx.dead-letters')).find((letter) => letter.key?.toString() === key));

  beforeAll(async () => {
    const { url } = await realRegistry();
    registry = registryOf(url);
    front = await frontOf(url);
    stage = await createStage({ partitions: 2, config: { registry: { alarmAfter: '1s' } } });
    await createInputs(stage, 2, INPUTS);
    const directory = mkdtempSync(join(tmpdir(), 'touchpoint-intake-'));
    const files = [ORDERS_MAP(stage.topicName('cdc.orders')), PARCELS_MAP(stage.topicName('parcels'))].map((text, i) => {
      const file = join(directory, `${i}.yaml`);
      writeFileSync(file, text);
      return file;
    });
    const refused = await stage.run(['intake', '--map', ...files]);
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('map parcels reads Avro: set SCHEMA_REGISTRY_URL')]);
    intake = await stage.process(['intake', '--map', ...files], { SCHEMA_REGISTRY_URL: front.url });
    producer = new kafkajs.Kafka({ brokers: [...stage.brokers], logLevel: kafkajs.logLevel.NOTHING }).producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
    await producer.connect();
  }, 180_000);
  afterAll(async () => {
    await producer.disconnect();
    await stage.close();
    await front.close();
  });

  test('reads changes of a database and scans in Avro, each row\'s versions and links as of any other source', async () => {
    const [envelope, scans] = [await registered('envelope', ENVELOPE), await registered('scan', SCAN)];
    const change = async (no: string, op: string, tsMs: number, before: Json | null, after: Json | null): Promise<void> => {
      await send('cdc.orders', no, await registry.encode(envelope, { before, after, op, ts_ms: tsMs }));
    };
    const [first, second] = [row('A-1'), row('A-1', { promised: at('2026-03-07') / 86_400_000, parcel: 'P-1' })];
    await send('parcels', 'P-1', await registry.encode(scans, scan('s-1', 'P-1')));
    await send('parcels', 'P-1', await registry.encode(scans, scan('s-0', 'P-1', { status: 'NOT_HOME' })));
    await change('A-1', 'c', at('2026-03-02T09:00:01Z'), null, first);
    await change('A-1', 'u', at('2026-03-04T08:00:00Z'), first, second);
    await send('cdc.orders', 'A-1', null);
    const events = await until('three events', 30_000, async () => {
      const found = await told('A-1');
      return found.length >= 3 ? found : null;
    });
    expect(events.sort((a, b) => (String(a['type']) < String(b['type']) ? -1 : 1))).toMatchObject([
      { id: 's-1', type: 'delivery.completed', occurredAt: '2026-03-06T10:00:00.000Z', shipmentId: 'P-1' },
      { type: 'delivery.rescheduled', occurredAt: '2026-03-04T08:00:00Z', newDeliveryAt: '2026-03-07' },
      { type: 'order.placed', customerId: 'C-1', occurredAt: '2026-03-02T09:00:00Z', promisedDeliveryAt: '2026-03-05', totalMinor: 1250 },
    ]);
    expect(await stage.read('cx.dead-letters')).toEqual([]);
  }, 90_000);

  test('reads what another version of a schema wrote, and JSON Schema beside it', async () => {
    const newer = { ...SCAN, fields: [{ name: 'depot', type: ['null', 'string'], default: null }, ...(SCAN['fields'] as Json[])] };
    await send('parcels', 'P-1', await registry.encode(await registered('scan-newer', newer), { ...scan('s-2', 'P-1'), depot: 'Kiel' }));
    const plain = await registered('scan-json', { $schema: 'https://json-schema.org/draft/2020-12/schema', title: 'scan', type: 'object' }, SchemaType.JSON);
    await send('parcels', 'P-1', await registry.encode(plain, { ...scan('s-3', 'P-1'), at: '2026-03-06T11:00:00Z' }));
    await until('both', 30_000, async () => {
      const ids = (await told('A-1')).map((event) => event['id']);
      return ids.includes('s-2') && ids.includes('s-3');
    });
  }, 60_000);

  test('puts aside, as it came, what no schema reads', async () => {
    const sent: readonly [string, Buffer, string][] = [['plain', Buffer.from('{"event_id": "s-9"}'), 'does not begin with a byte 0'], ['broken', inWireFormat(await registered('scan', SCAN), Buffer.from('ff'.repeat(20), 'hex')), 'schema']];
    for (const [key, value, words] of sent) {
      await send('parcels', key, value);
      const { headers, value: kept } = await letterOf(key);
      expect([headers?.['touchpoint.reason']?.toString(), headers?.['__connect.errors.exception.message']?.toString()]).toEqual(['undecodable', expect.stringContaining(words)]);
      expect(kept?.toString('hex')).toBe(value.toString('hex'));
    }
  }, 60_000);

  test('waits at a record of an unknown schema, says so, goes on with others, and with it once it is registered', async () => {
    const late = { ...SCAN, fields: [...(SCAN['fields'] as Json[]), { name: freshPrefix('x').replace('-', '_'), type: ['null', 'int'], default: null }] };
    const next = await registered('late', late);
    front.hidden.add(next);
    await send('parcels', 'P-1', await registry.encode(next, scan('s-4', 'P-1')));
    await until('trouble told', 30_000, async () => (await (await fetch(`${intake.url}/readyz`)).text()).includes(`names schema ${next}`));
    const envelope = await registered('envelope', ENVELOPE);
    await send('cdc.orders', 'B-1', await registry.encode(envelope, { before: null, after: row('B-1'), op: 'r', ts_ms: at('2026-03-02T09:00:01Z') }));
    await until('the other topic goes on', 20_000, async () => (await told('B-1')).length === 1);
    expect((await told('A-1')).map((event) => event['id'])).not.toContain('s-4');
    front.hidden.delete(next);
    await until('it goes on', 30_000, async () => (await told('A-1')).some((event) => event['id'] === 's-4'));
    await until('readiness', 20_000, async () => (await fetch(`${intake.url}/readyz`)).status === 200);
    expect(await metric(intake.url, 'cx_schema_waiting')).toBe(0);
  }, 120_000);
});
