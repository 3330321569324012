import { createDecoder, createSchemaDecoder, type Decoded, type RecordDecoder } from '../pipeline/decode.js';
import { PARTITIONERS } from '../pipeline/partitioner.js';
import type { SourceRecord } from '../pipeline/ports.js';
import type { SchemaReader } from '../pipeline/schema-reader.js';
import type { Config } from './config.js';

/** The partition that an order belongs to. */
export const laneOfOrder = (config: Config, lanes: number): ((orderId: string) => number) => {
  const partitioner = PARTITIONERS[config.partitioner];
  return (orderId) => partitioner(Buffer.from(orderId), lanes);
};

/**
 * The decoder of records from Kafka, as configured: what the service takes, whoever asks beforehand is told too.
 * @param schemas null: there is no registry, every value is JSON
 */
export const configuredDecoder = (config: Config, lanes: number, now: () => number, schemas: SchemaReader | null): RecordDecoder => {
  const settings = { now, maxValueBytes: config.limits.maxValueBytes, maxAheadMs: config.limits.maxAheadMs, keyOf: laneOfOrder(config, lanes) };
  return schemas === null ? createDecoder(settings) : createSchemaDecoder(settings, schemas);
};

/** The same for those who may wait: a schema that isn't known yet is learned. Rejects while it can't be. */
export const patientDecoder = (config: Config, lanes: number, now: () => number, schemas: SchemaReader | null): ((record: SourceRecord) => Decoded | Promise<Decoded>) => {
  const decode = configuredDecoder(config, lanes, now, schemas);
  const learn = async (record: SourceRecord, schemaId: number): Promise<Decoded> => {
    await schemas?.learn(schemaId);
    const decoded = decode(record);
    if (decoded.kind === 'awaits_schema') throw new Error(`schema ${schemaId} could not be learned`);
    return decoded;
  };
  return (record) => {
    const decoded = decode(record);
    return decoded.kind === 'awaits_schema' ? learn(record, decoded.schemaId) : decoded;
  };
};
