import type { Line } from '../adapters/files/lines.js';
import { type DeadLetterReason, SOURCE_TOPICS, type SourceTopic } from '../contracts/names.js';
import { getOrInsert } from '../core/get-or-insert.js';

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
  /** An event was read and taken in, or was known already. */
  took(topic: SourceTopic, outcome: 'applied' | 'duplicate'): void;
}

export function createReplayAccount(): ReplayAccount {
  const topics = new Map<SourceTopic | 'unknown', TopicAccount>();
  const reasons = new Map<DeadLetterReason, RefusedLines>();
  const of = (name: SourceTopic | 'unknown'): TopicAccount => getOrInsert(topics, name, () => ({ read: 0, applied: 0, duplicate: 0, deadLetter: 0 }));
  return {
    reasons,
    refused(topic, reason, message, line) {
      const account = of(topic ?? 'unknown');
      account.read += 1;
      account.deadLetter += 1;
      const before = reasons.get(reason);
      if (before === undefined) reasons.set(reason, { count: 1, file: line.file, line: line.number, message });
      else before.count += 1;
    },
    took(topic, outcome) {
      const account = of(topic);
      account.read += 1;
      account[outcome] += 1;
    },
    topics() {
      const told: Record<string, TopicAccount> = {};
      for (const name of [...SOURCE_TOPICS, 'unknown' as const]) {
        const account = topics.get(name);
        if (account !== undefined) told[name] = account;
      }
      return told;
    },
  };
}
