import type { PartitionBatch } from './covered-send.js';
import { BATCH_BYTES, BATCH_RECORDS, messageBytes } from './producer.js';
import type { BatchRecord } from './record-batch.js';

/** A request that is being filled: one batch of bounded size per partition. */
export interface OpenRequest {
  /** false: the batch of this partition is full; send first. */
  add(topic: string, partition: number, message: BatchRecord): boolean;
  batches(): readonly PartitionBatch[];
}

/** @param batchBytes what the topics take at once, where that is less than a batch has otherwise */
export const createOpenRequest = (batchBytes = BATCH_BYTES): OpenRequest => {
  const most = Math.min(batchBytes, BATCH_BYTES);
  const open = new Map<string, { topic: string; partition: number; messages: BatchRecord[]; bytes: number }>();
  return {
    add(topic, partition, message) {
      const place = `${topic}|${partition}`;
      const batch = open.get(place) ?? { topic, partition, messages: [], bytes: 0 };
      const bytes = messageBytes(message);
      if (batch.messages.length >= BATCH_RECORDS || (batch.messages.length > 0 && batch.bytes + bytes > most)) return false;
      batch.messages.push(message);
      batch.bytes += bytes;
      open.set(place, batch);
      return true;
    },
    batches: () => [...open.values()],
  };
};
