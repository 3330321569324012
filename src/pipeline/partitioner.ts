/**
 * Which lane a key belongs to, as the producers of the source topics decide it. Every keyed record is checked against
 * this, since an order whose events lie in two lanes would be judged twice on half of its facts.
 */
export type PartitionFunction = (key: Uint8Array, partitions: number) => number;

const SEED = 0x9747b28c;
const M = 0x5bd1e995;

/** The murmur2 variant of Kafka's Java client, as an unsigned 32-bit number. */
export const murmur2 = (data: Uint8Array): number => {
  const length = data.length;
  let h = SEED ^ length;
  let i = 0;
  for (; i + 4 <= length; i += 4) {
    let k = byteAt(data, i) | (byteAt(data, i + 1) << 8) | (byteAt(data, i + 2) << 16) | (byteAt(data, i + 3) << 24);
    k = Math.imul(k, M);
    k ^= k >>> 24;
    k = Math.imul(k, M);
    h = Math.imul(h, M) ^ k;
  }
  const rest = length - i;
  if (rest === 3) h ^= byteAt(data, i + 2) << 16;
  if (rest >= 2) h ^= byteAt(data, i + 1) << 8;
  if (rest >= 1) {
    h ^= byteAt(data, i);
    h = Math.imul(h, M);
  }
  h ^= h >>> 13;
  h = Math.imul(h, M);
  h ^= h >>> 15;
  return h >>> 0;
};

const byteAt = (data: Uint8Array, index: number): number => data[index] ?? 0;

const CRC_TABLE = Int32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let bit = 0; bit < 8; bit += 1) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
  return c;
});

/** CRC-32 (IEEE 802.3), as an unsigned 32-bit number. */
export const crc32 = (data: Uint8Array): number => {
  let c = -1;
  for (const byte of data) c = (CRC_TABLE[(c ^ byte) & 0xff] ?? 0) ^ (c >>> 8);
  return (c ^ -1) >>> 0;
};

/** What the Java client and most others use by default. */
export const murmur2Partition: PartitionFunction = (key, partitions) => (murmur2(key) & 0x7fffffff) % partitions;

/** librdkafka's `consistent` and `consistent_random`, its default. */
export const crc32Partition: PartitionFunction = (key, partitions) => crc32(key) % partitions;

export const PARTITIONERS = { murmur2: murmur2Partition, crc32: crc32Partition } as const;
export type PartitionerName = keyof typeof PARTITIONERS;
