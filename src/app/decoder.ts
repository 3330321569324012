import { createDecoder, type Decoded } from '../pipeline/decode.js';
import { PARTITIONERS } from '../pipeline/partitioner.js';
import type { SourceRecord } from '../pipeline/ports.js';
import type { Config } from './config.js';

/** The partition that an order belongs to. */
export const laneOfOrder = (config: Config, lanes: number): ((orderId: string) => number) => {
  const partitioner = PARTITIONERS[config.partitioner];
  return (orderId) => partitioner(Buffer.from(orderId), lanes);
};

/** The decoder of records from Kafka, as configured: what the service takes, whoever asks beforehand is told too. */
export const configuredDecoder = (config: Config, lanes: number, now: () => number): ((record: SourceRecord) => Decoded) =>
  createDecoder({ now, maxValueBytes: config.limits.maxValueBytes, maxAheadMs: config.limits.maxAheadMs, keyOf: laneOfOrder(config, lanes) });
