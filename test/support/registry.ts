import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import confluent from '@kafkajs/confluent-schema-registry';
import { Ajv2020 } from 'ajv/dist/2020.js';
import kafkajs, { type Producer } from 'kafkajs';
import { toAvro } from '../../src/contracts/avro.js';
import { schemaFiles } from '../../src/contracts/schema-files.js';
import { SOURCES, type SourceEventType } from '../../src/contracts/sources.js';
import { murmur2Partition } from '../../src/pipeline/partitioner.js';
import type { Stage, WorkerProcess } from './touchpoint.js';

const { SchemaRegistry, SchemaType } = confluent;
export { SchemaType };
export const PARTITIONS = 2;
export type Registry = InstanceType<typeof SchemaRegistry>;
export type Json = Record<string, unknown>;

/** As a company's own producers and consumers would use the registry: by the library for KafkaJS. */
export const registryOf = (host: string): Registry =>
  new SchemaRegistry({ host }, { [SchemaType.JSON]: { ajvInstance: new Ajv2020({ strict: false, validateFormats: false }) } });

/** The registry behind a front that does not know the schemas in `hidden` yet, as one that a producer is ahead of. */
export async function frontOf(registry: string): Promise<{ readonly url: string; readonly hidden: Set<number>; close(): Promise<void> }> {
  const hidden = new Set<number>();
  const server = createServer((request, response) => {
    void (async () => {
      const id = Number(/^\/schemas\/ids\/(\d+)/.exec(request.url ?? '')?.[1]);
      if (hidden.has(id)) return response.writeHead(404, { 'content-type': 'application/json' }).end('{"error_code":40403,"message":"Schema not found"}');
      const body = await buffer(request);
      const answer = await fetch(registry + (request.url ?? ''), {
        method: request.method ?? 'GET', headers: { 'content-type': request.headers['content-type'] ?? 'application/json' }, ...(body.length > 0 ? { body: new Uint8Array(body) } : {}),
      });
      return response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'application/json' }).end(Buffer.from(await answer.arrayBuffer()));
    })().catch(() => response.destroy());
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, hidden,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => { server.close(resolve); });
    },
  };
}

/** A value in the registry's wire format. */
export function inWireFormat(schemaId: number, bytes: Buffer): Buffer {
  const header = Buffer.from([0, 0, 0, 0, 0]);
  header.writeUInt32BE(schemaId, 1);
  return Buffer.concat([header, bytes]);
}

export const avroOf = (type: SourceEventType): Json => JSON.parse(schemaFiles().get(`avro/source/${SOURCES.get(type)!.topic}/${type}.avsc`)!) as Json;
export const jsonSchemaOf = (type: SourceEventType): string => schemaFiles().get(`json/source/${SOURCES.get(type)!.topic}/${type}.schema.json`)!;
export const eventOf = (type: SourceEventType, orderId: string, more: Json = {}): Json =>
  ({ ...SOURCES.get(type)!.example, id: `${orderId}-${type}`, orderId, occurredAt: '2025-03-01T10:00:00Z', ...more });
export const asAvro = (event: Json): unknown => toAvro(event, SOURCES.get(String(event['type']))!.schema);

export const openProducer = async (stage: Stage): Promise<{ producer: Producer; send(topic: string, orderId: string, value: Buffer | string): Promise<void> }> => {
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
export const orderOf = async (worker: WorkerProcess, orderId: string): Promise<{ timeline: { type: string }[]; promises: Json; customerId: string } | null> => {
  const response = await fetch(`${worker.url}/v1/orders/${orderId}`);
  return response.status === 200 ? ((await response.json()) as { timeline: { type: string }[]; promises: Json; customerId: string }) : null;
};
export const factsOf = async (worker: WorkerProcess, orderId: string): Promise<string[]> =>
  ((await orderOf(worker, orderId))?.timeline ?? []).map(({ type }) => type);

