import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import avro from 'avsc';
import fc from 'fast-check';
import { fromAvro, toAvro } from '../../src/contracts/avro.js';
import { PUBLISHED } from '../../src/contracts/published.js';
import { schemaFiles } from '../../src/contracts/schema-files.js';
import { bentEvents } from './mutations.js';

const folder = fileURLToPath(new URL('../../schemas/', import.meta.url));
const committed = (path: string): string => readFileSync(folder + path, 'utf8');
const parsed = (path: string): Record<string, unknown> => JSON.parse(committed(path)) as Record<string, unknown>;

const ajv = new Ajv2020({ allErrors: true, formats: { 'date-time': true, uuid: true } });
const validators = new Map(PUBLISHED.map(({ path }) => [path, ajv.compile(parsed(`json/${path}.schema.json`))]));

describe('schemas/', () => {
  test('holds what the contracts in the code say (else: npm run schemas)', () => {
    const files = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => `${entry.parentPath}/${entry.name}`.replaceAll('//', '/').slice(folder.length));
    const generated = schemaFiles();
    expect(files.sort()).toEqual([...generated.keys()].sort());
    for (const [path, content] of generated) expect({ path, content: committed(path) }).toEqual({ path, content });
  });

  test.each(PUBLISHED)('$path: the example is valid by zod and by JSON Schema', ({ path, schema, example }) => {
    expect(schema.safeParse(example).error).toBeUndefined();
    const validate = validators.get(path)!;
    validate(example);
    expect(validate.errors).toBeNull();
  });

  // Who acknowledges an alert may leave out all.
  test.each(PUBLISHED.filter(({ path }) => path !== 'http/acknowledge'))('$path: an empty object is refused', ({ path }) => {
    expect(validators.get(path)!({})).toBe(false);
  });

  test('JSON Schema refuses no event that the code accepts', () => {
    fc.assert(
      fc.property(bentEvents, ({ source, event }) => {
        const sent: unknown = JSON.parse(JSON.stringify(event));
        return !source.schema.safeParse(sent).success || validators.get(`source/${source.topic}/${source.type}`)!(sent);
      }),
      { numRuns: 2000 },
    );
  });

  test.each(PUBLISHED.filter(({ namespace }) => namespace !== null))('$path: the example survives Avro', ({ path, schema, example, namespace }) => {
    const definition = parsed(`avro/${path}.avsc`);
    expect(definition['namespace']).toBe(namespace);
    const type = avro.Type.forSchema(definition as unknown as avro.Schema);
    const bytes = type.toBuffer(toAvro(example, schema));
    expect(fromAvro(JSON.parse(JSON.stringify(type.fromBuffer(bytes))), schema)).toEqual(example);
  });

  test('what is missing survives Avro as missing, and a null that says something as null', () => {
    const rescheduled = PUBLISHED.find(({ path }) => path.endsWith('delivery.rescheduled'))!;
    const type = avro.Type.forSchema(parsed('avro/source/logistics/delivery.rescheduled.avsc') as unknown as avro.Schema);
    const event = { id: '1', type: 'delivery.rescheduled', orderId: 'o', occurredAt: '2026-03-01T10:00:00Z', initiatedBy: 'company', newDeliveryAt: null };
    const back: unknown = JSON.parse(JSON.stringify(type.fromBuffer(type.toBuffer(toAvro(event, rescheduled.schema)))));
    expect(fromAvro(back, rescheduled.schema)).toEqual(event);
  });
});
