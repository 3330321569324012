import type { Line } from '../adapters/files/lines.js';
import { type DeadLetterReason, SOURCE_TOPICS, type SourceTopic } from '../contracts/names.js';
import type { LaneProgress } from '../pipeline/progress.js';

export interface TopicAccount {
  read: number;
  applied: number;
  duplicate: number;
  deadLetter: number;
}

export interface RefusedLines {
  count: number;
  /** Where the first stands, and what was wrong with it. */
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

/** What became of every line that was read: read = applied + duplicate + dead letter, per topic. */
export interface ReplayAccount {
  /** `unknown`: lines whose topic can't be told. Topics without a line are left out. */
  topics(): Readonly<Record<string, TopicAccount>>;
  readonly reasons: ReadonlyMap<DeadLetterReason, RefusedLines>;
  /** A line was refused before it reached an order. */
  refused(topic: SourceTopic | null, reason: DeadLetterReason, message: string, line: Line): void;
  /** A line was refused by its order; its topic has counted it. */
  late(reason: DeadLetterReason, message: string, line: Line): void;
  /** The counts of what was applied so far. */
  applied(progress: LaneProgress): void;
}

export function createReplayAccount(): ReplayAccount {
  const refusedOf = new Map<SourceTopic | 'unknown', number>();
  const reasons = new Map<DeadLetterReason, RefusedLines>();
  let progress: LaneProgress | null = null;
  const note = (reason: DeadLetterReason, message: string, line: Line): void => {
    const before = reasons.get(reason);
    if (before === undefined) reasons.set(reason, { count: 1, file: line.file, line: line.number, message });
    else before.count += 1;
  };
  return {
    reasons,
    refused(topic, reason, message, line) {
      const name = topic ?? 'unknown';
      refusedOf.set(name, (refusedOf.get(name) ?? 0) + 1);
      note(reason, message, line);
    },
    late: note,
    applied(now) {
      progress = now;
    },
    topics() {
      const topics: Record<string, TopicAccount> = {};
      for (const topic of [...SOURCE_TOPICS, 'unknown' as const]) {
        const refused = refusedOf.get(topic) ?? 0;
        const counted = topic === 'unknown' ? undefined : progress?.count(topic);
        const { read = 0, applied = 0, duplicate = 0, deadLetter = 0 } = counted ?? {};
        if (read + refused > 0) topics[topic] = { read: read + refused, applied, duplicate, deadLetter: deadLetter + refused };
      }
      return topics;
    },
  };
}
