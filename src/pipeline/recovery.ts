import { OUTPUT_TOPICS, type OutputTopic } from '../contracts/names.js';
import { headerText } from './header-entries.js';
import type { ClaimedLane, OutputLog, RecordHeaders } from './ports.js';
import { isSkipped } from './upkeep.js';

/** What the output log holds beyond what the lane's state knows of. */
export interface OutputTail {
  /** Next offset of each output partition, as the log has it now. */
  readonly ends: ReadonlyMap<OutputTopic, number>;
  /** The greatest `cx_seq` found behind the known end, per topic: records up to it need not be sent again. */
  readonly written: ReadonlyMap<OutputTopic, number>;
  /** Orders whose journey was written after the last one known to be ours: a former owner's late request may be older than ours. */
  readonly overwritten: ReadonlySet<string>;
  /** A number found there that only a lost state can have given, per topic. */
  readonly late: ReadonlyMap<OutputTopic, number>;
}

const NUMBERED = OUTPUT_TOPICS.filter((topic) => topic !== 'cx.journeys');

/** `cx_seq` of a record; null where there is none. */
export function seqOf(headers: RecordHeaders): number | null {
  const text = headerText(headers, 'cx_seq');
  if (text === null) return null;
  const seq = Number(text);
  return Number.isSafeInteger(seq) ? seq : null;
}

/**
 * Reads what was written after the last trim. A former owner may have died between a write and its trim: such records
 * stand in the outbox too and aren't sent again.
 */
export async function readOutputTail(lane: number, output: OutputLog, claimed: ClaimedLane): Promise<OutputTail> {
  const ends = new Map<OutputTopic, number>();
  const written = new Map<OutputTopic, number>();
  const overwritten = new Set<string>();
  const late = new Map<OutputTopic, number>();
  for (const topic of OUTPUT_TOPICS) {
    const end = await output.end(lane, topic);
    ends.set(topic, end);
    const known = claimed.outputEnds.get(topic) ?? 0;
    if (end <= known) continue;
    await output.readBack(lane, topic, known, end, (record) => {
      if (topic === 'cx.journeys') {
        if (record.key !== null) overwritten.add(record.key.toString());
        return;
      }
      const seq = seqOf(record.headers);
      if (seq === null) return;
      if (seq > (written.get(topic) ?? 0)) written.set(topic, seq);
      if (isSkipped(claimed.upkeep.skipped, seq)) late.set(topic, seq);
    });
  }
  return { ends, written, overwritten, late };
}

/** A record that the lane's state does not account for. */
export interface UnknownWord {
  readonly topic: OutputTopic;
  readonly seq: number;
}

/**
 * A number in the log that the store has yet to give: it holds less than it did. Or one that a lost state gave: somebody's late
 * request. Null: there is neither.
 */
export function unknownWord(tail: OutputTail, claimed: Pick<ClaimedLane, 'seq' | 'upkeep'>): UnknownWord | null {
  for (const topic of NUMBERED) {
    const seq = tail.written.get(topic) ?? 0;
    if (seq > claimed.seq) return { topic, seq };
    const late = tail.late.get(topic);
    if (late !== undefined) return { topic, seq: late };
  }
  return null;
}
