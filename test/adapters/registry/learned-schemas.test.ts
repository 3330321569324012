import { describe, expect, test } from '@jest/globals';
import { createLearnedSchemas, type LearnedSchemasParts, type WholeSchema } from '../../../src/adapters/registry/learned-schemas.js';
import { type RegisteredSchema, type RegistryClient, RegistryRefusal, RegistryUnreachable } from '../../../src/adapters/registry/registry-client.js';

const AVRO: RegisteredSchema = { kind: 'AVRO', schema: '"string"', references: [] };
const JSON_SCHEMA: RegisteredSchema = {
  kind: 'JSON', references: [],
  schema: JSON.stringify({ $schema: 'https://json-schema.org/draft/2020-12/schema', type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] }),
};

/** A registry in this process, that can be away. */
const createRegistry = (schemas: Readonly<Record<number, RegisteredSchema>> = {}, versions: Readonly<Record<string, RegisteredSchema>> = {}) => {
  const registry = { away: false, asked: [] as string[], schemas: { ...schemas } };
  const answer = async (place: string, found: RegisteredSchema | undefined): Promise<RegisteredSchema> => {
    registry.asked.push(place);
    if (registry.away) throw new RegistryUnreachable('away');
    if (found === undefined) throw new RegistryRefusal(40_403, 'not found');
    return found;
  };
  const client: RegistryClient = {
    url: 'http://registry',
    byId: (id) => answer(`id ${id}`, registry.schemas[id]),
    byVersion: (subject, version) => answer(`${subject} ${version}`, versions[`${subject} ${version}`]),
    register: async () => 1,
  };
  return { registry, client };
};

const learning = (client: RegistryClient, more: Partial<LearnedSchemasParts> = {}, kept: ReadonlyMap<string, string> = new Map()) => {
  const shelf = new Map<string, string>();
  const told: string[] = [];
  const clock = { at: 0 };
  const schemas = createLearnedSchemas({
    client, shelf: { load: async () => shelf, keep: async (name, text) => void shelf.set(name, text) },
    unknownSchema: 'wait', now: () => clock.at, tell: (message) => { told.push(message); }, ...more,
  }, kept);
  return { schemas, shelf, told, clock };
};

