import confluent from '@kafkajs/confluent-schema-registry';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { avroSchema, recordName, toAvro } from '../../contracts/avro.js';
import type { SourceTopic } from '../../contracts/names.js';
import { schemaFiles } from '../../contracts/schema-files.js';
import { SOURCES, type SourceDeclaration } from '../../contracts/sources.js';
import type { RegistryFormat } from './output-schemas.js';
import { createRegistryClient, splitAddress } from './registry-client.js';

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

/** Writes what a line of JSON holds (null: it holds none) in a registry's wire format; null: it's no valid event, so no schema of ours has room for it. */
export type SourceEncoder = (event: Readonly<Record<string, unknown>> | null) => Promise<Buffer | null>;

/**
 * Stands for a company's producer, and so writes with the library that producers on KafkaJS use: what the service reads is then
 * not only what our own code wrote. Our schemas are registered by topic and record as they are first needed.
 */
export function createSourceEncoder({ format, address, timeoutMs, topicNames }: SourceEncoderSettings): SourceEncoder {
  const client = createRegistryClient(address, timeoutMs);
  const { url: host, credentials: auth } = splitAddress(address);
  const registry = new SchemaRegistry(auth === null ? { host } : { host, auth }, {
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
  return async (event) => {
    const source = SOURCES.get(String(event?.['type']));
    if (source === undefined || !source.schema.safeParse(event).success) return null;
    const registered = ids.get(source.type) ?? register(source);
    ids.set(source.type, registered);
    return registry.encode(await registered, files === null ? toAvro(event, source.schema) : event);
  };
}
