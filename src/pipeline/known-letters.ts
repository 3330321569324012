import { DEAD_LETTER_HEADERS } from '../contracts/dead-letter.js';
import type { SourceTopic } from '../contracts/names.js';
import { headerText } from './header-entries.js';
import { createNumberSet, type NumberSet } from './number-set.js';
import type { OutputLog, SourceRecord } from './ports.js';

/** The records of a lane that are known to stand on the dead-letter topic already. */
export interface KnownLetters {
  has(record: Pick<SourceRecord, 'topic' | 'offset'>): boolean;
  /** Was it put aside because its order had expired? That depends on when it was read first, and nobody else remembers it. */
  hadExpired(record: Pick<SourceRecord, 'topic' | 'offset'>): boolean;
}

/** Records read back together. */
const AT_ONCE = 500;

/** Reads the dead letters of [from, to): a bit each, at most. */
export async function readKnownLetters(
  lane: number, output: OutputLog, topicNames: Readonly<Record<SourceTopic, string>>, from: number, to: number,
): Promise<KnownLetters> {
  const setsByName = (): Map<string, NumberSet> => new Map(Object.values(topicNames).map((name) => [name, createNumberSet()]));
  const [all, expired] = [setsByName(), setsByName()];
  for (let at = from; at < to; at += AT_ONCE) {
    await output.readBack(lane, 'cx.dead-letters', at, Math.min(at + AT_ONCE, to), ({ headers }) => {
      const offset = Number(headerText(headers, DEAD_LETTER_HEADERS.offset) ?? NaN);
      if (!Number.isSafeInteger(offset)) return;
      const name = headerText(headers, DEAD_LETTER_HEADERS.topic) ?? '';
      all.get(name)?.add(offset);
      if (headerText(headers, DEAD_LETTER_HEADERS.reason) === 'order_expired') expired.get(name)?.add(offset);
    });
  }
  return {
    has: ({ topic, offset }) => all.get(topicNames[topic])?.has(offset) ?? false,
    hadExpired: ({ topic, offset }) => expired.get(topicNames[topic])?.has(offset) ?? false,
  };
}
