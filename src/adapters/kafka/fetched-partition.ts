import type { RawPartition, RawRecord } from './wire.js';

/** What a fetch says of one partition. */
export interface Stretch {
  /** Records of committed transactions, or of none, from the asked offset on. */
  readonly records: readonly RawRecord[];
  /** Everything below was looked at; equals the asked offset when nothing came. */
  readonly next: number;
  /** Where the partition ended for a reader of committed records. */
  readonly end: number;
  /** Nothing came though the partition goes on: a larger record than fits, or an empty stretch of a compacted topic. */
  readonly stuck: boolean;
}

/** Reads a fetch answer: leaves out markers and aborted transactions, but goes past them. */
export const stretchOf = (raw: RawPartition, asked: number): Stretch => {
  const stable = Number(raw.lastStableOffset ?? raw.highWatermark);
  const end = stable < 0 ? Number(raw.highWatermark) : stable;
  const last = raw.messages.at(-1);
  if (last === undefined) return { records: [], next: asked, end, stuck: asked < end };
  const context = last.batchContext;
  const batchEnd = context === undefined ? 0 : Number(context.firstOffset) + context.lastOffsetDelta + 1;
  const next = Math.max(asked, Number(last.offset) + 1, batchEnd);
  return { records: committed(raw, asked), next, end, stuck: next === asked };
};

const committed = (raw: RawPartition, asked: number): readonly RawRecord[] => {
  const { messages } = raw;
  const first = messages[0];
  const plain = (raw.abortedTransactions ?? []).length === 0 && !messages.some((record) => record.isControlRecord === true);
  if (plain && first !== undefined && Number(first.offset) >= asked) return messages;

  const aborted = [...(raw.abortedTransactions ?? [])].sort((a, b) => Number(a.firstOffset) - Number(b.firstOffset));
  let upcoming = 0;
  const aborting = new Set<string>();
  return messages.filter((record) => {
    const offset = Number(record.offset);
    for (let entry = aborted[upcoming]; entry !== undefined && Number(entry.firstOffset) <= offset; entry = aborted[upcoming]) {
      aborting.add(entry.producerId);
      upcoming += 1;
    }
    const producer = record.batchContext?.producerId ?? '';
    if (record.isControlRecord === true) {
      if (isAbortMarker(record)) aborting.delete(producer);
      return false;
    }
    return offset >= asked && !(record.batchContext?.inTransaction === true && aborting.has(producer));
  });
};

/** A marker's key: int16 version, int16 type; type 0 is abort, 1 commit. */
const isAbortMarker = ({ key }: RawRecord): boolean => key !== null && key.length >= 4 && key.readInt16BE(2) === 0;
