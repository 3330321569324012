import { OUTPUT_TOPICS, type OutputTopic } from '../contracts/names.js';
import type { ClaimedLane, Halt, OutputLog, RecordHeaders } from './ports.js';

/** What the output log holds beyond what the lane's state knows of. */
export interface OutputTail {
  /** Next offset of each output partition, as the log has it now. */
  readonly ends: ReadonlyMap<OutputTopic, number>;
  /** The greatest `cx_seq` found behind the known end, per topic: records up to it need not be sent again. */
  readonly written: ReadonlyMap<OutputTopic, number>;
  /** Orders whose journey was written after the last one known to be ours: a former owner's late request may be older than ours. */
  readonly overwritten: ReadonlySet<string>;
}

const NUMBERED = OUTPUT_TOPICS.filter((topic) => topic !== 'cx.journeys');

/** `cx_seq` of a record; null where there is none. */
export function seqOf(headers: RecordHeaders): number | null {
  const header = headers['cx_seq'];
  const text: Buffer | string | undefined = typeof header === 'string' || Buffer.isBuffer(header) ? header : header?.at(-1);
  if (text === undefined) return null;
  const seq = Number(text.toString());
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
      if (seq !== null && seq > (written.get(topic) ?? 0)) written.set(topic, seq);
    });
  }
  return { ends, written, overwritten };
}

/** A `cx_seq` in the log that the store has yet to give: the store holds less than it did. */
export function checkTail(lane: number, tail: OutputTail, claimed: ClaimedLane): Omit<Halt, 'since'> | null {
  for (const topic of NUMBERED) {
    const seq = tail.written.get(topic) ?? 0;
    if (seq <= claimed.seq) continue;
    return {
      name: 'state_went_back',
      message: `${topic}/${lane} holds record number ${seq}, but the state in Redis has given out ${claimed.seq} only: Redis lost its last writes or was restored to an older state. `
        + 'Going on could say other things under ids that are taken. Bring Redis back to its latest state.',
    };
  }
  return null;
}
