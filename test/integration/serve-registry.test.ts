import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { OUTPUT_TOPICS, type OutputTopic } from '../../src/contracts/names.js';
import { OUTPUTS, outputKindOf } from '../../src/contracts/outputs.js';
import { murmur2Partition } from '../../src/pipeline/partitioner.js';
import { freshPrefix, realRegistry } from '../support/real-services.js';
import { PARTITIONS, SchemaType, asAvro, avroOf, eventOf, factsOf, frontOf, inWireFormat, jsonSchemaOf, openProducer, orderOf, registryOf, type Json, type Registry } from '../support/registry.js';
import { createStage, metric, type Stage, until, type WorkerProcess } from '../support/touchpoint.js';

interface Fields {
  readonly name: string;
  readonly type: unknown;
  readonly default?: unknown;
}
const withFields = (schema: Json, change: (fields: readonly Fields[]) => readonly Fields[]): Json =>
  ({ ...schema, fields: change(schema['fields'] as readonly Fields[]) });

describe('serve with a schema registry', () => {
  const subject = freshPrefix('s');
  let registry: Registry;
  let stage: Stage;
  let worker: WorkerProcess;
  let sending: Awaited<ReturnType<typeof openProducer>>;
  let url: string;
  let front: Awaited<ReturnType<typeof frontOf>>;
  const registered = async (name: string, schema: Json | string): Promise<number> => {
    const { id } = typeof schema === 'string'
      ? await registry.register({ type: SchemaType.JSON, schema }, { subject: `${subject}-${name}` })
      : await registry.register({ type: SchemaType.AVRO, schema: JSON.stringify(schema) }, { subject: `${subject}-${name}` });
    return id;
  };

  beforeAll(async () => {
    ({ url } = await realRegistry());
    registry = registryOf(url);
    front = await frontOf(url);
    stage = await createStage({ partitions: PARTITIONS, config: { outputs: { format: 'avro' }, registry: { alarmAfter: '1s' } } });
    worker = await stage.worker({ SCHEMA_REGISTRY_URL: front.url });
    sending = await openProducer(stage);
  }, 120_000);
  afterAll(async () => {
    await sending.producer.disconnect();
    await stage.close();
    await front.close();
  });

  test('reads Avro, JSON Schema and JSON beside each other', async () => {
    const placed = await registered('placed', avroOf('order.placed'));
    const invoice = await registered('invoice', jsonSchemaOf('invoice.issued'));
    await sending.send('orders', 'mixed', await registry.encode(placed, asAvro(eventOf('order.placed', 'mixed', { customerId: 'C-9', promisedDeliveryAt: '2025-03-04' }))));
    await sending.send('billing', 'mixed', await registry.encode(invoice, eventOf('invoice.issued', 'mixed', { occurredAt: '2025-03-02T10:00:00Z' })));
    await sending.send('logistics', 'mixed', JSON.stringify(eventOf('delivery.completed', 'mixed', { occurredAt: '2025-03-03T10:00:00Z' })));
    await until('all three facts', 20_000, async () => (await factsOf(worker, 'mixed')).filter((type) => ['order.placed', 'invoice.issued', 'delivery.completed'].includes(type)).length === 3);
    expect(await orderOf(worker, 'mixed')).toMatchObject({ customerId: 'C-9', promises: { original: '2025-03-04' } });
  }, 60_000);

  test.each(['avro', 'json-schema'])('reads what `produce --format %s` writes; lines that no schema has room for go as they are', async (format) => {
    const folder = await mkdtemp(join(tmpdir(), 'touchpoint-'));
    const file = join(folder, `${format}.ndjson`);
    const order = `produced-${format}`;
    const lines = [
      eventOf('order.placed', order, { promisedDeliveryAt: '2025-03-04' }), eventOf('shipment.dispatched', order, { occurredAt: '2025-03-02T10:00:00Z' }),
      eventOf('invoice.issued', order, { occurredAt: '2025-03-02T11:00:00Z', totalMinor: 'much' }),
    ];
    await writeFile(file, lines.map((line) => JSON.stringify(line)).join('\n'));
    const done = await stage.run(['produce', file, '--format', format], { SCHEMA_REGISTRY_URL: url });
    expect([done.code, done.code === 0 ? '' : done.stderr]).toEqual([0, '']);
    expect(done.stdout).toContain('1 line is no valid event');
    await until('both facts', 20_000, async () => (await factsOf(worker, order)).filter((type) => ['order.placed', 'shipment.dispatched'].includes(type)).length === 2);
    const values = (await stage.read('logistics')).filter(({ key }) => key?.toString() === order).map(({ value }) => value![0]);
    expect(values).toEqual([0]);
    const letter = await until('the refused line', 20_000, async () => (await stage.read('cx.dead-letters')).find(({ key }) => key?.toString() === order));
    expect(letter.value?.toString()).toBe(JSON.stringify(lines[2]));
    await rm(folder, { recursive: true });
  }, 60_000);

  test('reads what older and newer versions of a schema wrote, and a company\'s own with logical types', async () => {
    const current = avroOf('order.placed');
    const older = withFields(current, (fields) => fields.filter(({ name }) => !['timeZone', 'dispatchBy', 'currency', 'accountId'].includes(name)));
    const newer = withFields(current, (fields) => [{ name: 'loyalty', type: { type: 'array', items: ['null', 'string', 'long'] }, default: [] }, ...fields, { name: 'tier', type: ['null', 'string'], default: null }]);
    const own = {
      type: 'record', name: 'Bestellung', namespace: 'de.shop', fields: [
        { name: 'id', type: { type: 'string', logicalType: 'uuid' } }, { name: 'type', type: { type: 'enum', name: 'Art', symbols: ['PLACED', 'OTHER'] } },
        { name: 'orderId', type: 'string' },
      ],
    };
    const instants = withFields(current, (fields) => fields.map((field) => {
      if (field.name === 'occurredAt') return { name: 'occurredAt', type: { type: 'long', logicalType: 'timestamp-millis' } };
      return field.name === 'promisedDeliveryAt' ? { name: field.name, type: ['null', { type: 'int', logicalType: 'date' }], default: null } : field;
    }));
    const base = { promisedDeliveryAt: '2025-03-04' };
    const sent = async (name: string, schema: Json, value: unknown): Promise<void> => {
      await sending.send('orders', name, await registry.encode(await registered(`evolved-${name}`, schema), value));
    };
    await sent('older', older, asAvro(eventOf('order.placed', 'older', base)));
    await sent('newer', newer, { ...(asAvro(eventOf('order.placed', 'newer', base)) as Json), loyalty: [], tier: 'gold' });
    await sent('instants', instants, { ...(asAvro(eventOf('order.placed', 'instants')) as Json), occurredAt: Date.parse('2025-03-01T10:00:00Z'), promisedDeliveryAt: 20_151 });
    await sent('own', own, { id: '1', type: 'PLACED', orderId: 'own' });
    for (const name of ['older', 'newer', 'instants']) {
      const order = await until(`the order ${name}`, 20_000, () => orderOf(worker, name));
      expect([name, order.promises['original']]).toEqual([name, '2025-03-04']);
    }
    const letter = await until('the foreign type refused', 20_000, async () => (await stage.read('cx.dead-letters')).find(({ key }) => key?.toString() === 'own'));
    expect(letter.headers?.['touchpoint.reason']?.toString()).toBe('unknown_type');
  }, 60_000);

  test('puts aside what its schema does not read, as it came, and says by which schema', async () => {
    const placed = await registered('placed', avroOf('order.placed'));
    const lax = await registered('lax', JSON.stringify({ $schema: 'https://json-schema.org/draft/2020-12/schema', title: 'lax', type: 'object' }));
    const garbage = inWireFormat(placed, Buffer.from('fe'.repeat(40), 'hex'));
    const sent: readonly [string, Buffer, string, string][] = [
      ['garbage', garbage, 'undecodable', `schema ${placed}`],
      ['short', Buffer.from([0, 1]), 'undecodable', 'no id'],
      ['wrong', await registry.encode(lax, { ...eventOf('order.placed', 'wrong'), lines: 'none' }), 'schema_invalid', 'lines'],
    ];
    for (const [order, value] of sent) await sending.send('orders', order, value);
    for (const [order, value, reason, words] of sent) {
      const letter = await until(`the dead letter of ${order}`, 20_000, async () => (await stage.read('cx.dead-letters')).find(({ key }) => key?.toString() === order));
      expect([order, letter.headers?.['touchpoint.reason']?.toString()]).toEqual([order, reason]);
      expect(letter.headers?.['__connect.errors.exception.message']?.toString()).toContain(words);
      expect(letter.value?.toString('hex')).toBe(value.toString('hex'));
    }
  }, 60_000);

  test('publishes Avro that a stranger reads by the registry alone', async () => {
    const found = new Map<OutputTopic, number>();
    for (const topic of OUTPUT_TOPICS) {
      if (topic === 'cx.dead-letters') continue;
      const records = await until(`records of ${topic}`, 20_000, async () => {
        const all = await stage.read(topic);
        return all.length > 0 && all;
      });
      for (const { value, key, headers } of records) {
        const decoded = (await registry.decode(value!)) as Json;
        expect(headers?.['content-type']?.toString()).toBe('application/vnd.confluent.avro');
        expect(decoded['orderId']).toBe(key?.toString());
        const kind = outputKindOf(topic, decoded['type'])!;
        expect(OUTPUTS[kind].topic).toBe(topic);
        found.set(topic, (found.get(topic) ?? 0) + 1);
      }
    }
    expect([...found.keys()]).toEqual(['cx.events', 'cx.alerts', 'cx.journeys']);
    const subjects = (await (await fetch(`${url}/subjects`)).json()) as string[];
    expect(subjects).toContain(`${stage.topicName('cx.events')}-touchpoint.derived.SignalEvent`);
  }, 60_000);

  test('waits at a record of an unknown schema, says so, and goes on in order once it is registered', async () => {
    const order = 'patient';
    const lane = String(murmur2Partition(Buffer.from(order), PARTITIONS));
    const schema = withFields(avroOf('order.placed'), (fields) => [...fields, { name: freshPrefix('x').replace('-', '_'), type: ['null', 'int'], default: null }]);
    const next = await registered('late', schema);
    front.hidden.add(next);
    await sending.send('orders', order, await registry.encode(next, asAvro(eventOf('order.placed', order))));
    await sending.send('orders', order, JSON.stringify(eventOf('order.amended', order, { occurredAt: '2025-03-02T10:00:00Z', initiatedBy: 'company' })));
    await sending.send('logistics', order, JSON.stringify(eventOf('shipment.dispatched', order, { occurredAt: '2025-03-03T10:00:00Z' })));
    await until('the other topic read', 20_000, async () => (await factsOf(worker, order)).includes('shipment.dispatched'));
    expect(await metric(worker.url, 'cx_schema_waiting', { partition: lane })).toBe(1);
    const troubles = await until('trouble told', 20_000, async () => {
      const response = await fetch(`${worker.url}/readyz`);
      return response.status === 503 && response.text();
    });
    expect(troubles).toContain(`names schema ${next}`);
    expect(worker.log()).toContain('"event":"schema.missing"');
    expect(await factsOf(worker, order)).not.toContain('order.amended');
    front.hidden.delete(next);
    await until('the topic going on', 20_000, async () => (await factsOf(worker, order)).includes('order.amended'));
    expect(await factsOf(worker, order)).toContain('order.placed');
    await until('readiness', 10_000, async () => (await fetch(`${worker.url}/readyz`)).status === 200);
    expect(await metric(worker.url, 'cx_schema_waiting')).toBe(0);
  }, 90_000);

  test('agrees with what it published, read by its own verification', async () => {
    const agreed = await until('a verification without differences', 30_000, async () => {
      const done = await stage.run(['verify'], { SCHEMA_REGISTRY_URL: url });
      return done.code === 0 ? done : null;
    });
    expect(agreed.stdout).toMatch(/cx\.journeys [1-9]/);
    const blind = await stage.run(['verify']);
    expect([blind.code, blind.stderr]).toEqual([2, expect.stringContaining('SCHEMA_REGISTRY_URL')]);
  }, 60_000);

  test('does not start where the registry refuses what would be published', async () => {
    const taken = await createStage({ partitions: PARTITIONS, config: { outputs: { format: 'avro' } } });
    try {
      const place = `${taken.topicName('cx.alerts')}-touchpoint.derived.Alert`;
      await registry.register({ type: SchemaType.AVRO, schema: JSON.stringify({ type: 'record', name: 'Alert', namespace: 'touchpoint.derived', fields: [{ name: 'id', type: 'long' }] }) }, { subject: place });
      const { code, stderr } = await taken.run(['serve'], { SCHEMA_REGISTRY_URL: url });
      expect([code, stderr]).toEqual([1, expect.stringContaining(place)]);
      expect(stderr).toContain('not compatible');
      const without = await taken.run(['serve']);
      expect([without.code, without.stderr]).toEqual([2, expect.stringContaining('SCHEMA_REGISTRY_URL is not set')]);
    } finally {
      await taken.close();
    }
  }, 60_000);
});
