import { beforeAll, describe, expect, test } from '@jest/globals';
import avro from 'avsc';
import { createLearnedSchemas } from '../../../src/adapters/registry/learned-schemas.js';
import { type OutputIds, outputSchemas, registerOutputs, type RegistryFormat, registryOutput } from '../../../src/adapters/registry/output-schemas.js';
import { type RegistryClient, RegistryRefusal, RegistryUnreachable } from '../../../src/adapters/registry/registry-client.js';
import { simulateOrders } from '../../../src/adapters/simulator/file.js';
import { OUTPUT_TOPICS, SOURCE_TOPICS, type OutputTopic } from '../../../src/contracts/names.js';
import { OUTPUT_KINDS, outputKindOf } from '../../../src/contracts/outputs.js';
import { createDecoder } from '../../../src/pipeline/decode.js';
import { decodeOutput, jsonOutput, type OutputFormat } from '../../../src/pipeline/output-format.js';
import type { SchemaReader } from '../../../src/pipeline/schema-reader.js';
import { inWireFormat } from '../../../src/pipeline/wire-format.js';
import { createLaneUnderTest, LANE } from '../../support/lane-under-test.js';

const NAMES = new Map<OutputTopic, string>(OUTPUT_TOPICS.map((topic) => [topic, `shop.${topic}`]));
const FORMATS: readonly RegistryFormat[] = ['avro', 'json-schema'];

/** Gives ids by subject and text, as a registry does, and schemas by id. */
const createRegistry = (firstId = 1) => {
  const schemas: { readonly place: string; readonly kind: string; readonly schema: string }[] = [];
  const client: RegistryClient = {
    url: 'http://registry',
    byId: async (id) => ({ ...schemas[id - firstId]!, references: [] }),
    byVersion: async () => { throw new Error('nothing refers to others'); },
    async register(subject, kind, schema) {
      const place = `${subject}|${schema}`;
      const known = schemas.findIndex((each) => each.place === place);
      return firstId + (known >= 0 ? known : schemas.push({ place, kind, schema }) - 1);
    },
  };
  return client;
};
const createShelf = () => {
  const kept = new Map<string, string>();
  return { kept, load: async () => kept, keep: async (name: string, text: string) => void kept.set(name, text) };
};
const opened = async (format: RegistryFormat): Promise<{ output: OutputFormat; schemas: SchemaReader; ids: OutputIds }> => {
  const client = createRegistry();
  const { ids } = await registerOutputs(client, new Map(), outputSchemas(format, NAMES));
  const schemas = createLearnedSchemas({ client, shelf: createShelf(), unknownSchema: 'wait', now: () => 0, tell: (message) => { throw new Error(message); } }, new Map());
  return { output: registryOutput(format, ids!), schemas, ids: ids! };
};

describe('what a lane publishes of 120 simulated orders', () => {
  const now = Date.parse('2026-12-31T00:00:00Z');
  const lane = createLaneUnderTest({ topics: SOURCE_TOPICS, startedAt: now, tick: 0 });
  beforeAll(async () => {
    for (const { topic, key, event, at } of simulateOrders({ seed: 'formats', start: Date.parse('2026-01-05T00:00:00Z'), orders: 120 })) {
      lane.logs.append(topic, key, JSON.stringify(event), { timestamp: at });
    }
    await lane.live({ parts: { decode: createDecoder({ now: () => now, maxValueBytes: 100_000, maxAheadMs: 3_600_000, keyOf: () => LANE }) } });
  }, 60_000);

  test.each(FORMATS)('says the same as %s as it does in JSON', async (format) => {
    const { output, schemas } = await opened(format);
    let compared = 0;
    for (const topic of ['cx.events', 'cx.alerts', 'cx.journeys'] as const) {
      for (const { value } of lane.logs.written(topic, LANE)) {
        const said = JSON.parse(String(value)) as { type?: string };
        const bytes = output.encode(outputKindOf(topic, said.type)!, said);
        expect(Buffer.isBuffer(bytes) && bytes[0]).toBe(0);
        expect(await decodeOutput({ topic, value: Buffer.from(bytes), headers: { 'content-type': output.contentType } }, schemas)).toEqual(said);
        compared += 1;
      }
    }
    expect(compared).toBeGreaterThan(200);
  }, 60_000);

  test('is read back as JSON too, where a topic holds both', async () => {
    const { schemas } = await opened('avro');
    for (const { value } of lane.logs.written('cx.events', LANE).slice(0, 10)) {
      const headers = { 'content-type': Buffer.from(jsonOutput.contentType) };
      expect(await decodeOutput({ topic: 'cx.events', value: Buffer.from(String(value)), headers }, schemas)).toEqual(JSON.parse(String(value)));
      expect(await decodeOutput({ topic: 'cx.events', value: Buffer.from(String(value)), headers }, null)).toEqual(JSON.parse(String(value)));
    }
  });
});

