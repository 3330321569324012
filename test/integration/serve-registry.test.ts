import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import confluent from '@kafkajs/confluent-schema-registry';
import { Ajv2020 } from 'ajv/dist/2020.js';
import kafkajs, { type Producer } from 'kafkajs';
import { toAvro } from '../../src/contracts/avro.js';
import { OUTPUT_TOPICS, type OutputTopic } from '../../src/contracts/names.js';
import { OUTPUTS, outputKindOf } from '../../src/contracts/outputs.js';
import { schemaFiles } from '../../src/contracts/schema-files.js';
import { SOURCES, type SourceEventType } from '../../src/contracts/sources.js';
import { murmur2Partition } from '../../src/pipeline/partitioner.js';
import { freshPrefix, ownRegistry, realRegistry, type Server } from '../support/real-services.js';
import { createStage, metric, type Stage, until, type WorkerProcess } from '../support/touchpoint.js';

const { SchemaRegistry, SchemaType } = confluent;
const PARTITIONS = 2;
type Registry = InstanceType<typeof SchemaRegistry>;
type Json = Record<string, unknown>;

/** As a company's own producers and consumers would use the registry: by the library for KafkaJS. */
const registryOf = (host: string): Registry =>
  new SchemaRegistry({ host }, { [SchemaType.JSON]: { ajvInstance: new Ajv2020({ strict: false, validateFormats: false }) } });

const avroOf = (type: SourceEventType): Json => JSON.parse(schemaFiles().get(`avro/source/${SOURCES.get(type)!.topic}/${type}.avsc`)!) as Json;
const jsonSchemaOf = (type: SourceEventType): string => schemaFiles().get(`json/source/${SOURCES.get(type)!.topic}/${type}.schema.json`)!;
const eventOf = (type: SourceEventType, orderId: string, more: Json = {}): Json =>
  ({ ...SOURCES.get(type)!.example, id: `${orderId}-${type}`, orderId, occurredAt: '2025-03-01T10:00:00Z', ...more });
const asAvro = (event: Json): unknown => toAvro(event, SOURCES.get(String(event['type']))!.schema);

interface Fields {
  readonly name: string;
  readonly type: unknown;
  readonly default?: unknown;
}
const withFields = (schema: Json, change: (fields: readonly Fields[]) => readonly Fields[]): Json =>
  ({ ...schema, fields: change(schema['fields'] as readonly Fields[]) });

const openProducer = async (stage: Stage): Promise<{ producer: Producer; send(topic: string, orderId: string, value: Buffer | string): Promise<void> }> => {
  const producer = new kafkajs.Kafka({ brokers: [...stage.brokers], logLevel: kafkajs.logLevel.NOTHING })
    .producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
  await producer.connect();
  return {
    producer,
    send: async (topic, orderId, value) => {
      const partition = murmur2Partition(Buffer.from(orderId), PARTITIONS);
      await producer.send({ topic: stage.topicName(topic), acks: -1, messages: [{ key: orderId, value, partition }] });
    },
  };
};
const orderOf = async (worker: WorkerProcess, orderId: string): Promise<{ timeline: { type: string }[]; promises: Json; customerId: string } | null> => {
  const response = await fetch(`${worker.url}/v1/orders/${orderId}`);
  return response.status === 200 ? ((await response.json()) as { timeline: { type: string }[]; promises: Json; customerId: string }) : null;
};
const factsOf = async (worker: WorkerProcess, orderId: string): Promise<string[]> =>
  ((await orderOf(worker, orderId))?.timeline ?? []).map(({ type }) => type);

