import confluent from '@kafkajs/confluent-schema-registry';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { avroSchema, recordName, toAvro } from '../../contracts/avro.js';
import type { SourceTopic } from '../../contracts/names.js';
import { schemaFiles } from '../../contracts/schema-files.js';
import { SOURCES, type SourceDeclaration } from '../../contracts/sources.js';
import type { RegistryFormat } from './output-schemas.js';
import { createRegistryClient } from './registry-client.js';

const { SchemaRegistry, SchemaType } = confluent;
const NAMESPACE = 'touchpoint.source';

export interface SourceEncoderSettings {
  readonly format: RegistryFormat;
  /** Base address of the registry. */
  readonly address: string;
  readonly timeoutMs: number;
  /** Names on the broker. */
  readonly topicNames: ReadonlyMap<SourceTopic, string>;
}

/** Writes a line of JSON in a registry's wire format; null: it's no valid event, so no schema of ours has room for it. */
export type SourceEncoder = (line: Buffer) => Promise<Buffer | null>;

/**
 * Stands for a company's producer, and so writes with the library that producers on KafkaJS use: what the service reads is then
 * not only what our own code wrote. Our schemas are registered by topic and record as they are first needed.
 */
export function createSourceEncoder({ format, address, timeoutMs, topicNames }: SourceEncoderSettings): SourceEncoder {
  const client = createRegistryClient(address, timeoutMs);
  const registry = new SchemaRegistry(libraryAddress(address), {
    [SchemaType.JSON]: { ajvInstance: new Ajv2020({ strict: false, validateFormats: false }) },
  });
  const files = format === 'json-schema' ? schemaFiles() : null;
  const ids = new Map<string, Promise<number>>();
  const register = ({ type, topic, schema }: SourceDeclaration): Promise<number> => {
    const name = topicNames.get(topic) ?? topic;
    if (files === null) {
      return client.register(`${name}-${NAMESPACE}.${recordName(type)}`, 'AVRO', JSON.stringify(avroSchema(schema, recordName(type), NAMESPACE)));
    }
    return client.register(`${name}-${type}`, 'JSON', JSON.stringify(JSON.parse(files.get(`json/source/${topic}/${type}.schema.json`) ?? 'null')));
  };
  return async (line) => {
    const event = parsed(line);
    const source = SOURCES.get(String(event?.['type']));
    if (source === undefined || !source.schema.safeParse(event).success) return null;
    const registered = ids.get(source.type) ?? register(source);
    ids.set(source.type, registered);
    return registry.encode(await registered, files === null ? toAvro(event, source.schema) : event);
  };
}

const parsed = (line: Buffer): Readonly<Record<string, unknown>> | null => {
  try {
    const value: unknown = JSON.parse(line.toString());
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : null;
  } catch {
    return null;
  }
};

function libraryAddress(address: string): { readonly host: string; readonly auth?: { readonly username: string; readonly password: string } } {
  const url = new URL(address);
  const { username, password } = url;
  url.username = '';
  url.password = '';
  const host = url.href.replace(/\/+$/, '');
  return username === '' ? { host } : { host, auth: { username: decodeURIComponent(username), password: decodeURIComponent(password) } };
}