describe('reading a value of ours back', () => {
  test('by another version of its schema: a field it lacks is missing, one of its own is ignored', async () => {
    const { output, schemas } = await opened('avro');
    const [signal] = outputSchemas('avro', NAMES);
    const definition = JSON.parse(signal!.text) as { fields: { name: string; type: unknown }[] };
    const other = { ...definition, fields: [...definition.fields.filter(({ name }) => name !== 'reason' && name !== 'stage'), { name: 'mood', type: 'string' }] };
    const said = {
      id: 'i', orderId: 'o', customerId: null, occurredAt: 't', detectedAt: 't', episode: 1, revision: 0, sequence: 1, place: { carrier: 'c' }, rules: 'r',
      evidence: [], type: 'signal.opened', signal: 'lost', severity: 3, area: 'logistics', opensAt: 't', detail: { count: 1 },
    };
    const nulls = { location: null, team: null, region: null, channel: null, shift: null, system: null };
    const bytes = avro.Type.forSchema(other as avro.Schema).toBuffer({ ...said, place: { ...nulls, carrier: 'c' }, closedAt: null, detail: '{"count":1}', mood: 'good' });
    const written = createLearnedSchemas({
      client: { ...createRegistry(), byId: async () => ({ kind: 'AVRO', schema: JSON.stringify(other), references: [] }) },
      shelf: createShelf(), unknownSchema: 'wait', now: () => 0, tell: () => undefined,
    }, new Map());
    expect(await decodeOutput({ topic: 'cx.events', value: inWireFormat(9, bytes), headers: { 'content-type': output.contentType } }, written)).toEqual(said);
    await expect(decodeOutput({ topic: 'cx.alerts', value: Buffer.from('PING'), headers: {} }, schemas)).rejects.toThrow('no JSON');
    await expect(decodeOutput({ topic: 'cx.events', value: inWireFormat(9, bytes), headers: {} }, null)).rejects.toThrow('SCHEMA_REGISTRY_URL');
  });
});

describe('registering what is published', () => {
  test('names subjects by topic and record', () => {
    expect(outputSchemas('avro', NAMES).map(({ subject }) => subject)).toEqual([
      'shop.cx.events-touchpoint.derived.SignalEvent', 'shop.cx.events-touchpoint.derived.PatternEvent', 'shop.cx.events-touchpoint.derived.VerdictEvent',
      'shop.cx.alerts-touchpoint.derived.Alert', 'shop.cx.journeys-touchpoint.derived.Journey',
    ]);
    expect(outputSchemas('json-schema', NAMES).map(({ subject }) => subject)).toEqual([
      'shop.cx.events-signal-event', 'shop.cx.events-pattern-event', 'shop.cx.events-verdict-event', 'shop.cx.alerts-alert', 'shop.cx.journeys-journey',
    ]);
  });

  test('takes the ids of an earlier start while the registry is away, but not for another schema', async () => {
    const schemas = outputSchemas('avro', NAMES);
    const before = await registerOutputs(createRegistry(5), new Map(), schemas);
    expect(before).toMatchObject({ findings: [], fromShelf: false, replaced: false });
    const away: RegistryClient = { ...createRegistry(), register: async () => { throw new RegistryUnreachable('http://registry does not answer'); } };
    expect(await registerOutputs(away, before.toKeep, schemas)).toEqual({ ids: before.ids, findings: [], fromShelf: true, replaced: false, toKeep: new Map() });
    const changed = schemas.map((schema) => ({ ...schema, text: `${schema.text} ` }));
    expect(await registerOutputs(away, before.toKeep, changed)).toMatchObject({ ids: null, findings: [expect.stringContaining('outputs.format')] });
    expect(await registerOutputs(away, new Map(), schemas)).toMatchObject({ ids: null, findings: [expect.stringContaining('does not answer')] });
  });

  test('notices another registry under the same address', async () => {
    const schemas = outputSchemas('avro', NAMES);
    const { toKeep } = await registerOutputs(createRegistry(1), new Map(), schemas);
    const now = await registerOutputs(createRegistry(40), toKeep, schemas);
    expect(now.replaced).toBe(true);
    expect(Object.values(now.ids!)).toEqual(OUTPUT_KINDS.map((_, i) => 40 + i));
  });

  test.each([
    [409, 'not compatible with the version registered there (reader type: LONG)'],
    [401, 'check user and password'],
    [42_201, '(42201): reader type: LONG'],
  ])('tells each refusal with code %s by its subject', async (code, words) => {
    const refusing: RegistryClient = { ...createRegistry(), register: async () => { throw new RegistryRefusal(code, 'reader type: LONG'); } };
    const { ids, findings } = await registerOutputs(refusing, new Map(), outputSchemas('avro', NAMES));
    expect(ids).toBeNull();
    expect(findings).toHaveLength(5);
    expect(findings[0]).toContain('shop.cx.events-touchpoint.derived.SignalEvent');
    expect(findings[0]).toContain(words);
  });
});