describe('serve with a schema registry', () => {
  const subject = freshPrefix('s');
  let registry: Registry;
  let stage: Stage;
  let worker: WorkerProcess;
  let sending: Awaited<ReturnType<typeof openProducer>>;
  let url: string;
  const registered = async (name: string, schema: Json | string): Promise<number> => {
    const { id } = typeof schema === 'string'
      ? await registry.register({ type: SchemaType.JSON, schema }, { subject: `${subject}-${name}` })
      : await registry.register({ type: SchemaType.AVRO, schema: JSON.stringify(schema) }, { subject: `${subject}-${name}` });
    return id;
  };

  beforeAll(async () => {
    ({ url } = await realRegistry());
    registry = registryOf(url);
    stage = await createStage({ partitions: PARTITIONS, config: { outputs: { format: 'avro' }, registry: { alarmAfter: '1s' } } });
    worker = await stage.worker({ SCHEMA_REGISTRY_URL: url });
    sending = await openProducer(stage);
  }, 120_000);
  afterAll(async () => {
    await sending.producer.disconnect();
    await stage.close();
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
    const header = Buffer.from([0, 0, 0, 0, 0]);
    header.writeUInt32BE(placed, 1);
    const garbage = Buffer.concat([header, Buffer.from('fe'.repeat(40), 'hex')]);
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
    const next = (await registered('marker', { type: 'record', name: 'Marker', fields: [{ name: freshPrefix('f').replace('-', '_'), type: 'int' }] })) + 1;
    const schema = withFields(avroOf('order.placed'), (fields) => [...fields, { name: freshPrefix('x').replace('-', '_'), type: ['null', 'int'], default: null }]);
    const bytes = (await import('avsc')).default.Type.forSchema(schema as never).toBuffer(asAvro(eventOf('order.placed', order)));
    const header = Buffer.from([0, 0, 0, 0, 0]);
    header.writeUInt32BE(next, 1);
    await sending.send('orders', order, Buffer.concat([header, bytes]));
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
    expect(await registered('late', schema)).toBe(next);
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

describe('serve while the registry is away', () => {
  let server: Server & { readonly url: string };
  let stage: Stage;

  beforeAll(async () => {
    server = await ownRegistry();
    stage = await createStage({ partitions: PARTITIONS, config: { outputs: { format: 'json-schema' }, registry: { alarmAfter: '1s', requestTimeout: '1s' } } });
  }, 120_000);
  afterAll(async () => {
    await stage.close();
    await server.stop();
  });

  test('goes on with the schemas that it knows, also after a restart, and waits for those it does not', async () => {
    const registry = registryOf(server.url);
    const env = { SCHEMA_REGISTRY_URL: server.url };
    const { id } = await registry.register({ type: SchemaType.AVRO, schema: JSON.stringify(avroOf('order.placed')) }, { subject: 'placed' });
    const value = async (order: string): Promise<Buffer> => registry.encode(id, asAvro(eventOf('order.placed', order)));
    const first = await stage.worker(env);
    const sending = await openProducer(stage);
    try {
      await sending.send('orders', 'before', await value('before'));
      await until('the first order', 20_000, () => orderOf(first, 'before'));

      await server.kill();
      await sending.send('orders', 'during', await value('during'));
      await until('the second order', 20_000, () => orderOf(first, 'during'));
      expect(await first.kill('SIGTERM')).toBe(0);

      const second = await stage.worker(env);
      expect(second.log()).toContain('schema ids of an earlier start');
      await sending.send('orders', 'after', await value('after'));
      await until('the third order', 20_000, () => orderOf(second, 'after'));
      const journeys = await until('its journey', 20_000, async () => (await stage.read('cx.journeys')).find(({ key }) => key?.toString() === 'after'));
      expect(journeys.headers?.['content-type']?.toString()).toBe('application/vnd.confluent.json');
      expect(JSON.parse(journeys.value!.subarray(5).toString())).toMatchObject({ orderId: 'after' });

      const unknown = await value('unknown');
      unknown.writeUInt32BE(id + 100, 1);
      await sending.send('orders', 'unknown', unknown);
      const verified = await until('a verification without the registry', 30_000, async () => {
        const done = await stage.run(['verify', '--lane', String(murmur2Partition(Buffer.from('during'), PARTITIONS))], env);
        return done.code === 0 ? done : null;
      });
      expect(verified.stdout).toMatch(/cx\.journeys [1-9]/);
      const troubles = await until('trouble told', 20_000, async () => {
        const response = await fetch(`${second.url}/readyz`);
        return response.status === 503 && response.text();
      });
      expect(troubles).toContain('does not answer');
      const asked = Date.now();
      expect(await second.kill('SIGTERM')).toBe(0);
      expect(Date.now() - asked).toBeLessThan(5_000);
    } finally {
      await sending.producer.disconnect();
    }
  }, 120_000);

  test('does not start for the first time', async () => {
    const fresh = await createStage({ partitions: PARTITIONS, config: { outputs: { format: 'avro' } } });
    try {
      const { code, stderr } = await fresh.run(['serve'], { SCHEMA_REGISTRY_URL: 'http://127.0.0.1:9' });
      expect([code, stderr]).toEqual([1, expect.stringContaining('does not answer')]);
    } finally {
      await fresh.close();
    }
  }, 60_000);
});
