import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import kafkajs, { ConfigResourceTypes } from 'kafkajs';
import { createReader, until } from '../contract/logs-reader.js';
import { kafkaLogs, type KafkaLogs } from './kafka-support.js';

const NAMES = { gzip: 1, snappy: 2, lz4: 3, zstd: 4 } as const;
type Name = keyof typeof NAMES;

/** Records of all kinds: short and alike, long ones that repeat themselves, and what no codec makes shorter. */
const values = (name: Name): string[] => [
  ...Array.from({ length: 300 }, (_, i) => JSON.stringify({ id: `${name}-${i}`, type: 'shipment.dispatched', orderId: `O-${i % 7}`, place: { carrier: 'NorthPost', region: 'south' } })),
  'a', '', 'ab'.repeat(90_000), randomBytes(70_000).toString('base64'), 'z'.repeat(130_000), `${name} äöü 𝄞`,
];

/**
 * Batches as Kafka's own library makes them: the broker compresses what it is sent once `compression.type` of the topic says so, by the
 * code of the Java producer.
 */
describe('compressed batches', () => {
  let logs: KafkaLogs;
  const unpacked: Record<number, number> = {};

  /** The broker makes its change known some time after it was acknowledged, so the records of one codec are sent again until a batch came in it. */
  const compressBy = async (name: Name): Promise<void> => {
    const admin = logs.kafka.admin();
    await admin.connect();
    await admin.alterConfigs({
      validateOnly: false, resources: [{ type: ConfigResourceTypes.TOPIC, name: logs.sources.get('orders') ?? '', configEntries: [{ name: 'compression.type', value: name }] }],
    });
    await admin.disconnect();
  };

  beforeAll(async () => {
    logs = await kafkaLogs({ topics: ['orders'], lanes: 1 });
    const codecs: Record<number, () => { decompress(data: Buffer): Promise<Buffer> }> = kafkajs.CompressionCodecs;
    for (const code of Object.values(NAMES)) {
      const codec = codecs[code]?.();
      codecs[code] = () => ({
        ...codec,
        decompress: async (data: Buffer) => {
          const plain = await codec?.decompress(data);
          unpacked[code] = (unpacked[code] ?? 0) + 1;
          return plain ?? Buffer.alloc(0);
        },
      });
    }
  }, 60_000);
  afterAll(() => logs.close());

  test('by gzip, snappy, lz4 and zstd are read to the byte, in one topic', async () => {
    const read: string[] = [];
    const reader = createReader(await logs.source(), {
      assigned: (one) => { one.readFrom(0, new Map()); },
      fetched(_, _lane, range) { read.push(...range.records.map(({ value }) => String(value))); },
    });
    await reader.source.start(reader);
    const sent: string[] = [];
    for (const name of Object.keys(NAMES) as Name[]) {
      await compressBy(name);
      for (let tries = 0; (unpacked[NAMES[name]] ?? 0) === 0 && tries < 20; tries++) {
        const some = values(name);
        await logs.append('orders', 0, some);
        sent.push(...some);
        await until(() => read.length === sent.length, 20_000);
      }
    }
    expect(Object.keys(unpacked).map(Number)).toEqual(Object.values(NAMES));
    expect(read.length).toBe(sent.length);
    expect(read.findIndex((value, i) => value !== sent[i])).toBe(-1);
    expect(reader.problems).toEqual([]);
    await reader.source.stop();
  }, 120_000);
});