describe('schemas that were learned', () => {
  test('are asked for once, kept, and read by another start while the registry is away', async () => {
    const { client, registry } = createRegistry({ 7: AVRO });
    const first = learning(client);
    expect(first.schemas.read(7, Buffer.from([2, 0x61]))).toEqual({ kind: 'unknown' });
    await Promise.all([first.schemas.learn(7), first.schemas.learn(7)]);
    expect(registry.asked).toEqual(['id 7']);
    expect(first.schemas.read(7, Buffer.from([2, 0x61]))).toEqual({ kind: 'value', value: 'a' });
    registry.away = true;
    const second = learning(client, {}, first.shelf);
    expect(second.schemas.read(7, Buffer.from([2, 0x61]))).toEqual({ kind: 'value', value: 'a' });
  });

  test('are learned with all that they refer to, deepest first', async () => {
    const part = (name: string, type: unknown): string => JSON.stringify({ type: 'record', name, fields: [{ name: 'x', type }] });
    const { client } = createRegistry(
      { 1: { kind: 'AVRO', schema: part('Whole', 'Middle'), references: [{ name: 'Middle', subject: 'middle', version: 3 }] } },
      {
        'middle 3': { kind: 'AVRO', schema: part('Middle', 'Deep'), references: [{ name: 'Deep', subject: 'deep', version: 1 }] },
        'deep 1': { kind: 'AVRO', schema: part('Deep', 'string'), references: [] },
      },
    );
    const { schemas, shelf } = learning(client);
    await schemas.learn(1);
    expect(schemas.read(1, Buffer.from([2, 0x61]))).toEqual({ kind: 'value', value: { x: { x: { x: 'a' } } } });
    expect((JSON.parse(shelf.get('id:1')!) as WholeSchema).references.map(({ name }) => name)).toEqual(['Deep', 'Middle']);
  });

  test('are asked for again after a fault, and told apart from what no schema has', async () => {
    const { client, registry } = createRegistry();
    const { schemas } = learning(client);
    registry.away = true;
    await expect(schemas.learn(7)).rejects.toThrow('away');
    registry.away = false;
    await expect(schemas.learn(7)).rejects.toThrow('has no schema 7');
    registry.schemas[7] = AVRO;
    await schemas.learn(7);
    expect(schemas.read(7, Buffer.from([0]))).toEqual({ kind: 'value', value: '' });
  });

  test('that are nowhere make dead letters where that was chosen, for a while', async () => {
    const { client, registry } = createRegistry();
    const { schemas, clock } = learning(client, { unknownSchema: 'dead_letter' });
    await schemas.learn(7);
    expect(schemas.read(7, Buffer.from([0]))).toEqual({ kind: 'undecodable', message: 'schema 7: the registry does not have it' });
    clock.at = 60_000;
    expect(schemas.read(7, Buffer.from([0]))).toEqual({ kind: 'unknown' });
    registry.schemas[7] = AVRO;
    await schemas.learn(7);
    expect(schemas.read(7, Buffer.from([0]))).toEqual({ kind: 'value', value: '' });
    registry.away = true;
    await expect(schemas.learn(8)).rejects.toThrow('away');
  });

  test('go on being used when they cannot be kept', async () => {
    const { client } = createRegistry({ 7: AVRO });
    const { schemas, told } = learning(client, { shelf: { load: async () => new Map(), keep: async () => { throw new Error('no room'); } } });
    await schemas.learn(7);
    expect(schemas.read(7, Buffer.from([0])).kind).toBe('value');
    expect(told).toEqual([expect.stringContaining('no room')]);
  });
});

describe('values that their schema does not read', () => {
  const read = async (schema: RegisteredSchema, body: Buffer) => {
    const { schemas, told } = learning(createRegistry({ 7: schema }).client);
    await schemas.learn(7);
    return { ...schemas.read(7, body), told };
  };

  test.each([
    ['Avro that ends early', AVRO, Buffer.from([8, 0x61]), 'schema 7: the bytes end too early'],
    ['JSON that breaks its schema', JSON_SCHEMA, Buffer.from('{"n":"secret"}'), 'schema 7: it does not fit its JSON Schema at #/properties/n/type'],
    ['no JSON', JSON_SCHEMA, Buffer.from('{secret'), 'schema 7: the bytes after the header are not JSON'],
    ['no UTF-8', JSON_SCHEMA, Buffer.from([0x22, 0xff, 0x22]), 'schema 7: the bytes after the header are not UTF-8'],
    ['Protobuf', { kind: 'PROTOBUF', schema: 'message A {}', references: [] }, Buffer.from([0]), 'schema 7 is of kind PROTOBUF; Avro and JSON Schema are read'],
    ['a schema that is none', { ...AVRO, schema: '{"type":"recrd"}' }, Buffer.from([0]), 'schema 7 cannot be used: the schema uses the name recrd and does not define it'],
    ['a value without end', { ...AVRO, schema: '{"type":"record","name":"A","fields":[{"name":"a","type":"A"}]}' }, Buffer.from([0]), 'schema 7: it is nested too deeply'],
  ])('%s', async (_name, schema, body, message) => {
    expect(await read(schema, body)).toMatchObject({ kind: 'undecodable', message });
  });

  test('a JSON Schema of a draft that is not known here is told once, and its values are read', async () => {
    const old = { kind: 'JSON', schema: '{"$schema":"http://json-schema.org/draft-04/schema#","type":"object"}', references: [] };
    expect(await read(old, Buffer.from('{"n":1}'))).toMatchObject({ kind: 'value', value: { n: 1 }, told: [expect.stringContaining('schema 7')] });
  });
});
